"""Which language a visitor of the public pages reads."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

#: Those that our sentences exist in, whatever the host's own `LANGUAGES` are.
LANGUAGES = ("en", "de", "es", "fr", "pt", "ja", "ar")
ENGLISH = LANGUAGES[0]
HEADER_LENGTH = 200

View = Callable[..., HttpResponse]


def language_of(request: HttpRequest, own: str = "") -> str:
    """
    Return the first of: what the address asks for, *own*, what the browser asks for,
    the host's language, English.

    Args:
        own: What somebody chose before, such as the page's operator; empty for nobody.
    """
    # Without translations all is English, and has to say so.
    if not settings.USE_I18N:
        return ENGLISH
    return asked_language(request) or ours(own) or _accepted(request) or site_language()


def asked_language(request: HttpRequest) -> str:
    """Return the language of ``?lang=``, empty without one of ours."""
    asked = request.GET.get("lang", "")
    return asked if asked in LANGUAGES and settings.USE_I18N else ""


def site_language() -> str:
    """Return the host's language, English where we do not speak that."""
    return (ours(settings.LANGUAGE_CODE) if settings.USE_I18N else "") or ENGLISH


def spoken_language() -> str:
    """Return the language that is active in this thread."""
    return (translation.get_language() or ENGLISH) if settings.USE_I18N else ENGLISH


def ours(code: str) -> str:
    """Return *code*, such as ``de-at``, as one of our languages; else empty."""
    language = code.lower().replace("_", "-").partition("-")[0]
    return language if language in LANGUAGES else ""


def is_right_to_left(language: str) -> bool:
    """Return whether *language* is written from right to left."""
    return ours(language) == "ar"


def in_visitors_language(view: View) -> View:
    """Make *view* speak as `language_of` says, whatever the host's middleware does."""

    @functools.wraps(view)
    def speaking(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        with translation.override(language_of(request)):
            return view(request, *arguments, **named)

    return speaking


def _accepted(request: HttpRequest) -> str:
    """Return the first of our languages that the browser asks for, or nothing."""
    header = request.headers.get("Accept-Language", "")[:HEADER_LENGTH]
    asked = (ours(code) for code, _quality in parse_accept_lang_header(header))
    return next((language for language in asked if language), "")
