"""The sentence at the top: am I fine, and if not, what is broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulseboard.core.text import duration_text
from pulseboard.dashboard.card import Card
from pulseboard.dashboard.clock import Clock
from pulseboard.dashboard.icons import ICONS
from pulseboard.dashboard.standing import Standing
from pulseboard.monitors.pulse import Pulse

#: Names the sentence holds before it starts to count.
NAMED = 2
#: What to do about a runner that is gone, in the words of every surface.
START_THE_WORKER = (
    "Start the worker: `manage.py pulseboard run` or enable the in-process runner."
)
RESUME = "Resume with `manage.py pulseboard start`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Hero:
    """
    The top of the page.

    Args:
        standing: Gives icon and colour.
        sentence: Names what is broken.
        line: The counts, or why the sentence is no longer known to be true.
        fix: What a person should do; empty when there is nothing.
        trusted: False while no checks run: then everything below is history.
    """

    standing: Standing
    icon: str
    sentence: str
    line: str
    fix: str = ""
    trusted: bool = True


def hero_of(cards: Sequence[Card], pulse: Pulse | None, clock: Clock) -> Hero:
    """Return the hero; the first rule that matches wins."""
    standing, sentence = verdict(cards)
    silence = silence_of(pulse, clock)
    if silence:
        return _without_checks(silence, sentence if cards else "", clock, pulse)
    return Hero(
        standing=standing,
        icon=ICONS[standing],
        sentence=sentence,
        line=counts_line(cards),
    )


def silence_of(pulse: Pulse | None, clock: Clock) -> str:
    """Return the sentence about checks that do not run, empty while they do."""
    if pulse is None or (pulse.ticked_at is None and pulse.stopped_at is None):
        return "No checks have run yet."
    if pulse.stopped_at is not None:
        by = f" by {pulse.stopped_by}" if pulse.stopped_by else ""
        return f"Checks were stopped at {clock.at(pulse.stopped_at)}{by}."
    if pulse.ticked_at is not None and not pulse.is_running(clock.now):
        return f"No checks have run since {clock.at(pulse.ticked_at)}."
    return ""


def verdict(cards: Sequence[Card]) -> tuple[Standing, str]:
    """Return the overall standing of *cards* and the sentence that names it."""
    failing = [card for card in cards if card.standing is Standing.CRITICAL]
    if failing:
        return Standing.CRITICAL, f"Critical: {_names(failing, *_trouble(failing))}"
    slow = [card for card in cards if card.standing is Standing.WARNING]
    if slow:
        names = _names(slow, "needs attention", "need attention")
        return Standing.WARNING, f"Warning: {names}"
    return _without_trouble(cards)


def _trouble(failing: Sequence[Card]) -> tuple[str, str]:
    """Return what is the matter with one and with many: a busy CPU is not down."""
    measured = [card.is_measured for card in failing]
    if all(measured):
        return "is beyond its limit", "are beyond their limits"
    if any(measured):
        return "is failing", "are failing"
    return "is down", "are down"


def counts_line(cards: Sequence[Card]) -> str:
    """Return how many have each standing, none left out that is there."""
    counts = [
        f"{count} {'paused' if standing is Standing.MAINTENANCE else standing.value}"
        for standing in (
            Standing.CRITICAL,
            Standing.WARNING,
            Standing.HEALTHY,
            Standing.UNKNOWN,
            Standing.MAINTENANCE,
        )
        if (count := sum(card.standing is standing for card in cards))
    ]
    return ", ".join(counts)


def _without_trouble(cards: Sequence[Card]) -> tuple[Standing, str]:
    asked = [card for card in cards if card.standing is not Standing.MAINTENANCE]
    unknown = [
        card for card in asked if card.standing is Standing.UNKNOWN and card.judged
    ]
    if not cards:
        return Standing.UNKNOWN, "Nothing is monitored yet"
    if not asked:
        names = _names(cards, "is paused", "are paused")
        return Standing.MAINTENANCE, f"Maintenance: {names}"
    if not any(card.standing is Standing.HEALTHY for card in asked):
        return Standing.UNKNOWN, "No data yet"
    if unknown:
        names = _names(unknown, "has no result", "have no result")
        return Standing.UNKNOWN, f"Unknown: {names}"
    return Standing.HEALTHY, "All systems healthy"


def _names(cards: Sequence[Card], one: str, many: str) -> str:
    """Return up to two names and what is the matter with them, then a number."""
    titles = [card.title for card in cards]
    if len(titles) == 1:
        return f"{titles[0]} {one}"
    if len(titles) <= NAMED:
        return f"{' and '.join(titles)} {many}"
    return f"{', '.join(titles[:NAMED])} and {len(titles) - NAMED} more {many}"


def _without_checks(
    silence: str, verdict: str, clock: Clock, pulse: Pulse | None
) -> Hero:
    stopped = pulse is not None and pulse.stopped_at is not None
    last_known = f"Last known: {verdict.replace(':', ',', 1)}."
    if not verdict:
        return _nothing(silence, RESUME if stopped else START_THE_WORKER)
    return Hero(
        standing=Standing.UNKNOWN,
        icon=ICONS[Standing.UNKNOWN],
        sentence=silence if stopped else _server_answers(silence),
        line=f"{last_known} {_silent_for(pulse, clock)}".strip(),
        fix=RESUME if stopped else START_THE_WORKER,
        trusted=False,
    )


def _nothing(silence: str, fix: str) -> Hero:
    return Hero(
        standing=Standing.UNKNOWN,
        icon=ICONS[Standing.UNKNOWN],
        sentence="Nothing is monitored yet",
        line=silence,
        fix=fix,
        trusted=False,
    )


def _server_answers(silence: str) -> str:
    return f"The server answers, but {silence[0].lower()}{silence[1:]}"


def _silent_for(pulse: Pulse | None, clock: Clock) -> str:
    at = pulse.ticked_at if pulse else None
    return f"Last tick {duration_text(clock.now - at)} ago." if at else ""
