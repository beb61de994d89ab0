"""What was worked out is kept while nothing changes: a few stretches of time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Generic, NamedTuple, Protocol, TypeVar

#: Stretches remembered at once: about now, and what the pages ask for.
MOST_STRETCHES = 4
#: Longer lists than this are not worth the memory.
MOST_KEPT = 20_000
_DAY = timedelta(days=1)


class Timed(Protocol):
    """Something with a start and an end."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


T = TypeVar("T", bound=Timed)


class _Stretch(NamedTuple, Generic[T]):
    start: datetime
    end: datetime
    found: list[T]


class Expansions(Generic[T]):
    """Answers by time, each good for one revision of what they are made from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._revision: object = None
        self._stretches: list[_Stretch[T]] = []

    def between(
        self,
        start: datetime,
        end: datetime,
        revision: object,
        expand: Callable[[datetime, datetime], list[T]],
    ) -> list[T]:
        """Return what overlaps the time from *start* to *end*, in the order given."""
        stretch = self._known(start, end, revision)
        if stretch is None:
            stretch = _widened(start, end, expand)
            self._note(stretch, revision)
        return [e for e in stretch.found if e.starts_at < end and e.ends_at > start]

    def _known(
        self, start: datetime, end: datetime, revision: object
    ) -> _Stretch[T] | None:
        with self._lock:
            if revision != self._revision:
                return None
            for each in self._stretches:
                if each.start <= start and end <= each.end:
                    return each
            return None

    def _note(self, stretch: _Stretch[T], revision: object) -> None:
        if len(stretch.found) > MOST_KEPT:
            return
        with self._lock:
            kept = self._stretches if revision == self._revision else []
            self._stretches = [stretch, *kept][:MOST_STRETCHES]
            self._revision = revision


def _widened(
    start: datetime, end: datetime, expand: Callable[[datetime, datetime], list[T]]
) -> _Stretch[T]:
    """Work out whole days around the time asked for: the next question is near."""
    first, last = _midnight(start), _midnight(end) + 2 * _DAY
    return _Stretch(first, last, expand(first, last))


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
