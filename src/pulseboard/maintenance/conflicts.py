"""Windows that meet others in time and in what they cover: worth a word, no refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pulseboard.maintenance.occurrence import Occurrence

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Conflict:
    """*mine* overlaps *other*."""

    mine: Occurrence
    other: Occurrence


def conflicts(
    mine: Iterable[Occurrence], others: Sequence[Occurrence]
) -> list[Conflict]:
    """
    Return where *mine* meet *others*, the first few, each other title once.

    Args:
        others: In order of their starts.
    """
    found: dict[str, Conflict] = {}
    for each in mine:
        for other in others:
            if other.starts_at >= each.ends_at or len(found) == MOST_NAMED:
                break
            if other.ends_at > each.starts_at and _share(each, other):
                found.setdefault(other.title, Conflict(each, other))
    return list(found.values())


def _share(one: Occurrence, other: Occurrence) -> bool:
    """Return whether both cover something in common."""
    if one.everything or other.everything:
        return True
    return not (
        one.monitors.isdisjoint(other.monitors)
        and one.components.isdisjoint(other.components)
    )
