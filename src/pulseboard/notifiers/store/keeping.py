"""The outbox in figures, and what is deleted of it."""

from __future__ import annotations

from datetime import datetime

from pulseboard.notifiers.models import Notification
from pulseboard.notifiers.store.claiming import REFUSED

State = Notification.State

DELETE_AT_ONCE = 500


def waiting(now: datetime) -> dict[str, float]:
    """Return the outbox in figures: waiting, dead, age of the oldest in seconds."""
    rows = Notification.objects.filter(state__in=[State.PENDING, State.SENDING])
    oldest = rows.order_by("created_at").values_list("created_at", flat=True).first()
    return {
        "outbox_waiting": rows.count(),
        "outbox_dead": Notification.objects.filter(state=State.DEAD).count(),
        "outbox_age_seconds": (now - oldest).total_seconds() if oldest else 0.0,
    }


def refused(limit: int) -> list[str]:
    """Return addressees whose mail server refused a letter for good."""
    dead = Notification.objects.filter(state=State.DEAD).exclude(addressee="")
    rows = dead.filter(last_error=REFUSED).order_by("-pk")
    return list(rows.values_list("addressee", flat=True)[:limit])


def prune(before: datetime, *, limit: int) -> int:
    """Delete at most *limit* finished notifications created before *before*."""
    finished = [State.SENT, State.DEAD]
    deleted = 0
    while deleted < limit:
        old = Notification.objects.filter(created_at__lt=before, state__in=finished)
        most = min(DELETE_AT_ONCE, limit - deleted)
        ids = list(old.values_list("pk", flat=True)[:most])
        if not ids:
            break
        Notification.objects.filter(pk__in=ids).delete()
        deleted += len(ids)
    return deleted
