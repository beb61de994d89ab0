"""Incidents and maintenance as the page tells them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pulseboard.incidents.story import Phase, Story
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.statuspage.snapshot import Snapshot
from pulseboard.statuspage.teller import Instant, Mark, Teller, iso, mark_of
from pulseboard.statuspage.text import Form, Moment, ngettext
from pulseboard.statuspage.texts import duration
from pulseboard.statuspage.words import PHASES

#: Updates of an incident on the page itself.
MOST_UPDATES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update of an incident. *html* is safe."""

    phase: str
    at: Instant
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """An incident. *postmortem_html* is safe, and empty without one."""

    key: str
    title: str
    url: str
    mark: Mark
    phase: str
    is_over: bool
    affected: tuple[str, ...]
    started: Instant
    resolved: Instant | None
    lasted: str
    next_update: Instant | None
    updates: tuple[Update, ...]
    postmortem_html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """Planned maintenance."""

    key: str
    title: str
    description: str
    starts: Instant
    ends: Instant
    is_running: bool
    affected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the history."""

    name: str
    url: str
    count: str


def story_view(
    story: Story, snapshot: Snapshot, teller: Teller, *, whole: bool = False
) -> StoryView:
    """
    Return *story* for the page or for its own.

    Args:
        whole: With its post-mortem and every update.
    """
    end = story.resolved_at or teller.now
    lasted = duration((end - story.started_at).total_seconds())
    return StoryView(
        key=story.key,
        title=story.title,
        url=teller.links.to("incidents", story.key),
        mark=mark_of(story.impact, teller),
        phase=teller.say(PHASES[story.phase]),
        is_over=story.phase is Phase.RESOLVED,
        affected=_names(story.components, snapshot),
        started=teller.time(story.started_at),
        resolved=teller.time(story.resolved_at) if story.resolved_at else None,
        lasted=teller.say(lasted),
        next_update=_promised(story, teller),
        updates=tuple(
            Update(
                phase=teller.say(PHASES[note.phase]),
                at=teller.time(note.at),
                html=note.html,
            )
            for note in (story.notes if whole else story.notes[:MOST_UPDATES])
        ),
        postmortem_html=story.postmortem_html if whole else "",
    )


def window_view(window: Occurrence, snapshot: Snapshot, teller: Teller) -> WindowView:
    """Return *window* for the page."""
    return WindowView(
        key=window.key,
        title=window.title,
        description=window.description,
        starts=teller.time(window.starts_at),
        ends=_end_time(window, teller),
        is_running=window.is_open(teller.now),
        affected=_names(window.components, snapshot),
    )


def months(stories: Sequence[Story], teller: Teller) -> tuple[Month, ...]:
    """Return the months that have a story, newest first: empty ones are left out."""
    counts: dict[tuple[int, int], tuple[datetime, int]] = {}
    for story in sorted(stories, key=lambda each: each.started_at, reverse=True):
        local = story.started_at.astimezone(teller.zone)
        at, count = counts.get((local.year, local.month), (local, 0))
        counts[local.year, local.month] = at, count + 1
    return tuple(
        Month(
            name=teller.say(Moment(at, Form.MONTH)),
            url=teller.links.to("history", f"{at:%Y-%m}"),
            count=teller.say(ngettext("%(count)s incident", "%(count)s incidents", n)),
        )
        for at, n in counts.values()
    )


def _promised(story: Story, teller: Teller) -> Instant | None:
    if story.next_update_at is None or story.phase is Phase.RESOLVED:
        return None
    return teller.time(story.next_update_at)


def _names(slugs: Iterable[str], snapshot: Snapshot) -> tuple[str, ...]:
    """Return the names of the services with *slugs*, in the order of the page."""
    wanted = frozenset(slugs)
    return tuple(s.name for s in snapshot.services if s.slug in wanted)


def _end_time(window: Occurrence, teller: Teller) -> Instant:
    """Return when *window* ends: its day only if that is another one."""
    starts_at = window.starts_at.astimezone(teller.zone)
    ends_at = window.ends_at.astimezone(teller.zone)
    if starts_at.date() == ends_at.date():
        return Instant(iso(window.ends_at), teller.say(Moment(ends_at, Form.TIME)))
    return teller.time(window.ends_at)
