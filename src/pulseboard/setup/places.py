"""Addresses of our pages, as far as they can be known."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from pulseboard.conf import get_settings

#: What runserver and most servers bind when nobody says otherwise.
LIKELY = "http://127.0.0.1:8000"


def path_of(name: str) -> str:
    """Return the path of our page *name*; empty when our URLs are not mounted."""
    try:
        return reverse(f"pulseboard:{name}")
    except NoReverseMatch:
        return ""


def address_of(name: str) -> str:
    """Return the whole address of our page *name*, empty like `path_of`."""
    path = path_of(name)
    return f"{get_settings().public_url.rstrip('/') or LIKELY}{path}" if path else ""
