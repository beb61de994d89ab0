"""
The one sentence that says how everything does, and the line below it.

The first rule that matches wins: stale, half or more in major outage, any outage, any
degraded, only maintenance, nothing known, all well. A posted incident may raise it to
its impact and never lowers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from pulseboard.incidents.story import Phase, Story
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.monitors.public_status import PublicStatus, worst_of
from pulseboard.statuspage.snapshot import Service, Snapshot
from pulseboard.statuspage.text import Listed, Text, _, ngettext
from pulseboard.statuspage.texts import duration, time_of
from pulseboard.statuspage.words import WORDS

#: Names in the sentence; the others are counted.
MOST_NAMES = 2
_OUTAGES = (PublicStatus.MAJOR_OUTAGE, PublicStatus.PARTIAL_OUTAGE)
_AFFECTED = frozenset({*_OUTAGES, PublicStatus.DEGRADED})


@dataclass(frozen=True, slots=True)
class Banner:
    """
    Args:
        status: Whose colour and shape it has.
        lines: Sentences below the first one, in order.
    """

    status: PublicStatus
    sentence: Text
    lines: tuple[Text, ...] = ()
    is_stale: bool = False


def banner_of(snapshot: Snapshot, now: datetime, zone: tzinfo) -> Banner:
    """Return what the top of the page says at *now*."""
    measured = _measured(snapshot, now, zone)
    if snapshot.is_stale(now) and snapshot.known_at is not None:
        since = time_of(snapshot.known_at, now, zone)
        return Banner(
            PublicStatus.NO_DATA,
            _("Status unknown since %(time)s", time=since),
            (
                _("We are not receiving measurements."),
                _("Last known: %(sentence)s.", sentence=measured.sentence),
            ),
            is_stale=True,
        )
    return _raised(measured, active(snapshot.stories))


def active(stories: Sequence[Story]) -> tuple[Story, ...]:
    """Return those of *stories* that go on."""
    return tuple(s for s in stories if s.phase is not Phase.RESOLVED)


def operational(services: Sequence[Service]) -> int:
    """Return how many of *services* are operational."""
    return sum(each.status is PublicStatus.OPERATIONAL for each in services)


def _measured(snapshot: Snapshot, now: datetime, zone: tzinfo) -> Banner:
    services = snapshot.services
    status = _overall(services)
    lines: list[Text] = []
    if status in _AFFECTED:
        lines.append(_affected_line(services, now, zone))
        lines += _beside(status, services)
    elif services and status is not PublicStatus.NO_DATA:
        lines.append(_operational_line(services))
    promised = _promise(active(snapshot.stories), now, zone)
    sentence = _sentence(status, snapshot, now, zone)
    return Banner(status, sentence, (*lines, *promised))


def _overall(services: Sequence[Service]) -> PublicStatus:
    statuses = [each.status for each in services]
    major = statuses.count(PublicStatus.MAJOR_OUTAGE)
    if major and 2 * major >= len(statuses):
        return PublicStatus.MAJOR_OUTAGE
    if any(each in _OUTAGES for each in statuses):
        return PublicStatus.PARTIAL_OUTAGE
    for status in (PublicStatus.DEGRADED, PublicStatus.MAINTENANCE):
        if status in statuses:
            return status
    known = any(each is not PublicStatus.NO_DATA for each in statuses)
    return PublicStatus.OPERATIONAL if known else PublicStatus.NO_DATA


def _sentence(
    status: PublicStatus, snapshot: Snapshot, now: datetime, zone: tzinfo
) -> Text:
    services = snapshot.services
    if status is PublicStatus.MAJOR_OUTAGE:
        down, is_are = _named(services, PublicStatus.MAJOR_OUTAGE)
        return ngettext(
            "Major outage: %(names)s is down",
            "Major outage: %(names)s are down",
            is_are,
            names=down,
        )
    if status is PublicStatus.PARTIAL_OUTAGE:
        return _partial(services)
    if status is PublicStatus.DEGRADED:
        slow, is_are = _named(services, PublicStatus.DEGRADED)
        return ngettext(
            "Degraded: %(names)s is slow",
            "Degraded: %(names)s are slow",
            is_are,
            names=slow,
        )
    if status is PublicStatus.MAINTENANCE:
        return _maintenance(snapshot, now, zone)
    if status is PublicStatus.NO_DATA:
        return _("No data yet")
    return _("All systems operational")


def _partial(services: Sequence[Service]) -> Text:
    names, is_are = _named(services, *_OUTAGES)
    if any(each.status is PublicStatus.MAJOR_OUTAGE for each in services):
        return ngettext(
            "Partial outage: %(names)s is down",
            "Partial outage: %(names)s are down",
            is_are,
            names=names,
        )
    return ngettext(
        "Partial outage: %(names)s is partly down",
        "Partial outage: %(names)s are partly down",
        is_are,
        names=names,
    )


def _maintenance(snapshot: Snapshot, now: datetime, zone: tzinfo) -> Text:
    names, _count = _named(snapshot.services, PublicStatus.MAINTENANCE)
    ends_at = _end_of(snapshot.windows, now)
    if ends_at is None:
        return _("Maintenance in progress: %(names)s", names=names)
    return _(
        "Maintenance in progress: %(names)s, until %(time)s",
        names=names,
        time=time_of(ends_at, now, zone),
    )


def _end_of(windows: Sequence[Occurrence], now: datetime) -> datetime | None:
    return max((w.ends_at for w in windows if w.is_open(now)), default=None)


def _named(services: Sequence[Service], *statuses: PublicStatus) -> tuple[Listed, int]:
    """Return the names of those with *statuses*, worst first, and how many."""
    names: list[str] = []
    for status in statuses:
        names += [each.name for each in services if each.status is status]
    if len(names) <= MOST_NAMES:
        return Listed(tuple(names)), len(names)
    rest = len(names) - MOST_NAMES
    more = ngettext("%(count)s more", "%(count)s more", rest)
    return Listed((*names[:MOST_NAMES], more)), len(names)


def _affected_line(services: Sequence[Service], now: datetime, zone: tzinfo) -> Text:
    affected = [each for each in services if each.status in _AFFECTED]
    since = min((each.since for each in affected if each.since), default=None)
    total = str(len(services))
    if since is None:
        return ngettext(
            "%(count)s of %(total)s services affected.",
            "%(count)s of %(total)s services affected.",
            len(affected),
            total=total,
        )
    return ngettext(
        "%(count)s of %(total)s services affected since %(time)s (%(duration)s).",
        "%(count)s of %(total)s services affected since %(time)s (%(duration)s).",
        len(affected),
        total=total,
        time=time_of(since, now, zone),
        duration=duration((now - since).total_seconds()),
    )


def _beside(status: PublicStatus, services: Sequence[Service]) -> list[Text]:
    """Return what is slow beside what is down."""
    names, count = _named(services, PublicStatus.DEGRADED)
    if status is PublicStatus.DEGRADED or not count:
        return []
    return [
        ngettext("%(names)s is slow.", "%(names)s are slow.", count, names=names),
    ]


def _operational_line(services: Sequence[Service]) -> Text:
    return ngettext(
        "%(count)s of %(total)s services operational.",
        "%(count)s of %(total)s services operational.",
        operational(services),
        total=str(len(services)),
    )


def _promise(stories: Sequence[Story], now: datetime, zone: tzinfo) -> tuple[Text, ...]:
    times = [s.next_update_at for s in stories if s.next_update_at]
    coming = [at for at in times if at >= now]
    if not coming:
        return ()
    return (_("Next update by %(time)s.", time=time_of(min(coming), now, zone)),)


def _raised(measured: Banner, stories: Sequence[Story]) -> Banner:
    impact = worst_of(story.impact for story in stories)
    if impact not in _AFFECTED:
        return measured
    if measured.status in _AFFECTED and impact.badness <= measured.status.badness:
        return measured
    title = next(s.title for s in stories if s.impact is impact)
    sentence = _("%(status)s: %(title)s", status=WORDS[impact], title=title)
    return Banner(impact, sentence, measured.lines)
