"""
The other forms of a page over HTTP.

    status-page.json  .md  .atom  .ics       and status-page-api, which is the JSON
    status-page/<page>.json …                the same of another page
    badge/status.svg                         of everything
    badge/<service>/status.svg  uptime-90d.svg  response.svg
                                             ?page= names another page
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.views.decorators.http import require_safe

from pulseboard.core.errors import ConfigError
from pulseboard.maintenance.calendar import MEDIA_TYPE as CALENDAR
from pulseboard.statuspage.feeds.badge import checked_label, colour_of
from pulseboard.statuspage.render import forms
from pulseboard.statuspage.render.documents import Visit
from pulseboard.statuspage.texts import WINDOWS
from pulseboard.statuspage.views import PAGE, SLUG, plain, respond

PICTURE = "image/svg+xml; charset=utf-8"
#: A picture that is opened by itself would else be a document of ours.
SANDBOXED = "default-src 'none'; sandbox"
SLUG_LENGTH = 60

Form = tuple[Callable[[Visit], str], str]
FORMS: dict[str, Form] = {
    "json": (forms.as_json, "application/json"),
    "md": (forms.as_markdown, "text/markdown; charset=utf-8"),
    "atom": (forms.as_atom, "application/atom+xml; charset=utf-8"),
    "ics": (forms.as_calendar, CALENDAR),
}


@require_safe
def form(request: HttpRequest, ending: str = "json", page: str = "") -> HttpResponse:
    """Answer with the page in the form that *ending* names."""
    make, content_type = FORMS[ending]
    response = respond(request, page, make, content_type=content_type)
    is_public = "Cookie" not in response.get("Vary", "Cookie")
    if ending == "json" and is_public:
        # What everybody may read, the scripts of every site may read, too.
        response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def badge(request: HttpRequest, fact: str, slug: str = "") -> HttpResponse:
    """Answer with a picture of one fact."""
    try:
        label = checked_label(request.GET.get("label", ""))
        colour = request.GET.get("colour", "")
        if colour:
            colour_of(colour)
    except ConfigError as error:
        return plain(400, str(error))
    response = respond(
        request,
        request.GET.get("page", "")[:SLUG_LENGTH],
        forms.badge_of,
        *(fact, slug, label, colour),
        content_type=PICTURE,
    )
    if response.status_code in (200, 304):
        response["Content-Security-Policy"] = SANDBOXED
    return response


_ENDINGS = rf"\.(?P<ending>{'|'.join(FORMS)})"
_FACTS = rf"(?P<fact>status|response|uptime-(?:{'|'.join(WINDOWS)}))"

#: To be included under the namespace ``pulseboard``, before those of the page.
patterns: list[URLPattern] = [
    re_path(rf"^status-page{_ENDINGS}/?$", form, name="status-page-form"),
    re_path(rf"^status-page/{PAGE}{_ENDINGS}/?$", form, name="status-page-form-of"),
    re_path(r"^status-page-api/?$", form, name="status-page-api"),
    re_path(r"^badge/(?P<fact>status)\.svg$", badge, name="badge"),
    re_path(rf"^badge/{SLUG}/{_FACTS}\.svg$", badge, name="badge-of"),
]
