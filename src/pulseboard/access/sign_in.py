"""Where people sign in: the host's own page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import global_settings
from django.conf import settings as django_settings
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse


def sign_in_url(back_to: str) -> str:
    """Return where to sign in and come back; empty where the host has no such page."""
    chosen = django_settings.LOGIN_URL
    if chosen == global_settings.LOGIN_URL:
        try:
            chosen = reverse("admin:login")
        except NoReverseMatch:
            return ""
    address = resolve_url(chosen)
    query = urlencode({"next": back_to}, safe="/")
    return f"{address}{'&' if '?' in address else '?'}{query}"
