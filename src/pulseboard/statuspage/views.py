"""
The public page over HTTP: read from the snapshot, rendered once, answered from memory.

    status-page                          the page of this host name, or the default one
    status-page/history/2026-11          a month
    status-page/incidents/<key>          one incident
    status-page/services/<slug>          one service with its charts
    status-page/uptime/<slug>            the receipt of a percentage
    status-page/look/…                   logo and colours
    status-page/embed                    the banner alone, for frames of other sites
    status-page/<page>/…                 the same of another page
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import Error as DatabaseFailure
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    HttpResponseRedirect,
)
from django.urls import URLPattern, re_path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from pulseboard.access.errors import Unavailable
from pulseboard.access.headers import security_headers
from pulseboard.access.language import asked_language, language_of
from pulseboard.access.models import digest_of
from pulseboard.access.sign_in import sign_in_url
from pulseboard.access.store import caller_of, check_rate, log_access
from pulseboard.conf import get_settings
from pulseboard.core.roles import Role
from pulseboard.statuspage import store
from pulseboard.statuspage.colour import stylesheet
from pulseboard.statuspage.kept import offer
from pulseboard.statuspage.links import Links
from pulseboard.statuspage.models import RESERVED, StatusPage
from pulseboard.statuspage.page import THEMES
from pulseboard.statuspage.render import documents
from pulseboard.statuspage.render.documents import Visit
from pulseboard.statuspage.render.kept import Rendered, kept
from pulseboard.statuspage.store import Latest
from pulseboard.statuspage.texts import WINDOWS

Make = Callable[..., "str | None"]

HTML = "text/html; charset=utf-8"
NO_PAGE = "There is no such page."
AWAY = "The status page cannot be read just now."
A_YEAR = timedelta(days=365)


@require_safe
def status_page(request: HttpRequest, page: str = "") -> HttpResponse:
    """Answer with the page called *page*, or that of this host name."""
    return respond(request, page, documents.page)


@require_safe
def service(request: HttpRequest, slug: str, page: str = "") -> HttpResponse:
    """Answer with one service and its charts."""
    return respond(request, page, documents.service, slug)


@require_safe
def uptime(request: HttpRequest, slug: str = "", page: str = "") -> HttpResponse:
    """Answer with the receipt of a percentage, or with the rule behind all of them."""
    if not slug:
        return respond(request, page, documents.about_uptime)
    return respond(request, page, documents.uptime, slug)


@require_safe
def history(request: HttpRequest, month: str, page: str = "") -> HttpResponse:
    """Answer with the incidents of one month."""
    return respond(request, page, documents.history, month)


@require_safe
def incident(request: HttpRequest, key: str, page: str = "") -> HttpResponse:
    """Answer with one incident."""
    return respond(request, page, documents.incident, key)


@require_safe
def embed(request: HttpRequest, page: str = "") -> HttpResponse:
    """Answer with the banner alone, where the operator allows frames."""
    return respond(request, page, documents.embed)


@require_safe
def colours(request: HttpRequest, page: str = "") -> HttpResponse:
    """Answer with the style sheet of the colours that the page's operator chose."""
    visit = visit_of(request, page)
    if isinstance(visit, HttpResponse):
        return visit
    response = HttpResponse(
        stylesheet(visit.snapshot.look.colours), content_type="text/css; charset=utf-8"
    )
    return _stored_long(response, visit)


@require_safe
def logo(request: HttpRequest, page: str = "") -> HttpResponse:
    """Answer with the image of the page."""
    visit = visit_of(request, page)
    if isinstance(visit, HttpResponse):
        return visit
    row = StatusPage.objects.filter(pk=visit.latest.page.pk).first()
    if row is None or not row.logo:
        return plain(404, NO_PAGE)
    response = HttpResponse(bytes(row.logo), content_type=row.logo_type)
    return _stored_long(response, visit)


def respond(
    request: HttpRequest,
    page: str,
    make: Make,
    *arguments: str,
    content_type: str = HTML,
) -> HttpResponse:
    """
    Answer with what *make* writes of *page* for this visitor.

    Args:
        make: Called with the `Visit` and *arguments*; None when there is no such thing.
    """
    visit = visit_of(request, page)
    if isinstance(visit, HttpResponse):
        return visit
    kind = (make.__module__, make.__name__, arguments, *visit.kind)
    try:
        made = kept(kind, visit.moment, lambda: make(visit, *arguments))
    except DatabaseFailure:
        return plain(503, AWAY)
    if made is None:
        return plain(404, NO_PAGE)
    return _conditional(request, visit, made, content_type)


def visit_of(request: HttpRequest, page: str) -> Visit | HttpResponse:
    """Return what is asked for, or the answer to who may not read it."""
    try:
        latest = store.latest(page, _host_of(request))
    except DatabaseFailure:
        return plain(503, AWAY)
    if latest is None:
        return plain(404, NO_PAGE)
    token = ""
    if not latest.page.is_public:
        refusal = _refusal(request, latest.page)
        if refusal is not None:
            return refusal
        token = request.GET.get("token", "")
    return _visit(request, latest, page, token)


def plain(status: int, sentence: str) -> HttpResponse:
    """Return *sentence* as the whole answer."""
    response = HttpResponse(
        sentence + "\n", status=status, content_type="text/plain; charset=utf-8"
    )
    for name, value in _headers(is_public=False).items():
        response[name] = value
    return response


def _refusal(request: HttpRequest, page: StatusPage) -> HttpResponse | None:
    """Return how the reader of a private page is turned away; None who may read."""
    try:
        caller = caller_of(request)
    except Unavailable:
        return plain(503, AWAY)
    wait = check_rate(caller, "read")
    if wait is not None:
        response = plain(429, f"Try again in {wait} s.")
        response["Retry-After"] = str(wait)
        return response
    if caller.may(Role.VIEWER) or _is_allowed(request, page, caller.is_recognised):
        log_access(caller, "read private status page", page.slug)
        return None
    # A page behind a token is not even there for who has none.
    if page.visibility == StatusPage.Visibility.TOKEN or caller.is_recognised:
        return plain(404, NO_PAGE)
    return _to_sign_in(request)


def _is_allowed(request: HttpRequest, page: StatusPage, is_recognised: bool) -> bool:
    if page.visibility == StatusPage.Visibility.LOGIN:
        return is_recognised
    given = request.GET.get("token", "") or _bearer(request)
    digest = page.token_digest
    return bool(digest) and hmac.compare_digest(digest_of(given[:500]), digest)


def _bearer(request: HttpRequest) -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    url = sign_in_url(request.get_full_path())
    if not url:
        return plain(401, "Sign in to see this page.")
    response = HttpResponseRedirect(url)
    for name, value in _headers(is_public=False).items():
        response[name] = value
    return response


def _visit(request: HttpRequest, latest: Latest, page: str, token: str) -> Visit:
    look = latest.snapshot.look
    theme = request.GET.get("theme", "")
    theme = theme if theme in THEMES else ""
    window = request.GET.get("window", "")
    chosen = {"lang": asked_language(request), "theme": theme, "token": token}
    return Visit(
        latest=latest,
        links=Links(_base(page), {name: v for name, v in chosen.items() if v}),
        language=language_of(request, own=look.language),
        theme=theme or look.theme,
        view="24h" if window == "24h" else "90d",
        window=window if window in WINDOWS else "90d",
        now=datetime.now(UTC),
    )


def _host_of(request: HttpRequest) -> str:
    """Return the host name without its port."""
    host = request.get_host().lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _base(page: str) -> str:
    base = reverse("pulseboard:status-page")
    return f"{base}/{page}" if page else base


def _conditional(
    request: HttpRequest, visit: Visit, made: Rendered, content_type: str
) -> HttpResponse:
    """Return *made*, or 304 when the visitor has it already."""
    tag = f'"{made.etag}"'
    response: HttpResponse
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(made.gzipped, content_type=content_type)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(made.body, content_type=content_type)
    response["ETag"] = tag
    response["Last-Modified"] = http_date(visit.snapshot.built_at.timestamp())
    if visit.latest.page.is_public and made.moment == visit.moment:
        # Never the one before: it would be kept beyond its time.
        offer(request, visit.latest.read_at)
    return _secured(response, visit)


def _secured(response: HttpResponse, visit: Visit) -> HttpResponse:
    is_public = visit.latest.page.is_public
    may_be_embedded = visit.snapshot.look.may_be_embedded
    # Kept by browsers, asked for again each time: what they show is never older.
    response["Cache-Control"] = "no-cache"
    for name, value in _headers(is_public, may_be_embedded).items():
        response[name] = value
    vary = ["Accept-Encoding", "Accept-Language"]
    patch_vary_headers(response, vary if is_public else [*vary, "Cookie"])
    return response


def _headers(is_public: bool, may_be_embedded: bool = False) -> dict[str, str]:
    extra = dict(get_settings().csp_extra)
    if may_be_embedded:
        extra["frame-ancestors"] = ["*"]
    return security_headers(extra, may_be_stored=is_public)


def _stored_long(response: HttpResponse, visit: Visit) -> HttpResponse:
    """Return *response* to be kept for a year: its address changes when it does."""
    is_public = visit.latest.page.is_public
    seconds = int(A_YEAR.total_seconds())
    response["Cache-Control"] = f"public, max-age={seconds}, immutable"
    for name, value in _headers(is_public).items():
        response[name] = value
    return response


#: Parts of addresses.
SLUG = r"(?P<slug>[-a-zA-Z0-9_]{1,60})"
_KEY = r"(?P<key>[-a-zA-Z0-9_]{1,60})"
_MONTH = r"(?P<month>\d{4}-\d\d)"
PAGE = rf"(?P<page>(?!(?:{'|'.join(sorted(RESERVED))})(?:/|$))[-a-zA-Z0-9_]{{1,60}})"


def _both(route: str, view: Callable[..., HttpResponse], name: str) -> list[URLPattern]:
    """Return the address below the first page, and below each other one."""
    return [
        re_path(rf"^status-page/{route}/?$", view, name=name),
        re_path(rf"^status-page/{PAGE}/{route}/?$", view, name=f"{name}-of"),
    ]


#: To be included under the namespace ``pulseboard``.
patterns: list[URLPattern] = [
    re_path(r"^status-page/?$", status_page, name="status-page"),
    *_both(rf"history/{_MONTH}", history, "status-page-history"),
    *_both(rf"incidents/{_KEY}", incident, "status-page-incident"),
    *_both(rf"services/{SLUG}", service, "status-page-service"),
    *_both("uptime", uptime, "status-page-rule"),
    *_both(rf"uptime/{SLUG}", uptime, "status-page-uptime"),
    *_both("embed", embed, "status-page-embed"),
    *_both("look/logo", logo, "status-page-logo"),
    *_both(r"look/colours\.css", colours, "status-page-colours"),
    re_path(rf"^status-page/{PAGE}/?$", status_page, name="status-page-of"),
]
