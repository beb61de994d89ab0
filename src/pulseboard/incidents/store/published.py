"""Incidents as the public reads them: published ones, public components."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from pulseboard.incidents.markdown import html_of
from pulseboard.incidents.models import Incident, IncidentUpdate
from pulseboard.incidents.story import Note, Phase, Story
from pulseboard.monitors.components import visible
from pulseboard.monitors.models import Component
from pulseboard.monitors.public_status import PublicStatus

#: A page shows no more; older ones have pages of their own.
STORIES_LIMIT = 300
NOTES_LIMIT = 200


def stories(slugs: Collection[str], since: datetime) -> list[Story]:
    """
    Return published incidents, newest first: those that go on and those that ended
    at *since* or later.

    Args:
        slugs: Components that may be named. An incident of none of them is not here
            unless it affects everything.
    """
    recent = Q(resolved_at__isnull=True) | Q(resolved_at__gte=since)
    rows = _published(slugs).filter(recent).distinct()
    # What goes on is never crowded out by what is over.
    ordered = rows.order_by("-resolved_at", "-started_at", "-pk")
    going_on = ordered.filter(resolved_at__isnull=True)[:STORIES_LIMIT]
    over = ordered.filter(resolved_at__isnull=False)[:STORIES_LIMIT]
    found = {row.pk: row for row in [*going_on, *over]}.values()
    newest = sorted(found, key=lambda row: (row.started_at, row.pk), reverse=True)
    return [_story(row, slugs) for row in newest]


def stories_begun(
    slugs: Collection[str], start: datetime, end: datetime
) -> list[Story]:
    """
    Return published incidents that began from *start* until before *end*, newest first.

    Args:
        slugs: As for `stories`.
    """
    begun = _published(slugs).filter(started_at__gte=start, started_at__lt=end)
    newest = begun.distinct().order_by("-started_at", "-pk")[:STORIES_LIMIT]
    return [_story(row, slugs) for row in newest]


def story_of(key: str, slugs: Collection[str]) -> Story | None:
    """Return the published incident *key*, None when there is none to be shown."""
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return None
    row = _published(slugs).filter(key=wanted).distinct().first()
    return _story(row, slugs) if row else None


def story_as_written(incident: Incident) -> Story:
    """Return *incident* as visitors would read it, published or not."""
    slugs = list(visible().values_list("slug", flat=True))
    return _story(_whole(Incident.objects.filter(pk=incident.pk)).get(), slugs)


def _published(slugs: Collection[str]) -> QuerySet[Incident]:
    affected = Q(affects_everything=True) | Q(components__slug__in=list(slugs))
    return _whole(Incident.objects.filter(affected, is_published=True))


def _whole(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    named = Component.objects.order_by("place", "name")
    return rows.prefetch_related("updates", Prefetch("components", queryset=named))


def _story(row: Incident, slugs: Collection[str]) -> Story:
    return Story(
        key=str(row.key),
        title=row.title,
        impact=PublicStatus(row.impact),
        phase=Phase(row.phase),
        components=tuple(c.slug for c in row.components.all() if c.slug in slugs),
        started_at=row.started_at,
        everything=row.affects_everything,
        resolved_at=row.resolved_at,
        next_update_at=None if row.resolved_at else row.next_update_at,
        notes=_notes(row.updates.all()),
        postmortem=row.postmortem,
        postmortem_html=html_of(row.postmortem) if row.postmortem else "",
    )


def _notes(updates: Iterable[IncidentUpdate]) -> tuple[Note, ...]:
    """Return *updates*, which come oldest first, the newest first."""
    newest = list(updates)[::-1][:NOTES_LIMIT]
    return tuple(
        Note(phase=Phase(u.phase), text=u.text, html=html_of(u.text), at=u.at)
        for u in newest
    )
