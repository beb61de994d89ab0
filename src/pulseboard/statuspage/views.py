"""
The public page over HTTP: read from the snapshot, rendered once, answered from memory.

    status-page                          the page of this host name, or the default one
    status-page/history/2026-11          a month
    status-page/incidents/<key>          one incident
    status-page/services/<slug>          one service with its charts
    status-page/uptime/<slug>            the receipt of its percentages
    status-page/look/…                   logo and colours
    status-page/<page>/…                 the same of another page
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings as django_settings
from django.db import Error as DatabaseFailure
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import NoReverseMatch, URLPattern, re_path, reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from pulseboard.access.headers import security_headers
from pulseboard.conf import get_settings
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage import store
from pulseboard.statuspage.kept import offer
from pulseboard.statuspage.links import Links
from pulseboard.statuspage.models import RESERVED
from pulseboard.statuspage.page import THEMES, Choice, iso, page_of
from pulseboard.statuspage.render import Rendered, html, kept, teller_of
from pulseboard.statuspage.store import Latest
from pulseboard.statuspage.words import tab_icon

UNAVAILABLE = "The status page cannot be read just now."


@dataclass(frozen=True, slots=True)
class Visit:
    """
    What a visitor asks for, reduced to what makes a difference.

    Args:
        now: To the minute: ages are written in minutes, so pages can be kept.
    """

    latest: Latest
    links: Links
    language: str
    theme: str
    view: str
    now: datetime
    is_stale: bool

    @property
    def key(self) -> tuple[Any, ...]:
        return (
            self.latest.etag, self.links.base, tuple(self.links.chosen.items()),
            self.language, self.theme, self.view,
            self.is_stale, self.now.replace(second=0, microsecond=0),
        )  # fmt: skip


@require_safe
def status_page(request: HttpRequest, page: str = "") -> HttpResponse:
    """Answer with the page called *page*, or that of this host name."""
    return _answer(request, page, _page_html)


Make = Callable[[Visit], "str | None"]


def _answer(request: HttpRequest, page: str, make: Make, *extra: str) -> HttpResponse:
    try:
        latest = store.latest(page, _host_of(request))
    except DatabaseFailure:
        return _plain(503, UNAVAILABLE)
    if latest is None:
        return _plain(404, "There is no such page.")
    visit = _visit(request, latest, page)
    made = kept((make.__name__, extra, *visit.key), lambda: make(visit, *extra) or "")
    if not made.body:
        return _plain(404, "There is no such page.")
    offer(request)
    return _conditional(request, visit, made)


def _visit(request: HttpRequest, latest: Latest, page: str) -> Visit:
    look = latest.snapshot.look
    now = datetime.now(UTC)
    language = _language(request, look.language)
    theme = request.GET.get("theme", "")
    theme = theme if theme in THEMES else ""
    asked = _language_asked(request)
    chosen = {"lang": asked, "theme": theme}
    return Visit(
        latest=latest,
        links=Links(_base(page), {k: v for k, v in chosen.items() if v}),
        language=language,
        theme=theme or look.theme,
        view="24h" if request.GET.get("window") == "24h" else "90d",
        now=now,
        is_stale=latest.snapshot.is_stale(now),
    )


def _page_html(visit: Visit) -> str:
    snapshot = visit.latest.snapshot
    with translation.override(visit.language):
        teller = teller_of(snapshot.look, visit.now, visit.links)
        page = page_of(snapshot, teller, view=visit.view, theme=visit.theme)
    context = {
        **_shell(visit, page.title, PublicStatus(page.banner.mark.status)),
        "page": page,
        "themes": page.themes,
        "built": iso(snapshot.built_at),
        "stale_after": int(snapshot.stale_after_seconds),
        "atom_url": visit.links.form(".atom"),
        "json_url": visit.links.form(".json"),
        "markdown_url": visit.links.form(".md"),
        "calendar_url": visit.links.form(".ics"),
        "subscribe_url": visit.links.to("subscribe"),
        "about_url": visit.links.to("uptime"),
    }
    return html("pulseboard/statuspage/page.html", visit.language, context)


def _shell(visit: Visit, title: str, status: PublicStatus) -> dict[str, Any]:
    """Return what every page of ours has around its content."""
    look = visit.latest.snapshot.look
    return {
        "look": look,
        "title": title,
        "theme": visit.theme,
        "tab_icon": f"data:image/svg+xml,{quote(tab_icon(status))}",
        "home_url": visit.links.to(),
        "is_private": not visit.latest.page.is_public,
        "languages": _languages(visit),
        "logo_url": visit.links.to("look", "logo", v=look.logo),
        "colours_url": _colours_url(visit) if look.colours else "",
    }


def _colours_url(visit: Visit) -> str:
    version = "-".join(
        each.lstrip("#") for each in visit.latest.snapshot.look.colours.values()
    )
    return visit.links.to("look", "colours.css", v=version)


def _languages(visit: Visit) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            name=translation.get_language_info(code)["name_local"],
            url=visit.links.to(lang=code),
            is_chosen=code == visit.language,
            value=code,
        )
        for code in LANGUAGES
    )


#: Those the page is written in.
LANGUAGES: tuple[str, ...] = ("en",)


def _language_asked(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in LANGUAGES else ""


def _language(request: HttpRequest, of_page: str) -> str:
    """Return the visitor's choice, else the page's, else what the browser asks for."""
    asked = _language_asked(request)
    if asked or of_page in LANGUAGES:
        return asked or of_page
    return LANGUAGES[0]


def _host_of(request: HttpRequest) -> str:
    return request.get_host().rpartition(":")[0] or request.get_host()


def _base(page: str) -> str:
    base = reverse("pulseboard:status-page")
    return f"{base}/{page}" if page else base


def _conditional(request: HttpRequest, visit: Visit, made: Rendered) -> HttpResponse:
    """Return *made*, or 304 when the visitor has it."""
    tag = f'"{made.etag}"'
    gzipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response: HttpResponse
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    else:
        body = made.gzipped if gzipped else made.body
        response = HttpResponse(body, content_type="text/html; charset=utf-8")
        if gzipped:
            response["Content-Encoding"] = "gzip"
    response["ETag"] = tag
    response["Last-Modified"] = http_date(visit.latest.snapshot.built_at.timestamp())
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Accept-Encoding", "Accept-Language"])
    return _secured(response, visit.latest.snapshot.look.may_be_embedded)


def _secured(response: HttpResponse, may_be_embedded: bool = False) -> HttpResponse:
    extra = dict(get_settings().csp_extra)
    if may_be_embedded:
        extra["frame-ancestors"] = ["*"]
    for name, value in security_headers(extra).items():
        response[name] = value
    return response


def _plain(status: int, sentence: str) -> HttpResponse:
    response = HttpResponse(
        sentence + "\n", status=status, content_type="text/plain; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    return _secured(response)


_PAGE = rf"(?P<page>(?!(?:{'|'.join(sorted(RESERVED))})(?:/|$))[-a-zA-Z0-9_]+)"

#: To be included under the namespace ``pulseboard``, after those of other rooms.
patterns: list[URLPattern] = [
    re_path(r"^status-page/?$", status_page, name="status-page"),
    re_path(rf"^status-page/{_PAGE}/?$", status_page, name="status-page-of"),
]
