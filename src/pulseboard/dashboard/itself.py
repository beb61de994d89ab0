"""The card “Monitoring itself”: who watches the watchman."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pulseboard.core.text import percent_text, seconds_text
from pulseboard.dashboard.clock import Clock, Moment
from pulseboard.dashboard.hero import RESUME, START_THE_WORKER, silence_of
from pulseboard.dashboard.icons import ICONS
from pulseboard.dashboard.observed import Observed
from pulseboard.dashboard.standing import Standing
from pulseboard.monitors.pulse import Pulse

_MODES = {
    "embedded": "in-process",
    "process": "its own process",
    "called": "called by the host",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Itself:
    """
    How the monitoring fares.

    Args:
        sentence: The trouble in words, or what runs.
        ticked: The last tick; None before the first.
        facts: Name and value, for the list under the sentence.
    """

    standing: Standing
    icon: str
    sentence: str
    fix: str
    ticked: Moment | None
    facts: tuple[tuple[str, str], ...]

    @property
    def word(self) -> str:
        return self.standing.word


def itself_of(observed: Observed, clock: Clock) -> Itself:
    """Return the card, critical when no tick came for 30 s or people stopped it."""
    pulse = observed.pulse or Pulse()
    silence = silence_of(observed.pulse, clock)
    standing = _standing(observed, silence)
    stopped = pulse.stopped_at is not None
    return Itself(
        standing=standing,
        icon=ICONS[standing],
        sentence=silence or _sentence(observed),
        fix=(RESUME if stopped else START_THE_WORKER) if silence else "",
        ticked=clock.moment(pulse.ticked_at) if pulse.ticked_at else None,
        facts=tuple(_facts(observed, pulse)),
    )


def _standing(observed: Observed, silence: str) -> Standing:
    if silence:
        return Standing.CRITICAL
    return Standing.WARNING if observed.given_up else Standing.HEALTHY


def _sentence(observed: Observed) -> str:
    if observed.given_up == 1:
        return "Checks run, but 1 notification reached nobody."
    if observed.given_up:
        return f"Checks run, but {observed.given_up} notifications reached nobody."
    return "Checks run on time."


def _facts(observed: Observed, pulse: Pulse) -> list[tuple[str, str]]:
    facts = [
        ("Runner", _MODES.get(pulse.mode, pulse.mode) or "none seen"),
        ("Checks", str(len(observed.monitors))),
        ("Notifications waiting", str(observed.waiting)),
    ]
    if observed.given_up:
        facts.append(("Notifications given up", str(observed.given_up)))
    return facts + _own_figures(pulse.figures)


def _own_figures(figures: Mapping[str, float]) -> list[tuple[str, str]]:
    """Return what the runner says of itself, as far as it does."""
    shown = []
    if "dropped_total" in figures:
        shown.append(("Samples dropped", f"{figures['dropped_total']:.0f}"))
    if "tick_seconds" in figures:
        shown.append(("Last tick took", seconds_text(figures["tick_seconds"])))
    if "cpu_ratio" in figures:
        shown.append(("Own cost", f"{percent_text(figures['cpu_ratio'])} of one core"))
    return shown
