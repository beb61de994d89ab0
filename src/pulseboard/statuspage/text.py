"""
Sentences that know how to be said in any language.

A pure module writes ``_("%(count)s min", count=Number(3))``; what comes out is a value.
A `Voice` turns it into words: English here, the visitor's language at the edge. The
names `_` and `ngettext` are those that the tools for translators look for.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Union


class Form(enum.Enum):
    """How an instant is written, in the letters of Django's date formats."""

    TIME = "H:i"
    SECONDS = "H:i:s"
    DAY = "D j M"
    STAMP = "D j M, H:i"
    DATE = "j M Y"
    MONTH = "F Y"


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant to be written. *at* is in the zone it is to be read in."""

    at: datetime
    form: Form = Form.TIME


@dataclass(frozen=True, slots=True)
class Number:
    """A number to be written with so many decimals."""

    value: float
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """Names to be written one after the other: ``A``, ``A and B``, ``A, B and C``."""

    parts: tuple[str | Text, ...]


Part = Union[str, Moment, Number, Listed, "Text"]


@dataclass(frozen=True, slots=True)
class Text:
    """
    A sentence in English with named gaps, and what fills them.

    Args:
        plural: The other form; chosen by *count*.
    """

    message: str
    values: Mapping[str, Part] = field(default_factory=dict)
    plural: str = ""
    count: int = 1

    def __str__(self) -> str:
        return say(self, ENGLISH)


class Voice(Protocol):
    """A language, as far as our sentences need it."""

    def gettext(self, message: str) -> str: ...

    def ngettext(self, one: str, many: str, count: int) -> str: ...

    def number(self, value: float, decimals: int) -> str: ...

    def moment(self, at: datetime, form: Form) -> str: ...


def _(message: str, **values: Part) -> Text:
    """Return *message* as a sentence; the tools for translators collect it."""
    return Text(message, values)


def ngettext(one: str, many: str, count: int, **values: Part) -> Text:
    """Return the sentence for *count*, which fills the gap ``count``."""
    return Text(one, {"count": Number(count), **values}, many, count)


def say(part: Part, voice: Voice) -> str:
    """Return *part* in the words of *voice*."""
    if isinstance(part, str):
        return part
    if isinstance(part, Moment):
        return voice.moment(part.at, part.form)
    if isinstance(part, Number):
        return voice.number(part.value, part.decimals)
    if isinstance(part, Listed):
        return _listed([say(each, voice) for each in part.parts], voice)
    if part.plural:
        message = voice.ngettext(part.message, part.plural, part.count)
    else:
        message = voice.gettext(part.message)
    if not part.values:
        return message
    return message % {name: say(value, voice) for name, value in part.values.items()}


def _listed(names: list[str], voice: Voice) -> str:
    if len(names) < 2:
        return "".join(names)
    first = str(say(_(", "), voice)).join(names[:-1])
    return say(_("%(first)s and %(last)s", first=first, last=names[-1]), voice)


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip


class English:
    """The language that the sentences are written in; needs no catalogue."""

    def gettext(self, message: str) -> str:
        return message

    def ngettext(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many

    def number(self, value: float, decimals: int) -> str:
        return f"{value:.{decimals}f}"

    def moment(self, at: datetime, form: Form) -> str:
        month = _MONTHS[at.month - 1]
        letters = {
            "H": f"{at.hour:02}",
            "i": f"{at.minute:02}",
            "s": f"{at.second:02}",
            "D": _DAYS[at.weekday()],
            "j": str(at.day),
            "M": month[:3],
            "F": month,
            "Y": str(at.year),
        }
        return "".join(letters.get(letter, letter) for letter in form.value)


ENGLISH = English()
