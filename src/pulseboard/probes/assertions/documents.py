"""
JSON that others wrote, read with care.

``json.loads`` takes NaN and 1e999, keeps the last of two equal keys and ends deep
nesting with an error that is no ValueError. Here each of these is refused in words.
"""

from __future__ import annotations

import enum
import json
import math
from typing import Literal, NoReturn, TypeAlias

from pulseboard.core.errors import PulseboardError

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

#: Digits of one whole number. More is no number that anybody counts with.
MOST_DIGITS = 300

#: Values that one judgement may look at.
MOST_VISITED = 10_000


class Missing(enum.Enum):
    """What a path leads to where nothing is; JSON's null is something."""

    MISSING = "missing"


MISSING: Literal[Missing.MISSING] = Missing.MISSING
Found: TypeAlias = "Json | Missing"


class NotJson(PulseboardError):
    """A text is no sound JSON; the message says why and quotes nothing of it."""


class TooMuch(PulseboardError):
    """A judgement would look at more than `MOST_VISITED` values."""


class Budget:
    """How many more values may be looked at."""

    def __init__(self, most: int = MOST_VISITED) -> None:
        self.most = self.left = most

    def spend(self, count: int = 1) -> None:
        """
        Take *count* off.

        Raises:
            TooMuch: That many are not left.
        """
        self.left -= count
        if self.left < 0:
            raise TooMuch(f"more than {self.most:,} values to look at")


def read_json(text: str) -> Json:
    """
    Return the document in *text*.

    Raises:
        NotJson: It is malformed, nested too deeply, has a key twice, or a number
            that is none or too long.
    """
    try:
        document: Json = _DECODER.decode(text)
    except RecursionError:
        raise NotJson("nested too deeply") from None
    except ValueError:
        raise NotJson("not well-formed") from None
    return document


def _no_constant(_name: str) -> NoReturn:
    raise NotJson("NaN or Infinity in it")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotJson("a number too large")
    return number


def _short(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise NotJson("a number too long")
    return int(digits)


def _without_twins(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise NotJson("a key twice in one object")
    return made


_DECODER = json.JSONDecoder(
    parse_constant=_no_constant,
    parse_float=_finite,
    parse_int=_short,
    object_pairs_hook=_without_twins,
)
