"""
The page as its template shows it: every word said, every address made.

Pure: a snapshot, a time, a language and addresses go in; plain values come out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from pulseboard.incidents.story import Phase, Story
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.banner import active, banner_of, operational
from pulseboard.statuspage.links import Links
from pulseboard.statuspage.sentences import (
    bar_sentence,
    day_name,
    is_bad,
    summary,
    uptime_sentence,
)
from pulseboard.statuspage.snapshot import Bar, Look, Performance, Service, Snapshot
from pulseboard.statuspage.strip import Strip, strip_of
from pulseboard.statuspage.text import (
    Form,
    Moment,
    Number,
    Part,
    Text,
    Voice,
    _,
    ngettext,
    say,
)
from pulseboard.statuspage.texts import (
    duration,
    percent,
    response,
    time_of,
    window_name,
    zone_name,
)
from pulseboard.statuspage.words import ICONS, PHASES, TOKENS, WORDS

#: Bars to choose from, by the name in the address.
VIEWS = {"90d": "90d", "24h": "24h"}
#: Bad days listed below a strip; the page of the service has them all.
MOST_LISTED = 12
#: Updates of an incident on the page itself.
MOST_UPDATES = 5
THEMES = ("auto", "light", "dark", "contrast")
_CALM = frozenset({PublicStatus.OPERATIONAL, PublicStatus.NO_DATA})


@dataclass(frozen=True, slots=True)
class Teller:
    """
    Who says what, to whom, when.

    Args:
        zone: Whose days and clock.
        links: Of the page.
    """

    voice: Voice
    now: datetime
    zone: tzinfo
    links: Links

    def say(self, part: Part) -> str:
        """Return *part* in the visitor's language."""
        return say(part, self.voice)

    def time(self, at: datetime) -> Instant:
        """Return *at* for people and machines."""
        return Instant(iso(at), self.say(time_of(at, self.now, self.zone)))


@dataclass(frozen=True, slots=True)
class Instant:
    """A time for ``<time>``: *iso* for machines, *text* for people."""

    iso: str
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A status as it is shown: word, shape and the name of its colour."""

    status: str
    token: str
    icon: str
    word: str


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


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several views of the page."""

    name: str
    url: str
    is_chosen: bool
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerView:
    """The top of the page."""

    mark: Mark
    sentence: str
    lines: tuple[str, ...]
    is_stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """Everything that the template of the page shows, in its order."""

    look: Look
    links: Links
    title: str
    banner: BannerView
    updated: Instant
    updated_text: str
    zone: str
    is_stale: bool
    has_demo: bool
    stories: tuple[StoryView, ...]
    windows: tuple[WindowView, ...]
    views: tuple[Choice, ...]
    view: str
    groups: tuple[Group, ...]
    count: str
    performance: tuple[tuple[str, str], ...]
    months: tuple[Month, ...]
    quiet: str
    legend: tuple[Mark, ...]
    data: dict[str, Any]


def page_of(snapshot: Snapshot, teller: Teller, *, view: str = "90d") -> PageView:
    """Return the page of *snapshot* with the bars of *view*."""
    banner = banner_view(snapshot, teller)
    titles = {story.key: story.title for story in snapshot.stories}
    look = snapshot.look
    return PageView(
        look=look,
        links=teller.links,
        title=tab_title(banner, look, teller),
        banner=banner,
        updated=teller.time(snapshot.observed_at or snapshot.built_at),
        updated_text=_updated(snapshot, teller),
        zone=zone_name(look.zone, teller.now, teller.zone),
        is_stale=banner.is_stale,
        has_demo=any(service.is_demo for service in snapshot.services),
        stories=tuple(
            story_view(each, snapshot, teller) for each in active(snapshot.stories)
        ),
        windows=tuple(
            _window_view(each, snapshot, teller) for each in snapshot.windows
        ),
        views=_views(view, teller),
        view=view,
        groups=tuple(_groups(snapshot, teller, view, titles, banner.is_stale)),
        count=_count(snapshot.services, teller),
        performance=_performance(snapshot.performance, look, teller),
        months=_months(snapshot.stories, teller) if look.shows_history else (),
        quiet=teller.say(_("No incidents in the last 90 days.")),
        legend=tuple(mark_of(each, teller) for each in PublicStatus),
        data=_data(snapshot, teller, view, titles),
    )


def iso(at: datetime) -> str:
    """Return *at* (UTC) to the second, with a Z."""
    return at.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def mark_of(status: PublicStatus, teller: Teller) -> Mark:
    """Return *status* as it is shown."""
    word = teller.say(WORDS[status])
    return Mark(status.value, TOKENS[status], ICONS[status], word)


def banner_view(snapshot: Snapshot, teller: Teller) -> BannerView:
    """Return the banner of *snapshot* in the visitor's language."""
    banner = banner_of(snapshot, teller.now, teller.zone)
    return BannerView(
        mark=mark_of(banner.status, teller),
        sentence=teller.say(banner.sentence),
        lines=tuple(teller.say(line) for line in banner.lines),
        is_stale=banner.is_stale,
    )


def tab_title(banner: BannerView, look: Look, teller: Teller) -> str:
    """Return the title of the tab: it begins with the state unless all is well."""
    if banner.is_stale:
        state = teller.say(_("(stale) %(sentence)s", sentence=banner.sentence))
    elif banner.mark.status == PublicStatus.OPERATIONAL.value:
        return look.title
    else:
        state = banner.sentence
    return f"{state} - {look.title}"


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


def _promised(story: Story, teller: Teller) -> Instant | None:
    if story.next_update_at is None or story.phase is Phase.RESOLVED:
        return None
    return teller.time(story.next_update_at)


def _names(slugs: Iterable[str], snapshot: Snapshot) -> tuple[str, ...]:
    """Return the names of the services with *slugs*, in the order of the page."""
    wanted = frozenset(slugs)
    return tuple(s.name for s in snapshot.services if s.slug in wanted)


def _window_view(window: Occurrence, snapshot: Snapshot, teller: Teller) -> WindowView:
    return WindowView(
        key=window.key,
        title=window.title,
        description=window.description,
        starts=teller.time(window.starts_at),
        ends=_end_time(window, teller),
        is_running=window.is_open(teller.now),
        affected=_names(window.components, snapshot),
    )


def _end_time(window: Occurrence, teller: Teller) -> Instant:
    """Return when *window* ends: its day only if that is another one."""
    starts_at = window.starts_at.astimezone(teller.zone)
    ends_at = window.ends_at.astimezone(teller.zone)
    if starts_at.date() == ends_at.date():
        return Instant(iso(window.ends_at), teller.say(Moment(ends_at, Form.TIME)))
    return teller.time(window.ends_at)


def _updated(snapshot: Snapshot, teller: Teller) -> str:
    """Return the line that says how fresh the page is."""
    if snapshot.observed_at is None:
        return teller.say(_("No checks have run yet."))
    at = snapshot.observed_at.astimezone(teller.zone)
    today = at.date() == teller.now.astimezone(teller.zone).date()
    moment = Moment(at, Form.SECONDS if today else Form.STAMP)
    age_seconds = (teller.now - snapshot.observed_at).total_seconds()
    if age_seconds < 60:
        return teller.say(_("Updated %(time)s", time=moment))
    age = duration(age_seconds)
    return teller.say(_("Updated %(time)s, %(age)s ago", time=moment, age=age))


def _views(view: str, teller: Teller) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            name=teller.say(window_name(each)),
            url=teller.links.to(window="" if each == "90d" else each) + "#services",
            is_chosen=each == view,
            value=each,
        )
        for each in ("24h", "90d")
    )


def _groups(
    snapshot: Snapshot,
    teller: Teller,
    view: str,
    titles: dict[str, str],
    is_stale: bool,
) -> Iterable[Group]:
    groups: dict[str, list[Service]] = {}
    for service in snapshot.services:
        groups.setdefault(service.group, []).append(service)
    for name, services in groups.items():
        yield Group(
            name=name,
            is_open=any(each.status not in _CALM for each in services)
            or len(snapshot.services) <= MOST_OPEN,
            rows=tuple(
                _row(each, snapshot, teller, view, titles, is_stale)
                for each in services
            ),
            count=_count(services, teller),
        )


#: A page with no more services than this shows all groups open.
MOST_OPEN = 20


def _count(services: Sequence[Service], teller: Teller) -> str:
    return teller.say(
        ngettext(
            "%(count)s of %(total)s operational",
            "%(count)s of %(total)s operational",
            operational(services),
            total=str(len(services)),
        )
    )


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


def _performance(
    found: Performance | None, look: Look, teller: Teller
) -> tuple[tuple[str, str], ...]:
    if found is None or not look.shows_performance:
        return ()
    pairs: list[tuple[Text, Text | None]] = [
        (
            _("Response time, median"),
            None
            if found.response_seconds is None
            else response(found.response_seconds),
        ),
        (_("Error rate"), _share(found.error_ratio)),
        (_("CPU in use"), _roughly(found.cpu_ratio)),
        (_("Memory in use"), _roughly(found.memory_ratio)),
    ]
    return tuple(
        (teller.say(name), teller.say(value)) for name, value in pairs if value
    )


def _share(ratio: float | None) -> Text | None:
    return None if ratio is None else percent(ratio)


def _roughly(ratio: float | None) -> Text | None:
    if ratio is None:
        return None
    return _("%(percent)s%%", percent=Number(ratio * 100))


def _months(stories: Sequence[Story], teller: Teller) -> tuple[Month, ...]:
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


def theme_choices(chosen: str, teller: Teller) -> tuple[Choice, ...]:
    """Return the themes to choose from."""
    names = {
        "auto": _("Auto"),
        "light": _("Light"),
        "dark": _("Dark"),
        "contrast": _("High contrast"),
    }
    return tuple(
        Choice(
            name=teller.say(names[each]),
            url=teller.links.to(theme=each),
            is_chosen=each == chosen,
            value=each,
        )
        for each in THEMES
    )


def _data(
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
