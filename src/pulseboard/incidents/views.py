"""
Subscribing by mail, for visitors: pages that work without JavaScript or cookies.

    status-page/subscribe             GET a form, POST asks
    status-page/confirm/<token>       GET a button, POST confirms
    status-page/subscription/<token>  GET what is chosen, POST changes it
    status-page/unsubscribe/<token>   GET a button, POST leaves (one-click, RFC 8058)

Nothing changes by GET: scanners of mail follow links. Django's CSRF token is not asked
for: these pages set no cookie, and act on nothing that a browser sends by itself. What
acts is the signed token in the address.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, re_path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pulseboard.access.addresses import neighborhood
from pulseboard.access.headers import security_headers
from pulseboard.access.limiter import Limiter
from pulseboard.access.store import address_of, anonymous_caller, check_rate
from pulseboard.conf import get_settings
from pulseboard.incidents import store
from pulseboard.incidents.models import Subscriber
from pulseboard.incidents.store.links import CHOOSE, CONFIRM, UNSUBSCRIBE, key_of
from pulseboard.monitors.components import visible
from pulseboard.monitors.models import Component

#: Askings of one client in an hour, whatever the addresses asked for.
ASKED_LIMIT = 3
HOUR_SECONDS = 3600.0

_limiter = Limiter()
#: Addresses are personal data, so the limiter remembers only keyed digests of them.
_limiter_key = secrets.token_bytes(32)

TOKEN = r"(?P<token>[A-Za-z0-9._:-]{1,200})"  # noqa: S105  (a pattern of addresses)
Act = Callable[[Subscriber], str]


class ServicesForm(forms.Form):
    """Which services somebody wants to hear of; none chosen means all."""

    services = forms.ModelMultipleChoiceField(
        queryset=Component.objects.none(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Services"),
        help_text=gettext_lazy("Choose none to hear of all of them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["services"]
        field.queryset = visible()

    def slugs(self) -> list[str] | None:
        """Return what was chosen, None for all."""
        return [row.slug for row in self.cleaned_data["services"]] or None


class SubscribeForm(ServicesForm):
    """An address, and what to tell it of."""

    email = forms.EmailField(max_length=254, label=gettext_lazy("Your mail address"))
    field_order = ["email", "services"]


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Answer with the form; on POST send a letter to confirm, and say so."""
    if not store.accepts_subscribers():
        return _said(request, _("This page sends no mails."), 404)
    if request.method != "POST":
        if "asked" in request.GET:
            return _said(request, _asked())
        return _form(request, SubscribeForm(), _("Subscribe by mail"), _("Subscribe"))
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return _said(request, _("Please subscribe on the status page itself."), 403)
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        title, button = _("Subscribe by mail"), _("Subscribe")
        return _form(request, form, title, button, status=400)
    if wait := _wait_seconds(request):
        return _limited(request, wait)
    address, now = form.cleaned_data["email"], datetime.now(UTC)
    store.subscribe(address, get_language() or "", form.slugs(), now)
    answer = _with_headers(HttpResponse(status=303))
    answer["Location"] = f"{reverse('pulseboard:subscribe')}?asked"
    return answer


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with a button; on POST note that the address is wanted."""

    def act(row: Subscriber) -> str:
        store.confirm(row, datetime.now(UTC))
        return _("Your address is confirmed. You will hear of the next incident.")

    return _button(request, token, CONFIRM, _("Confirm your address"), act)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with a button; on POST forget the address."""

    def act(row: Subscriber) -> str:
        store.unsubscribe(row, datetime.now(UTC))
        return _left()

    return _button(request, token, UNSUBSCRIBE, _("Unsubscribe"), act, gone=_left())


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the services that are chosen; on POST change them."""
    if wait := _wait_for_token(request):
        return _limited(request, wait)
    row = store.known(token, CHOOSE)
    if row is None or row.confirmed_at is None:
        return _invalid(request)
    title, button = _("Choose services"), _("Save")
    if request.method != "POST":
        chosen = list(row.components.values_list("slug", flat=True))
        return _form(request, ServicesForm(initial={"services": chosen}), title, button)
    form = ServicesForm(request.POST)
    if not form.is_valid():
        return _form(request, form, title, button, status=400)
    store.choose(row, form.slugs())
    return _said(request, _("Your choice is saved."))


def _button(
    request: HttpRequest,
    token: str,
    purpose: str,
    title: str,
    act: Act,
    gone: str = "",
) -> HttpResponse:
    """Answer to a signed link: a button on GET, *act* on POST."""
    if wait := _wait_for_token(request):
        return _limited(request, wait)
    if key_of(token, purpose) is None:
        return _invalid(request)
    row = store.known(token, purpose)
    if row is None:
        return _said(request, gone) if gone else _invalid(request)
    if request.method == "POST":
        return _said(request, act(row))
    return _form(request, forms.Form(), title, title)


def _asked() -> str:
    """Return the answer to everybody who asks, known here or not."""
    return _(
        "Thank you. If this address can get mail, a letter is on its way: follow its "
        "link within 24 hours."
    )


def _left() -> str:
    return _("You get no more mails, and your address is deleted.")


def _invalid(request: HttpRequest) -> HttpResponse:
    return _said(request, _("This link is not valid, or no longer."), 404)


def _wait_seconds(request: HttpRequest) -> int | None:
    """Count one asking of this client; return how long to wait after too many."""
    client = neighborhood(address_of(request)) or "unknown"
    key = hmac.new(_limiter_key, client.encode(), hashlib.sha256).hexdigest()
    wait = _limiter.take(key, ASKED_LIMIT, time.monotonic(), HOUR_SECONDS)
    return None if wait is None else int(wait) + 1


def _wait_for_token(request: HttpRequest) -> int | None:
    bucket = "write" if request.method == "POST" else "read"
    return check_rate(anonymous_caller(request), bucket)


def _limited(request: HttpRequest, wait_seconds: int) -> HttpResponse:
    response = _said(request, _("That was too often. Please try again later."), 429)
    response["Retry-After"] = str(wait_seconds)
    return response


def _form(
    request: HttpRequest, form: forms.Form, title: str, button: str, status: int = 200
) -> HttpResponse:
    context = {"form": form, "sentence": title, "button": button}
    return _page(request, context, status)


def _said(request: HttpRequest, sentence: str, status: int = 200) -> HttpResponse:
    return _page(request, {"sentence": sentence}, status)


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    context |= {
        "service": get_settings().service_name,
        "page_url": reverse("pulseboard:subscribe").removesuffix("/subscribe"),
    }
    template = "pulseboard/incidents/subscription.html"
    return _with_headers(render(request, template, context, status=status))


def _with_headers(response: HttpResponse) -> HttpResponse:
    headers = security_headers(get_settings().csp_extra, may_be_stored=False)
    for name, value in headers.items():
        response[name] = value
    # The address holds a token.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


#: To be included under the namespace ``pulseboard``.
patterns: list[URLPattern] = [
    re_path(r"^status-page/subscribe/?$", subscribe, name="subscribe"),
    re_path(rf"^status-page/confirm/{TOKEN}/?$", confirm, name="confirm"),
    re_path(rf"^status-page/unsubscribe/{TOKEN}/?$", unsubscribe, name="unsubscribe"),
    re_path(
        rf"^status-page/subscription/{TOKEN}/?$", subscription, name="subscription"
    ),
]
