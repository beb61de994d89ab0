"""Durations as people write them: ``90s``, ``5m``, ``12h``, ``7d``."""

from __future__ import annotations

import re
from datetime import timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

# Six digits of the largest unit still fit a timedelta, so parsing cannot overflow.
WRITTEN = re.compile(r"([0-9]{1,6})([smhd])", re.ASCII)


def parse_duration(value: object) -> timedelta:
    """
    Return *value* as a timedelta.

    Raises:
        ValueError: Neither a timedelta nor one whole number with its unit. A bare
            number is refused, because seconds and milliseconds look alike.
    """
    if isinstance(value, timedelta):
        return value
    written = WRITTEN.fullmatch(value) if isinstance(value, str) else None
    if written is None:
        raise ValueError("expected a duration such as '90s' or '5m'")
    return timedelta(**{UNITS[written[2]]: int(written[1])})
