"""
One whole number for an hour (or day) and a series: the key of what is packed.

It saves an index. Time comes first, so that rows are added at one end of the table
and pruned at the other, and pages stay full.
"""

from __future__ import annotations

_SERIES_BITS = 24

#: Series have smaller ids than this.
MOST_SERIES = 1 << _SERIES_BITS


def key_of(time: int, series: int) -> int:
    """
    Return the key of *series* at *time*, an hour or day counted since 1970.

    Raises:
        ValueError: *series* is no id of a series.
    """
    if not 0 < series < MOST_SERIES:
        raise ValueError(f"expected the id of a series, got {series}")
    return time << _SERIES_BITS | series


def time_of(key: int) -> int:
    """Return the hour or day in *key*."""
    return key >> _SERIES_BITS


def series_of(key: int) -> int:
    """Return the series in *key*."""
    return key & MOST_SERIES - 1


def first_key(time: int) -> int:
    """Return a number that all keys from *time* on exceed, and none before it."""
    return time << _SERIES_BITS
