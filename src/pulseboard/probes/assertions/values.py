"""
Values as conditions write them, and how they compare with what was seen.

What stands in quotes is text and equals only text. What stands without is compared
by what it says: ``1`` equals the number 1 and the text "1", ``true`` the truth and
the text "true", ``UP`` the text "UP".
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from pulseboard.guard.verdict import Network, parse_address
from pulseboard.probes.assertions.documents import Json

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_QUANTITY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)")
_RANGE = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_CONSTANTS: dict[str, Json] = {"true": True, "false": False, "null": None}

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Literal:
    """
    One value as written.

    Args:
        quoted: Whether it stood in quotes, so that it is text and nothing else.
        number: What it counts, durations in seconds; None when it is no number.
    """

    text: str
    quoted: bool = False
    number: int | float | None = None

    def equals(self, value: Json) -> bool:
        """Return whether *value* is this one."""
        if isinstance(value, str):
            return value == self.text
        if self.quoted or isinstance(value, list | dict):
            return False
        if isinstance(value, bool) or value is None:
            return self.text in _CONSTANTS and _CONSTANTS[self.text] is value
        return self.number is not None and value == self.number


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from *first* to *last*, both in it."""

    first: int
    last: int

    def equals(self, value: Json) -> bool:
        """Return whether *value* lies in it."""
        number = as_number(value)
        return number is not None and self.first <= number <= self.last


@dataclass(frozen=True, slots=True)
class Net:
    """Addresses of one network; a single address is the smallest."""

    network: Network

    def equals(self, value: Json) -> bool:
        """Return whether *value* is an address in it."""
        address = parse_address(value) if isinstance(value, str) else None
        if address is None or address.version != self.network.version:
            return False
        return address in self.network


Choice = Literal | Range | Net


def literal(word: str) -> Literal:
    """Return *word*, which stood without quotes, with its number when it is one."""
    return Literal(word, number=_number(word) if _NUMBER.fullmatch(word) else None)


def quantity(word: str) -> Literal | None:
    """Return *word* as a duration such as ``500ms``, None when it is none."""
    found = _QUANTITY.fullmatch(word)
    return found and Literal(word, number=float(found[1]) * _SECONDS[found[2]])


def number_range(word: str) -> Range | None:
    """Return *word* as a range such as ``200-299``, None when it is none."""
    found = _RANGE.fullmatch(word)
    if found is None or int(found[1]) > int(found[2]):
        return None
    return Range(int(found[1]), int(found[2]))


def network(word: str) -> Net | None:
    """Return *word* as an address or network, None when it is none."""
    try:
        return Net(ipaddress.ip_network(word))
    except ValueError:
        return None


def as_number(value: Json) -> int | float | None:
    """Return what *value* counts, also when it is text that says a number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and len(value) < 80 and _NUMBER.fullmatch(value.strip()):
        return _number(value.strip())
    return None


def same(one: Json, other: Json) -> bool:
    """Return whether two seen values are equal; 1 and "1" are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if type(one) is type(other):
        return one == other
    numbers = as_number(one), as_number(other)
    return None not in numbers and numbers[0] == numbers[1]


def kind_of(value: Json) -> str:
    """Return the word for what *value* is."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case _:
            return "object"


def _number(digits: str) -> int | float:
    return float(digits) if "." in digits else int(digits)
