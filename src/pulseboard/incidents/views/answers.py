"""The pages that visitors get, made of few pieces."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pulseboard.access.headers import security_headers
from pulseboard.access.language import (
    asked_language,
    is_right_to_left,
    spoken_language,
)
from pulseboard.conf import get_settings


def with_form(
    request: HttpRequest,
    form: forms.Form,
    title: str,
    button: str,
    status: int = 200,
    ways: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    """
    Answer with *form*.

    Args:
        ways: Titles and addresses of other forms for the same purpose.
    """
    context = {"form": form, "sentence": title, "button": button, "ways": ways or []}
    return _page(request, context, status)


def said(request: HttpRequest, sentence: str, status: int = 200) -> HttpResponse:
    """Answer with one sentence."""
    return _page(request, {"sentence": sentence}, status)


def limited(request: HttpRequest, wait_seconds: int) -> HttpResponse:
    """Answer to who comes too often."""
    response = said(request, _("That was too often. Please try again later."), 429)
    response["Retry-After"] = str(wait_seconds)
    return response


def invalid(request: HttpRequest) -> HttpResponse:
    """Answer to a link that is forged, used up or too old."""
    return said(request, _("This link is not valid, or no longer."), 404)


def with_headers(response: HttpResponse) -> HttpResponse:
    """Return *response* as nobody may keep or embed it."""
    headers = security_headers(get_settings().csp_extra, may_be_stored=False)
    for name, value in headers.items():
        response[name] = value
    # The address holds a token.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _page(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    page, language = reverse("pulseboard:status-page"), asked_language(request)
    context |= {
        "language": spoken_language(),
        "right_to_left": is_right_to_left(spoken_language()),
        "service": get_settings().service_name,
        "page_url": f"{page}?lang={language}" if language else page,
    }
    template = "pulseboard/incidents/subscription.html"
    return with_headers(render(request, template, context, status=status))
