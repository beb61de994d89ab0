"""The services of the page: groups, rows, and what a row says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.banner import operational
from pulseboard.statuspage.calendar import QUIET
from pulseboard.statuspage.sentences import (
    bar_sentence,
    day_name,
    is_bad,
    summary,
    uptime_sentence,
)
from pulseboard.statuspage.snapshot import Bar, Look, Service, Snapshot
from pulseboard.statuspage.strip import Strip, strip_of
from pulseboard.statuspage.teller import Instant, Mark, Teller, mark_of
from pulseboard.statuspage.text import Form, Moment, _, ngettext
from pulseboard.statuspage.texts import percent, response
from pulseboard.statuspage.words import WORDS

#: Bad days listed below a strip; the page of the service has them all.
MOST_LISTED = 12
#: A page with no more services than this shows all groups open.
MOST_OPEN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """
    One service.

    Args:
        response: Empty where it is not timed or not shown.
        uptime: Of the shown window; empty likewise.
        bad: The last bad days, newest first; *more* were left out.
    """

    slug: str
    name: str
    description: str
    mark: Mark
    was: str
    response: str
    uptime: str
    uptime_label: str
    day_uptime: str
    receipt_url: str
    url: str
    strip: Strip
    summary: str
    since: Instant | None
    bad: tuple[str, ...]
    more: int
    start_label: str
    narrow_label: str
    end_label: str
    collecting: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Services under one heading; *is_open* when one of them is in trouble."""

    name: str
    is_open: bool
    rows: tuple[ServiceRow, ...]
    count: str


def groups(
    snapshot: Snapshot,
    teller: Teller,
    view: str,
    titles: dict[str, str],
    is_stale: bool,
) -> Iterable[Group]:
    by_name: dict[str, list[Service]] = {}
    for service in snapshot.services:
        by_name.setdefault(service.group, []).append(service)
    for name, services in by_name.items():
        yield Group(
            name=name,
            is_open=any(each.status not in QUIET for each in services)
            or len(snapshot.services) <= MOST_OPEN,
            rows=tuple(
                _row(each, snapshot, teller, view, titles, is_stale)
                for each in services
            ),
            count=count(services, teller),
        )


def count(services: Sequence[Service], teller: Teller) -> str:
    return teller.say(
        ngettext(
            "%(count)s of %(total)s operational",
            "%(count)s of %(total)s operational",
            operational(services),
            total=str(len(services)),
        )
    )


def sentences(
    snapshot: Snapshot, teller: Teller, view: str, titles: dict[str, str]
) -> dict[str, Any]:
    """
    Return the sentence of every bar, for the panel below a strip.

    Most bars say only their day and that all was well: those stand there once.
    """
    bars_of = {
        s.slug: (s.hours if view == "24h" else s.days) for s in snapshot.services
    }
    some = next(iter(bars_of.values()), ())
    quiet = {
        status.value: teller.say(
            _("%(day)s: %(facts)s", day="{day}", facts=WORDS[status])
        )
        for status in (PublicStatus.OPERATIONAL, PublicStatus.NO_DATA)
    }
    return {
        "names": [teller.say(day_name(bar, teller.zone)) for bar in some],
        "quiet": quiet,
        "services": {
            slug: _sentences(bars, snapshot.look, teller, titles)
            for slug, bars in bars_of.items()
        },
    }


def _row(
    service: Service,
    snapshot: Snapshot,
    teller: Teller,
    view: str,
    titles: dict[str, str],
    is_stale: bool,
) -> ServiceRow:
    look = snapshot.look
    bars = service.hours if view == "24h" else service.days
    bad = [bar for bar in reversed(bars) if is_bad(bar)]
    uptime = service.uptimes.get(view) if look.shows_uptime else None
    said = uptime_sentence(service, view, teller.now) if look.shows_uptime else None
    return ServiceRow(
        slug=service.slug,
        name=service.name,
        description=service.description,
        mark=mark_of(service.status, teller),
        was=_was(service, teller) if is_stale else "",
        response=_response(service, look, teller),
        uptime=teller.say(percent(uptime)) if uptime is not None else "",
        uptime_label=teller.say(said) if said else "",
        day_uptime=_day_uptime(service, look, view, teller),
        receipt_url=teller.links.to("uptime", service.slug, window=view),
        url=teller.links.to("services", service.slug),
        strip=strip_of(bars),
        summary=teller.say(summary(service)),
        since=teller.time(service.since) if service.since else None,
        bad=tuple(
            teller.say(
                bar_sentence(bar, teller.zone, titles, shows_uptime=look.shows_uptime)
            )
            for bar in bad[:MOST_LISTED]
        ),
        more=max(0, len(bad) - MOST_LISTED),
        start_label=_start_label(view, teller),
        narrow_label=teller.say(_("30 days ago")) if view == "90d" else "",
        end_label=teller.say(_("Today") if view == "90d" else _("Now")),
        collecting=_collecting(service, teller),
        is_demo=service.is_demo,
    )


def _was(service: Service, teller: Teller) -> str:
    return teller.say(_("Last known: %(status)s", status=WORDS[service.status]))


def _response(service: Service, look: Look, teller: Teller) -> str:
    if not look.shows_response_times or service.response_seconds is None:
        return ""
    return teller.say(response(service.response_seconds))


def _day_uptime(service: Service, look: Look, view: str, teller: Teller) -> str:
    """Return the uptime of 24 hours, to stand beside that of the shown window."""
    ratio = service.uptimes.get("24h")
    if view == "24h" or ratio is None or not look.shows_uptime:
        return ""
    return teller.say(_("24 h: %(percent)s", percent=percent(ratio)))


def _start_label(view: str, teller: Teller) -> str:
    return teller.say(_("90 days ago") if view == "90d" else _("24 hours ago"))


def _collecting(service: Service, teller: Teller) -> str:
    if service.collecting_since is None:
        return ""
    at = Moment(service.collecting_since.astimezone(teller.zone), Form.STAMP)
    return teller.say(_("Collecting since %(time)s", time=at))


def _sentences(
    bars: Sequence[Bar], look: Look, teller: Teller, titles: dict[str, str]
) -> dict[str, Any]:
    none = "".join("n" if b.status is PublicStatus.NO_DATA else "o" for b in bars)
    said = {
        str(place): teller.say(
            bar_sentence(bar, teller.zone, titles, shows_uptime=look.shows_uptime)
        )
        for place, bar in enumerate(bars)
        if is_bad(bar)
    }
    return {"codes": none, "said": said}
