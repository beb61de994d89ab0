"""Instants as servers write them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pulseboard.probes.assertions.documents import Json
from pulseboard.probes.assertions.values import as_number

_LONGEST = 64

#: Larger counts since 1970 are milliseconds: as seconds they would be after 5138.
_FIRST_MILLISECONDS = 1e11


def read_instant(value: Json) -> datetime | None:
    """
    Return *value* as an aware time; None when it is none.

    ISO 8601, the date of an HTTP header, or seconds or milliseconds since 1970.
    Without a zone it is UTC.
    """
    try:
        number = as_number(value)
        if number is not None:
            return _since_1970(number)
        if not isinstance(value, str) or len(value) > _LONGEST:
            return None
        found = _written(value.strip())
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _since_1970(number: float) -> datetime:
    seconds = number / 1000 if abs(number) >= _FIRST_MILLISECONDS else number
    return datetime.fromtimestamp(seconds, UTC)


def _written(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)
