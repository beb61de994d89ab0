"""
The page as its template shows it: every word said, every address made.

Pure: a snapshot, a time, a language and addresses go in; plain values come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.banner import active, banner_of
from pulseboard.statuspage.links import Links
from pulseboard.statuspage.rows import Group, count, groups, sentences
from pulseboard.statuspage.snapshot import Look, Performance, Snapshot
from pulseboard.statuspage.teller import Choice, Instant, Mark, Teller, mark_of
from pulseboard.statuspage.text import Form, Moment, Number, Text, _
from pulseboard.statuspage.texts import (
    duration,
    percent,
    response,
    window_name,
)
from pulseboard.statuspage.timed import Html
from pulseboard.statuspage.told import (
    Month,
    StoryView,
    WindowView,
    months,
    story_view,
    window_view,
)

THEMES = ("auto", "light", "dark", "contrast")


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerView:
    """The top of the page; *heading* is *sentence* as HTML."""

    mark: Mark
    sentence: str
    heading: Html
    lines: tuple[Html, ...]
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
        updated=teller.time(snapshot.known_at or snapshot.built_at),
        updated_text=_updated(snapshot, teller),
        is_stale=banner.is_stale,
        has_demo=any(service.is_demo for service in snapshot.services),
        stories=tuple(
            story_view(each, snapshot, teller) for each in active(snapshot.stories)
        ),
        windows=tuple(window_view(each, snapshot, teller) for each in snapshot.windows),
        views=_views(view, teller),
        view=view,
        groups=tuple(groups(snapshot, teller, view, titles, banner.is_stale)),
        count=count(snapshot.services, teller),
        performance=_performance(snapshot.performance, look, teller),
        months=months(snapshot.stories, teller) if look.shows_history else (),
        quiet=teller.say(_("No incidents in the last 90 days.")),
        legend=tuple(mark_of(each, teller) for each in PublicStatus),
        data=sentences(snapshot, teller, view, titles),
    )


def banner_view(snapshot: Snapshot, teller: Teller) -> BannerView:
    """Return the banner of *snapshot* in the visitor's language."""
    banner = banner_of(snapshot, teller.now, teller.zone)
    return BannerView(
        mark=mark_of(banner.status, teller),
        sentence=teller.say(banner.sentence),
        heading=teller.html(banner.sentence),
        lines=tuple(teller.html(line) for line in banner.lines),
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


def _updated(snapshot: Snapshot, teller: Teller) -> str:
    """Return the line that says how fresh the page is."""
    if snapshot.known_at is None:
        return teller.say(_("No checks have run yet."))
    at = snapshot.known_at.astimezone(teller.zone)
    today = at.date() == teller.now.astimezone(teller.zone).date()
    moment = Moment(at, Form.SECONDS if today else Form.STAMP)
    age_seconds = (teller.now - snapshot.known_at).total_seconds()
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
