"""What the links in messages lead to: confirm, choose, unsubscribe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pulseboard.access.language import in_visitors_language, language_of
from pulseboard.access.store import anonymous_caller, check_rate
from pulseboard.incidents import store
from pulseboard.incidents.models import Subscriber
from pulseboard.incidents.store.links import CHOOSE, CONFIRM, UNSUBSCRIBE, key_of
from pulseboard.incidents.views.answers import invalid, limited, said, with_form
from pulseboard.incidents.views.forms import ServicesForm

Act = Callable[[Subscriber], str]


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@in_visitors_language
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with a button; on POST note that messages are wanted."""

    def act(row: Subscriber) -> str:
        store.confirm(row, datetime.now(UTC))
        return _("Your address is confirmed. You will hear of the next incident.")

    return _button(request, token, CONFIRM, act)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@in_visitors_language
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with a button; on POST forget the address."""

    def act(row: Subscriber) -> str:
        store.unsubscribe(row, datetime.now(UTC))
        return _left()

    return _button(request, token, UNSUBSCRIBE, act, gone=_left())


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@in_visitors_language
def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the services that are chosen; on POST change them."""
    if wait := _wait_for_token(request):
        return limited(request, wait)
    row = store.known(token, CHOOSE)
    if row is None or row.confirmed_at is None:
        return invalid(request)
    with translation.override(language_of(request, own=row.language)):
        return _choosing(request, row)


def _choosing(request: HttpRequest, row: Subscriber) -> HttpResponse:
    title, button = _("Choose services"), _("Save")
    if request.method != "POST":
        chosen = list(row.components.values_list("slug", flat=True))
        return with_form(
            request, ServicesForm(initial={"services": chosen}), title, button
        )
    form = ServicesForm(request.POST)
    if not form.is_valid():
        return with_form(request, form, title, button, status=400)
    store.choose(row, form.slugs())
    return said(request, _("Your choice is saved."))


def _button(
    request: HttpRequest,
    token: str,
    purpose: str,
    act: Act,
    gone: str = "",
) -> HttpResponse:
    """Answer to a signed link: a button on GET, *act* on POST."""
    if wait := _wait_for_token(request):
        return limited(request, wait)
    if key_of(token, purpose) is None:
        return invalid(request)
    row = store.known(token, purpose)
    if row is None:
        return said(request, gone) if gone else invalid(request)
    with translation.override(language_of(request, own=row.language)):
        if request.method == "POST":
            return said(request, act(row))
        title = _title(purpose)
        return with_form(request, forms.Form(), title, title)


def _title(purpose: str) -> str:
    return _("Confirm your address") if purpose == CONFIRM else _("Unsubscribe")


def _left() -> str:
    return _("You get no more messages, and your address is deleted.")


def _wait_for_token(request: HttpRequest) -> int | None:
    bucket = "write" if request.method == "POST" else "read"
    return check_rate(anonymous_caller(request), bucket)
