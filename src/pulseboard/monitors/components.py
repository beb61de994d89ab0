"""
What the public may know of: the one place that decides it.

Page, JSON, feeds, badges, counts and ETags all begin here; nothing else asks for
components to show them to visitors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from pulseboard.core.status import Status
from pulseboard.monitors.definition import DEMO
from pulseboard.monitors.models import Component, ComponentMonitor
from pulseboard.monitors.public_status import Part, PublicStatus, public_status
from pulseboard.monitors.schedule import GRACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """
    One monitor of a component: never shown, only judged.

    Args:
        status: The confirmed one.
        since: Since when it is confirmed; None before anything was.
        known_until: Its last result speaks no longer than this; None without one.
        decides: The component is down when this monitor is.
    """

    monitor: str
    status: Status
    since: datetime | None
    known_until: datetime | None
    decides: bool = False
    is_demo: bool = False

    def status_at(self, now: datetime) -> Status:
        """Return the confirmed status, UNKNOWN once its last result is too old."""
        is_known = self.known_until is not None and now <= self.known_until
        return self.status if is_known else Status.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A component that may be shown, with what stands behind it."""

    slug: str
    name: str
    description: str
    group: str
    parts: tuple[Watched, ...]

    @property
    def is_demo(self) -> bool:
        """Whether any of its history was made for a demonstration."""
        return any(each.is_demo for each in self.parts)

    def status(self, now: datetime, *, in_maintenance: bool = False) -> PublicStatus:
        """Return what the public is told at *now*."""
        return public_status(
            [Part(each.status_at(now), each.decides) for each in self.parts],
            in_maintenance=in_maintenance,
        )


def visible(
    chosen: Collection[int] | None = None, *, private: bool = False
) -> QuerySet[Component]:
    """
    Return the components that may be shown.

    Args:
        chosen: Keys of those that a page has chosen; None for all there are.
        private: The readers are known, so components that are not public are shown,
            too, if they were chosen.
    """
    rows = Component.objects.all()
    if chosen is not None:
        rows = rows.filter(pk__in=chosen)
    if chosen is None or not private:
        rows = rows.filter(is_public=True)
    return rows


def lines(rows: QuerySet[Component], order: Sequence[int] = ()) -> list[Line]:
    """
    Return *rows* with their monitors, in two queries; groups stand together.

    Args:
        order: Keys of components, first ones first; by their own place without.
    """
    found = list(rows)
    places = {key: place for place, key in enumerate(order)}
    found.sort(key=lambda row: places.get(row.pk, len(places)))
    parts = _parts([row.pk for row in found])
    return _grouped(
        Line(
            slug=row.slug,
            name=row.name,
            description=row.description,
            group=row.group,
            parts=tuple(parts.get(row.pk, ())),
        )
        for row in found
    )


def _grouped(found: Iterable[Line]) -> list[Line]:
    groups: dict[str, list[Line]] = {}
    for line in found:
        groups.setdefault(line.group, []).append(line)
    return [line for group in groups.values() for line in group]


def _parts(components: Collection[int]) -> dict[int, list[Watched]]:
    """Return the monitors of each of *components* that are still declared."""
    # Columns, not rows: those of monitors are wide, and a page has hundreds.
    rows = ComponentMonitor.objects.filter(
        component__in=components, monitor__declared=True
    ).order_by("pk")
    found: dict[int, list[Watched]] = {}
    for row in rows.values_list(
        "component_id",
        "decides",
        "monitor__name",
        "monitor__confirmed",
        "monitor__confirmed_since",
        "monitor__ran_at",
        "monitor__interval_seconds",
        "monitor__source",
        "monitor__demo_until",
    ):
        facts: list[Any]
        component, *facts = row
        watched = _watched(*facts)
        found.setdefault(component, []).append(watched)
    return found


def _watched(
    decides: bool,
    name: str,
    confirmed: str,
    since: datetime | None,
    ran_at: datetime | None,
    interval_seconds: float,
    source: str,
    demo_until: datetime | None,
) -> Watched:
    still_known = 2 * timedelta(seconds=interval_seconds) + GRACE
    return Watched(
        monitor=name,
        status=Status(confirmed),
        since=since,
        known_until=ran_at + still_known if ran_at else None,
        decides=decides,
        is_demo=source == DEMO or demo_until is not None,
    )
