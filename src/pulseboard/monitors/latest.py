"""
The last results this process has seen, for when the database cannot be asked.

Bounded by the number of monitors; one dictionary swap, so readers need no lock.
"""

from __future__ import annotations

from collections.abc import Iterable

from pulseboard.history.observed import Observed

_latest: dict[str, Observed] = {}


def keep(observed: Iterable[Observed]) -> None:
    """Remember *observed* as the newest results."""
    global _latest
    _latest = {**_latest, **{each.monitor: each for each in observed}}


def seen() -> dict[str, Observed]:
    """Return the newest result of each monitor that ran in this process."""
    return _latest
