"""
Messages to people who are no channel, such as subscribers.

    post (in the transaction of what it tells of) ─▶ outbox ─▶ finish ─▶ mail, or web

What waits in the outbox names its addressee as ``kind:key`` and holds neither address
nor links. The room that knows the person adds them when the letter is sent, or says
that the person has left: who unsubscribes is forgotten at once, everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    One message to one person, as it waits.

    Args:
        key: Unique; the same for every attempt.
        thread: Letters of one thread to one person leave in order, as one thread.
        addressee: ``kind:key``, at most 60 characters.
        body: Plain text without addresses and links of its addressee.
        facts: Plain data for whoever finishes it.
        by_web: It is posted to an address of the web; else it is a mail.
    """

    key: str
    thread: str
    addressee: str
    subject: str
    body: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    by_web: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """
    A mail ready to be sent.

    Args:
        body: Plain text, links and all. html: Its twin of equal content.
        headers: Such as ``List-Unsubscribe``.
    """

    recipient: str
    body: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def _ignore(*_: object) -> None:
    """Do nothing with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """
    A letter ready to be posted to an address of the web, as JSON.

    Args:
        url: Often a secret by itself: never stored in the outbox, logged or shown.
        signed_with: It is signed with each of these; none: it is not signed.
        taken: Called once it was taken, with the beginning of the answer.
        refused: Called each time the receiver says that it is not, or no longer, one.
    """

    url: str = field(repr=False)
    document: Mapping[str, Any]
    signed_with: tuple[bytes, ...] = field(default=(), repr=False)
    taken: Callable[[bytes, datetime], None] = _ignore
    refused: Callable[[datetime], None] = _ignore


Finish = Callable[[Letter], Finished | Post | None]
_finishes: dict[str, Finish] = {}


def finishes(kind: str) -> Callable[[Finish], Finish]:
    """Register who finishes letters to addressees of *kind*; a decorator."""

    def register(function: Finish) -> Finish:
        _finishes[kind] = function
        return function

    return register


def finished(letter: Letter) -> Finished | Post | None:
    """Return *letter* ready to be sent, None when its addressee has left."""
    finish = _finishes.get(letter.addressee.partition(":")[0])
    return finish(letter) if finish else None
