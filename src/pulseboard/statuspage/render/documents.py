"""Each kind of page as a whole document, or None when there is no such thing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from pulseboard.access.language import LANGUAGES, is_right_to_left, ours
from pulseboard.core.buckets import epoch_ms
from pulseboard.incidents import store as incidents
from pulseboard.incidents.store.links import accepts_subscribers
from pulseboard.incidents.story import Phase, Story
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage import store
from pulseboard.statuspage.copied import copy_note
from pulseboard.statuspage.links import Links
from pulseboard.statuspage.page import (
    BannerView,
    banner_view,
    page_of,
    tab_title,
    theme_choices,
)
from pulseboard.statuspage.receipt import receipt
from pulseboard.statuspage.render.voice import teller_of
from pulseboard.statuspage.script_words import script_words
from pulseboard.statuspage.snapshot import Service, Snapshot
from pulseboard.statuspage.store import Latest
from pulseboard.statuspage.subpages import (
    ChartView,
    error_chart,
    month_bounds,
    month_view,
    receipt_view,
    response_chart,
    rules,
    service_view,
)
from pulseboard.statuspage.teller import Choice, Teller, iso
from pulseboard.statuspage.texts import zone_name
from pulseboard.statuspage.told import story_view
from pulseboard.statuspage.words import tab_icon

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Visit:
    """
    What a visitor asks for, reduced to what makes a difference.

    Args:
        theme: As it is shown; *view* and *window* likewise.
    """

    latest: Latest
    links: Links
    language: str
    theme: str
    view: str
    window: str
    now: datetime
    #: Of a preview or copy; otherwise it follows from the page.
    colours_url: str = ""
    #: Of a copy: the files beside it.
    is_copy: bool = False
    style_url: str = ""
    script_url: str = ""
    #: A preview has none: it cannot be asked for again.
    has_script: bool = True

    @property
    def snapshot(self) -> Snapshot:
        return self.latest.snapshot

    @property
    def kind(self) -> tuple[Any, ...]:
        """What tells a rendering from others of the same moment."""
        page = self.latest.page
        # Pages of other host names have the same addresses; one may be private.
        return (
            page.pk, page.slug, page.visibility,
            self.links.base, *self.links.chosen.items(), self.language, self.theme,
            self.view, self.window, self.snapshot.is_stale(self.now),
        )  # fmt: skip

    @property
    def moment(self) -> tuple[Any, ...]:
        """What makes an older rendering worthless: ages are written in minutes."""
        return self.latest.etag, int(self.now.timestamp() // 60)

    def teller(self) -> Teller:
        """Return who tells the visitor, in the language that is active."""
        return teller_of(self.snapshot.look, self.now, self.links)

    def service(self, slug: str) -> Service | None:
        """Return the service called *slug*, None when the page shows none such."""
        services = self.snapshot.services
        return next((each for each in services if each.slug == slug), None)


def page(visit: Visit) -> str:
    """Return the page itself."""
    snapshot = visit.snapshot
    with translation.override(visit.language):
        shown = page_of(snapshot, visit.teller(), view=visit.view)
        note = copy_note(visit.teller()) if visit.is_copy else ""
    return _html(
        "page",
        visit,
        shown.banner,
        page=shown,
        copy_note=note,
        built=iso(snapshot.built_at),
        observed=iso(snapshot.known_at) if snapshot.known_at else "",
        stale_after=int(snapshot.stale_after_seconds),
        subscribe_url=_subscribe_url(visit),
        about_url=visit.links.to("uptime"),
    )


def service(visit: Visit, slug: str) -> str | None:
    """Return the page of one service."""
    found = visit.service(slug)
    if found is None:
        return None
    with translation.override(visit.language):
        teller = visit.teller()
        charts = (
            _charts(visit, slug, teller) if visit.snapshot.look.shows_charts else []
        )
        view = service_view(found, visit.snapshot, charts, teller)
    return _html("service", visit, heading=found.name, view=view)


def uptime(visit: Visit, slug: str) -> str | None:
    """Return the receipt of the percentage of one service and window."""
    found = visit.service(slug)
    at = visit.snapshot.built_at
    look = visit.snapshot.look
    if found is None or not look.shows_uptime:
        return None
    stretches = store.stretches_of(visit.latest.page, slug, at)
    if stretches is None:
        return None
    counted = receipt(stretches, visit.window, epoch_ms(at), look.policy)
    with translation.override(visit.language):
        view = receipt_view(found, counted, visit.teller())
    return _html("uptime", visit, heading=found.name, view=view)


def about_uptime(visit: Visit) -> str:
    """Return the page that says how uptime is counted here."""
    with translation.override(visit.language):
        said = list(rules(visit.snapshot.look.policy, visit.teller()))
        heading = translation.gettext("How uptime is counted")
    return _html("about_uptime", visit, heading=heading, rules=said)


def history(visit: Visit, month: str) -> str | None:
    """Return the incidents that began in *month*, such as ``2026-11``."""
    matched = _MONTH.fullmatch(month)
    if not matched or not visit.snapshot.look.shows_history:
        return None
    first = date(int(matched[1]), int(matched[2]), 1)
    zone = ZoneInfo(visit.snapshot.look.zone)
    bounds = month_bounds(first, visit.now, zone)
    if bounds is None:
        return None
    slugs = [each.slug for each in visit.snapshot.services]
    told = incidents.stories_begun(slugs, *bounds)
    with translation.override(visit.language):
        view = month_view(first, told, visit.snapshot, visit.teller())
    return _html("history", visit, heading=view.name, view=view)


def incident(visit: Visit, key: str) -> str | None:
    """Return the page of one incident."""
    story = _story(visit, key)
    if story is None:
        return None
    with translation.override(visit.language):
        view = story_view(story, visit.snapshot, visit.teller(), whole=True)
    return _html("incident", visit, heading=story.title, story=view)


def embed(visit: Visit) -> str | None:
    """Return the banner alone, for frames of other sites; None where not allowed."""
    return _html("embed", visit) if visit.snapshot.look.may_be_embedded else None


def _subscribe_url(visit: Visit) -> str:
    """
    Return the address of the form, which is one for all public pages; else empty.

    It knows nothing of the page's language, and is to know nothing of its token.
    """
    if not accepts_subscribers() or not visit.latest.page.is_public:
        return ""
    own = ours(visit.snapshot.look.language)
    language = visit.links.chosen.get("lang", own)
    query = f"?{urlencode({'lang': language})}" if language else ""
    return visit.links.outside(reverse("pulseboard:subscribe") + query)


def _story(visit: Visit, key: str) -> Story | None:
    for story in visit.snapshot.stories:
        if story.key == key:
            return story
    slugs = [each.slug for each in visit.snapshot.services]
    found = incidents.story_of(key, slugs)
    is_over = found is not None and found.phase is Phase.RESOLVED
    return None if is_over and not visit.snapshot.look.shows_history else found


def _charts(visit: Visit, slug: str, teller: Teller) -> list[ChartView]:
    found: list[ChartView | None] = []
    for name, measured in store.measured(visit.latest.page, slug, visit.now).items():
        points = [(each.at, each.median, each.p95) for each in measured.points]
        shares = [(each.at, each.ratio) for each in measured.failures]
        if visit.snapshot.look.shows_response_times:
            found.append(response_chart(name, points, teller))
        found.append(error_chart(name, shares, teller))
    return [each for each in found if each is not None]


def _html(
    name: str,
    visit: Visit,
    banner: BannerView | None = None,
    heading: str = "",
    **context: Any,
) -> str:
    """Return the template *name* inside what every page has around its content."""
    snapshot, links = visit.snapshot, visit.links
    look = snapshot.look
    with translation.override(visit.language):
        teller = visit.teller()
        banner = banner or banner_view(snapshot, teller)
        state = tab_title(banner, look, teller)
        shell = {
            "language": visit.language,
            "right_to_left": is_right_to_left(visit.language),
            "look": look,
            "title": f"{heading} - {look.title}" if heading else state,
            "heading": heading,
            "banner": banner,
            "is_stale": banner.is_stale,
            "theme": visit.theme,
            "tab_icon": _tab_icon(banner.mark.status),
            "home_url": links.to(),
            "zone": zone_name(look.zone, teller.now, teller.zone),
            "words": script_words(look, teller),
            "is_private": not visit.latest.page.is_public,
            "style_url": visit.style_url,
            "script_url": visit.script_url,
            "has_script": visit.has_script,
            "themes": theme_choices(visit.theme, teller),
            "languages": _languages(visit),
            "logo_url": links.to("look", "logo", v=look.logo),
            "colours_url": visit.colours_url or _colours_url(visit),
            "atom_url": links.form(".atom"),
            "json_url": links.form(".json"),
            "markdown_url": links.form(".md"),
            "calendar_url": links.form(".ics"),
        }
        return render_to_string(
            f"pulseboard/statuspage/{name}.html", {**shell, **context}
        )


def _tab_icon(status: str) -> str:
    # In the page itself: one request less, and it cannot lag behind.
    return f"data:image/svg+xml,{quote(tab_icon(PublicStatus(status)))}"


def _colours_url(visit: Visit) -> str:
    colours = visit.snapshot.look.colours
    if not colours:
        return ""
    version = "-".join(colour.lstrip("#") for colour in colours.values())
    return visit.links.to("look", "colours.css", v=version)


def _languages(visit: Visit) -> tuple[Choice, ...]:
    if not settings.USE_I18N:
        return ()
    return tuple(
        Choice(
            name=translation.get_language_info(code)["name_local"],
            url=visit.links.to(lang=code),
            is_chosen=code == visit.language,
            value=code,
        )
        for code in LANGUAGES
    )
