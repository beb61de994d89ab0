"""
Subscribers told: what happened, once each, through the outbox.

    announcement (in the transaction of what it tells of)
        ─fan_out, some hundred at a time─▶ letters ─▶ outbox ─▶ mail server
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings as django_settings
from django.db.models import Q, QuerySet
from django.utils import translation

from pulseboard.incidents.models import (
    Announcement,
    Incident,
    IncidentUpdate,
    Subscriber,
)
from pulseboard.incidents.store.links import accepts_subscribers
from pulseboard.incidents.store.lock import writing
from pulseboard.incidents.store.people import addressee_of
from pulseboard.incidents.store.wording import subject_of, words_of
from pulseboard.incidents.zone import page_zone
from pulseboard.monitors.components import visible
from pulseboard.notifiers import store as outbox
from pulseboard.notifiers.letter import Letter

#: So many are written at once, in the request that tells them; the runner does more.
AT_ONCE = 100
BY_RUNNER = 2_000
BATCH = 200


def audience(incident: Incident) -> int:
    """Return how many subscribers would be told of *incident*."""
    slugs = _public_slugs(incident)
    if not (slugs or incident.affects_everything) or not accepts_subscribers():
        return 0
    return _told(slugs, everything=incident.affects_everything).count()


def announce_incident(
    incident: Incident, now: datetime, *, update: IncidentUpdate | None = None
) -> None:
    """
    Tell subscribers of *incident*: that it is there, or of one *update*.

    Call it in the transaction of what it tells of.
    """
    components = visible().filter(pk__in=incident.components.values("pk"))
    names = dict(components.order_by("place", "name").values_list("slug", "name"))
    said = update or incident.updates.order_by("at", "pk").last()
    facts = {
        "what": _what(incident, update),
        "status": incident.impact,
        "title": incident.title,
        "names": [] if incident.affects_everything else list(names.values()),
        "phase": said.phase if said else incident.phase,
        "text": said.text if said else "",
        "began_at": incident.started_at.isoformat(),
        "ended_at": _iso(incident.resolved_at),
        "next_update_at": _iso(incident.next_update_at),
        "zone": page_zone(),
        "incident": str(incident.key),
    }
    step = f"update-{update.pk}" if update else f"published-{incident.published_at}"
    key = f"incident-{incident.key.hex}:{step}"
    announce(key, facts, list(names), incident.affects_everything, now)


def announce(
    key: str,
    facts: dict[str, Any],
    slugs: Collection[str],
    everything: bool,
    now: datetime,
) -> None:
    """
    Write the announcement and its first letters, unless it was made before.

    Args:
        key: Says what is told, once and for all.
        facts: See `wording`. slugs: Of public components.
    """
    if not (slugs or everything) or not accepts_subscribers():
        return
    row = Announcement(
        key=key[:120],
        facts=facts,
        components=sorted(slugs),
        everything=everything,
        created_at=now,
    )
    Announcement.objects.bulk_create([row], ignore_conflicts=True)
    stored = Announcement.objects.get(key=row.key)
    if stored.finished_at is None:
        _write_some(stored, AT_ONCE, now)


def fan_out(now: datetime, *, limit: int = BY_RUNNER) -> int:
    """Write up to *limit* letters of announcements that have not reached everybody."""
    written = 0
    for row in list(Announcement.objects.filter(finished_at__isnull=True)):
        while written < limit and row.finished_at is None:
            written += _write_some(row, min(BATCH, limit - written), now)
    return written


def _write_some(row: Announcement, limit: int, now: datetime) -> int:
    """Write the next *limit* letters of *row*; who comes first has it to himself."""
    with writing():
        people = list(
            _told(row.components, everything=row.everything)
            .filter(pk__gt=row.reached, confirmed_at__lte=row.created_at)
            .order_by("pk")[:limit]
        )
        reached = people[-1].pk if people else row.reached
        finished_at = now if len(people) < limit else None
        own = Announcement.objects.filter(pk=row.pk, reached=row.reached)
        moved = own.filter(finished_at__isnull=True).update(
            reached=reached, finished_at=finished_at
        )
        if not moved:
            row.refresh_from_db()
            return 0
        outbox.post(_letters(row, people), now)
    row.reached, row.finished_at = reached, finished_at
    return len(people)


def _letters(row: Announcement, people: Iterable[Subscriber]) -> Iterable[Letter]:
    thread = str(row.facts.get("incident") or row.facts.get("window") or row.key)
    words: dict[str, tuple[str, str]] = {}
    for person in people:
        language = person.language or django_settings.LANGUAGE_CODE
        if language not in words:
            with translation.override(language):
                words[language] = subject_of(row.facts), words_of(row.facts).text
        subject, body = words[language]
        yield Letter(
            key=f"announcement-{row.pk}:{person.key.hex}",
            thread=thread,
            addressee=addressee_of(person),
            by_web=person.kind != Subscriber.Kind.EMAIL,
            subject=subject,
            body=body,
            facts={"announcement": row.pk},
        )


def _told(slugs: Collection[str], *, everything: bool) -> QuerySet[Subscriber]:
    """Return confirmed subscribers of any of *slugs*, each once."""
    rows = Subscriber.objects.filter(
        confirmed_at__isnull=False, bounced_at__isnull=True
    )
    rows = rows.exclude(address="")
    if everything:
        return rows
    chose = Subscriber.objects.filter(components__slug__in=list(slugs)).values("pk")
    return rows.filter(Q(all_components=True) | Q(pk__in=chose))


def _public_slugs(incident: Incident) -> list[str]:
    rows = visible().filter(pk__in=incident.components.values("pk"))
    return list(rows.values_list("slug", flat=True))


def _what(incident: Incident, update: IncidentUpdate | None) -> str:
    if incident.resolved_at is not None:
        return "resolved"
    return "opened" if update is None else "update"


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
