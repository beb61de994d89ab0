"""
The page as bytes: said in the visitor's language, compressed once, kept a while.

What is kept is bounded, and stands under everything it depends on: the snapshot, the
language, what the visitor chose, and the minute (ages are written in minutes).
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import dateformat, formats, translation
from django.utils.translation import gettext, pgettext
from django.utils.translation import ngettext as plural

from pulseboard.statuspage.links import Links
from pulseboard.statuspage.page import Teller
from pulseboard.statuspage.snapshot import Look
from pulseboard.statuspage.text import Form

#: Renderings that a process keeps, and how many bytes of them.
MOST_KEPT = 256
MOST_KEPT_BYTES = 16 * 1024 * 1024
ETAG_LENGTH = 32


class DjangoVoice:
    """The language that is active in this thread."""

    def gettext(self, message: str) -> str:
        return gettext(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return plural(one, many, count)

    def number(self, value: float, decimals: int) -> str:
        return formats.number_format(round(value, decimals), decimals)

    def moment(self, at: datetime, form: Form) -> str:
        return dateformat.format(at, _letters(form))


def _letters(form: Form) -> str:
    """Return the letters of Django's dates that *form* means in this language."""
    return {
        Form.TIME: pgettext("date format", "H:i"),
        Form.SECONDS: pgettext("date format", "H:i:s"),
        Form.DAY: pgettext("date format", "D j M"),
        Form.STAMP: pgettext("date format", "D j M, H:i"),
        Form.DATE: pgettext("date format", "j M Y"),
        Form.MONTH: pgettext("date format", "F Y"),
    }[form]


def teller_of(look: Look, now: datetime, links: Links) -> Teller:
    """Return who tells the visitor, in the language that is active."""
    return Teller(DjangoVoice(), now, ZoneInfo(look.zone), links)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body, the same compressed, and the tag of both."""

    body: bytes
    gzipped: bytes
    etag: str


_kept: dict[tuple[Any, ...], Rendered] = {}
_lock = threading.Lock()


def kept(key: tuple[Any, ...], make: Callable[[], str]) -> Rendered:
    """Return what stands under *key*, made by *make* when it is missing."""
    found = _kept.get(key)
    if found is None:
        found = rendered(make())
        with _lock:
            _make_room(len(found.body) + len(found.gzipped))
            _kept[key] = found
    return found


def rendered(text: str) -> Rendered:
    """Return *text* as bytes."""
    body = text.encode()
    # No time in the header: equal pages are equal bytes.
    gzipped = gzip.compress(body, compresslevel=6, mtime=0)
    return Rendered(body, gzipped, hashlib.sha256(body).hexdigest()[:ETAG_LENGTH])


def html(template: str, language: str, context: dict[str, Any]) -> str:
    """Return *template* filled in *language*."""
    with translation.override(language):
        return render_to_string(template, context)


def forget() -> None:
    """Render everything again."""
    with _lock:
        _kept.clear()


def _make_room(size: int) -> None:
    """Drop the oldest until *size* bytes more fit."""
    total = sum(len(each.body) + len(each.gzipped) for each in _kept.values())
    while _kept and (len(_kept) >= MOST_KEPT or total + size > MOST_KEPT_BYTES):
        oldest = _kept.pop(next(iter(_kept)))
        total -= len(oldest.body) + len(oldest.gzipped)
