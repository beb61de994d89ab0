"""Asking to be told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pulseboard.access.addresses import neighborhood
from pulseboard.access.language import (
    asked_language,
    in_visitors_language,
    language_of,
)
from pulseboard.access.store import address_of
from pulseboard.incidents import store
from pulseboard.incidents.models import Subscriber
from pulseboard.incidents.views.answers import limited, said, with_form, with_headers
from pulseboard.incidents.views.forms import FORMS, AnyForm

Kind = Subscriber.Kind

#: Askings of one client in an hour, whatever the addresses asked for.
ASKED_LIMIT = 3


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@in_visitors_language
def subscribe(request: HttpRequest) -> HttpResponse:
    """Answer with the form; on POST send a message to confirm, and say so."""
    if not store.accepts_subscribers():
        return said(request, _("This page sends no messages."), 404)
    if request.method == "POST":
        return _asked(request)
    if "asked" in request.GET:
        return said(request, _thanks())
    kind = _kind(request.GET.get("by"))
    return _with_form(request, FORMS[kind](), kind)


def _asked(request: HttpRequest) -> HttpResponse:
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return said(request, _("Please subscribe on the status page itself."), 403)
    kind = _kind(request.POST.get("kind"))
    form = FORMS[kind](request.POST)
    if not form.is_valid():
        return _with_form(request, form, kind, status=400)
    if wait := _wait_seconds(request):
        return limited(request, wait)
    language, now = language_of(request), datetime.now(UTC)
    store.subscribe(form.address(), language, form.slugs(), now, kind)
    answer = with_headers(HttpResponse(status=303))
    answer["Location"] = _address(request, "asked")
    return answer


def _kind(given: str | None) -> str:
    return given if given in FORMS else Kind.EMAIL.value


def _with_form(
    request: HttpRequest, form: AnyForm, kind: str, status: int = 200
) -> HttpResponse:
    ways: list[dict[str, Any]] = [
        {"title": each.title, "url": _address(request, f"by={name}")}
        for name, each in FORMS.items()
        if name != kind
    ]
    title, button = str(form.title), _("Subscribe")
    return with_form(request, form, title, button, status=status, ways=ways)


def _address(request: HttpRequest, query: str) -> str:
    """Return the address of this page with *query*, in the language asked for."""
    language = asked_language(request)
    spoken = f"&lang={language}" if language else ""
    return f"{reverse('pulseboard:subscribe')}?{query}{spoken}"


def _thanks() -> str:
    """Return the answer to everybody who asks, known here or not."""
    return _(
        "Thank you. If this address can be reached, a message is on its way: follow "
        "its link within 24 hours."
    )


def _wait_seconds(request: HttpRequest) -> int | None:
    """Count one asking of this client; return how long to wait after too many."""
    client = neighborhood(address_of(request)) or "unknown"
    wait = store.take(f"client {client}", ASKED_LIMIT, datetime.now(UTC))
    return None if wait is None else int(wait.total_seconds()) + 1
