"""
The whole staff page as one value: built from what was observed and the time.

    observed + clock ──▶ Page ──▶ HTML (templates)
                               ├▶ JSON (`answer`)
                               └▶ ETag (`fingerprint`)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from pulseboard.core.text import duration_text
from pulseboard.dashboard.card import Card, card_of
from pulseboard.dashboard.clock import Clock, Moment, iso_text
from pulseboard.dashboard.hero import Hero, hero_of, silence_of
from pulseboard.dashboard.icons import ICONS
from pulseboard.dashboard.itself import Itself, itself_of
from pulseboard.dashboard.observed import Observed, ObservedAlert, ObservedMonitor
from pulseboard.dashboard.standing import Standing
from pulseboard.monitors.definition import DEMO

FINGERPRINT_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """One open alert: how bad, what, the sentence, since when, whose."""

    id: int
    standing: Standing
    icon: str
    word: str
    title: str
    message: str
    since: Moment
    acknowledged_by: str = ""
    acknowledged: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """
    A run by hand that is under way.

    Args:
        sentence: ``Ana started a run 3 s ago.``
        done: How many checks have answered; None when that is not known.
    """

    sentence: str
    done: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """
    The line that says whether to trust this screen.

    Args:
        updated: When the server made this page.
        next_check: When the next run is due; None when nothing is scheduled.
        next_text: The same for people: ``Next check in 26 s.``
    """

    updated: Moment
    updated_text: str
    next_check: Moment | None
    next_text: str
    zone_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything on the page; `fingerprint` changes when any of it does."""

    hero: Hero
    freshness: Freshness
    alerts: tuple[AlertLine, ...]
    cards: tuple[Card, ...]
    itself: Itself
    run: RunLine | None
    fingerprint: str
    service: str
    has_demo: bool = False


def page_of(observed: Observed, clock: Clock, *, service: str = "") -> Page:
    """Return the page for *observed* at the clock's now."""
    running = not silence_of(observed.pulse, clock)
    cards = sorted_cards(
        card_of(monitor, clock, running=running) for monitor in observed.monitors
    )
    hero = hero_of(cards, observed.pulse, clock)
    return Page(
        hero=hero,
        freshness=_freshness(observed, clock, running),
        alerts=tuple(_alert_line(alert, clock) for alert in observed.alerts),
        cards=cards,
        itself=itself_of(observed, clock),
        run=_run_line(observed, clock),
        fingerprint=_fingerprint(observed, hero, cards, clock),
        service=service,
        has_demo=any(each.source == DEMO for each in observed.monitors),
    )


def sorted_cards(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Return *cards*, worst first; within a standing the order they came in."""
    return tuple(sorted(cards, key=lambda card: card.standing.place))


def _freshness(observed: Observed, clock: Clock, running: bool) -> Freshness:
    due = _next_due(observed) if running else None
    return Freshness(
        updated=clock.moment(clock.now),
        updated_text=clock.exactly(clock.now),
        next_check=clock.moment(due) if due else None,
        next_text=_next_text(due, clock) if running else "",
        zone_label=clock.zone_label,
    )


def _next_due(observed: Observed) -> datetime | None:
    due = [monitor.due_at for monitor in observed.monitors if monitor.due_at]
    return min(due, default=None)


def _next_text(due: datetime | None, clock: Clock) -> str:
    if due is None:
        return "No check is scheduled."
    if due <= clock.now:
        return "Next check is due."
    return f"Next check in {duration_text(due - clock.now)}."


def _alert_line(alert: ObservedAlert, clock: Clock) -> AlertLine:
    standing = {"critical": Standing.CRITICAL, "warning": Standing.WARNING}.get(
        alert.severity, Standing.UNKNOWN
    )
    at = alert.acknowledged_at
    return AlertLine(
        id=alert.id,
        standing=standing,
        icon=ICONS[standing],
        word=alert.severity.capitalize(),
        title=alert.title,
        message=alert.message,
        since=clock.moment(alert.began_at),
        acknowledged_by=alert.acknowledged_by,
        acknowledged=clock.moment(at) if at else None,
    )


def _run_line(observed: Observed, clock: Clock) -> RunLine | None:
    run = observed.run
    if run is None:
        return None
    age = duration_text(clock.now - run.started_at)
    who = run.who or "Somebody"
    return RunLine(sentence=f"{who} started a run {age} ago.", done=run.done)


def _fingerprint(
    observed: Observed, hero: Hero, cards: Iterable[Card], clock: Clock
) -> str:
    """
    Return a digest of what the page rests on, without what merely grows older.

    The zone is in it, since the same instants read differently in another; so is
    what time alone can change: whether checks run, whether a result is overdue.
    """
    parts = [
        [_row(_without_past_due(monitor, clock)) for monitor in observed.monitors],
        [_row(alert) for alert in observed.alerts],
        [_row(observed.pulse), observed.waiting, observed.given_up, _row(observed.run)],
        [hero.sentence, hero.trusted, clock.zone_label],
        [card.standing.value for card in cards],
        iso_text(clock.now)[:10],
    ]
    text = json.dumps(parts, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:FINGERPRINT_LENGTH]


def _without_past_due(monitor: ObservedMonitor, clock: Clock) -> ObservedMonitor:
    """Return *monitor* without a due time that merely follows the clock."""
    if monitor.due_at is None or monitor.due_at > clock.now:
        return monitor
    return replace(monitor, due_at=None)


def _row(value: object) -> str:
    # A frozen dataclass of plain values: its repr is its content.
    return repr(value)
