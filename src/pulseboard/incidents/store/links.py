"""
Addresses in letters, made from `PUBLIC_URL` and never from a request.

A link to a subscriber is signed and says what it is for; nothing of it is stored. The
key in it is drawn anew when somebody leaves, so that older links end then.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.core import signing
from django.urls import NoReverseMatch, reverse

from pulseboard.conf import get_settings

CONFIRM = "confirm"
CHOOSE = "subscription"
UNSUBSCRIBE = "unsubscribe"

#: Whoever asked has so long to confirm; the other links stay as long as the person.
CONFIRM_WITHIN = timedelta(hours=24)
LONGEST_TOKEN = 200


def accepts_subscribers() -> bool:
    """Return whether letters could be sent: without `PUBLIC_URL` they had no links."""
    return bool(get_settings().public_url)


def token_of(key: uuid.UUID, purpose: str) -> str:
    """Return a token for *purpose*: signed with 256 bits, good for nothing else."""
    return _signer(purpose).sign(key.hex)


def key_of(token: str, purpose: str) -> uuid.UUID | None:
    """Return whose *token* for *purpose* it is; None when forged or too old."""
    if len(token) > LONGEST_TOKEN:
        return None
    longest = CONFIRM_WITHIN if purpose == CONFIRM else None
    try:
        return uuid.UUID(_signer(purpose).unsign(token, max_age=longest))
    except (signing.BadSignature, ValueError):
        return None


def link_of(key: uuid.UUID, purpose: str) -> str:
    """Return the address of the page for *purpose* of the person *key*."""
    return _absolute(_path(purpose, token_of(key, purpose)))


def incident_link(key: str) -> str:
    """Return the address of an incident's page, empty without `PUBLIC_URL`."""
    return _absolute(_path("status-page-incident", key))


def page_link() -> str:
    """Return the address of the page, empty without `PUBLIC_URL`."""
    return _absolute(_path("status-page"))


def _path(name: str, *arguments: str) -> str:
    try:
        return reverse(f"pulseboard:{name}", args=arguments)
    except NoReverseMatch:
        return ""


def _absolute(path: str) -> str:
    base = get_settings().public_url.rstrip("/")
    return f"{base}{path}" if base and path else ""


def _signer(purpose: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"pulseboard.subscriber.{purpose}", sep=".")
