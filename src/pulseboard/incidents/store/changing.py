"""
What people, and one rule, do with incidents. Each call is one transaction.

Nothing here audits: whoever calls knows the caller and writes the audit row in the
same transaction around it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pulseboard.access.store import audit
from pulseboard.core.caller import Caller
from pulseboard.incidents.life import lies_ahead, standing
from pulseboard.incidents.models import Incident, IncidentUpdate, PhaseChoice
from pulseboard.incidents.store.announcing import announce_incident
from pulseboard.incidents.store.lock import writing
from pulseboard.incidents.story import Phase
from pulseboard.monitors.models import Component

#: As the audit names what nobody did by hand.
RULE = Caller(name="PUBLISH_INCIDENTS_AFTER")

AMENDED = [
    "title",
    "impact",
    "response",
    "affects_everything",
    "started_at",
    "next_update_at",
    "postmortem",
]


def begin(
    incident: Incident, components: Iterable[Component], author: str, now: datetime
) -> Incident:
    """
    Store a new *incident* with its *components*, unpublished.

    Raises:
        ValidationError: A field is wrong, or it begins in the future.
    """
    refuse_future("started_at", incident.started_at, now)
    incident.created_at, incident.created_by = now, author[:150]
    incident.full_clean()
    with writing():
        incident.save(force_insert=True)
        incident.components.set(components)
    return incident


def amend(incident: Incident, now: datetime) -> None:
    """
    Store what was changed of *incident*; what follows from its updates is not touched.

    Raises:
        ValidationError: A field is wrong, or it begins in the future.
    """
    refuse_future("started_at", incident.started_at, now)
    incident.full_clean()
    incident.save(update_fields=AMENDED)


def add_update(
    incident: Incident,
    phase: Phase,
    text: str,
    author: str,
    now: datetime,
    *,
    at: datetime | None = None,
    notify: bool = False,
) -> IncidentUpdate:
    """
    Add a word to the public; a resolving one ends the incident, any other reopens it.

    Args:
        at: When it was so; now by default.
        notify: Subscribers get it, if the incident is published.

    Raises:
        ValidationError: The text is empty or too long, or *at* has not come yet.
    """
    refuse_future("at", at or now, now)
    if phase is Phase.RESOLVED and (at or now) < incident.started_at:
        raise ValidationError({"at": [_("It cannot end before it began.")]})
    update = IncidentUpdate(
        incident=incident,
        phase=phase.value,
        text=text.strip(),
        at=min(at or now, now),
        author=author[:150],
    )
    update.full_clean()
    with writing():
        update.save(force_insert=True)
        settle(incident)
        if notify and incident.is_published:
            announce_incident(incident, now, update=update)
    return update


def edit_update(
    update: IncidentUpdate, phase: Phase, text: str, who: str, now: datetime
) -> str:
    """
    Change what was said, and note who did; return what it was, for the audit.

    Raises:
        ValidationError: The text is empty or too long.
    """
    before = IncidentUpdate.objects.get(pk=update.pk)
    update.phase, update.text = phase.value, text.strip()
    update.edited_at, update.edited_by = now, who[:150]
    update.full_clean()
    with writing():
        update.save()
        settle(update.incident)
    return f"{before.phase}: {before.text}"


def publish(
    incident: Incident, now: datetime, *, notify: bool = False, by_rule: bool = False
) -> bool:
    """
    Show *incident* to the public; return False when it is shown already.

    Args:
        notify: Subscribers are told.
    """
    with writing():
        changed = Incident.objects.filter(pk=incident.pk, is_published=False).update(
            is_published=True, published_at=now, is_published_by_rule=by_rule
        )
        if not changed:
            return False
        _read_and_save(incident)
        if notify:
            announce_incident(incident, now)
    return True


def withdraw(incident: Incident) -> bool:
    """Take *incident* off the page; return False when it was not on it."""
    shown = Incident.objects.filter(pk=incident.pk, is_published=True)
    with writing():
        changed = bool(
            shown.update(
                is_published=False, published_at=None, is_published_by_rule=False
            )
        )
        _read_and_save(incident)
    return changed


def publish_due(after: timedelta | None, now: datetime) -> int:
    """
    Publish drafts that nobody looked at for *after*, and tell subscribers.

    Args:
        after: `PUBLISH_INCIDENTS_AFTER`; None publishes nothing.

    Returns:
        How many were published.
    """
    if after is None:
        return 0
    waiting = Incident.objects.filter(
        is_published=False,
        resolved_at__isnull=True,
        recovered_at__isnull=True,
        alerts__isnull=False,
        response=Incident.Response.OPEN,
        created_at__lte=now - after,
    )
    published = 0
    for incident in list(waiting.distinct()):
        with writing():
            if publish(incident, now, notify=True, by_rule=True):
                audit(RULE, "publish incident", str(incident))
                published += 1
    return published


def settle(incident: Incident) -> None:
    """Let phase and time of resolving follow from the updates, as they are stored."""
    rows = incident.updates.order_by("at", "pk").values_list("phase", "at")
    phase, resolved_at = standing((Phase(name), at) for name, at in rows)
    incident.phase, incident.resolved_at = PhaseChoice(phase.value), resolved_at
    incident.save(update_fields=["phase", "resolved_at"])


def refuse_future(field: str, at: datetime, now: datetime) -> None:
    """Raise ValidationError for *field* when *at* has not come yet."""
    if lies_ahead(at, now):
        raise ValidationError({field: [_("This lies in the future.")]})


def _read_and_save(incident: Incident) -> None:
    """Read what a conditional update has written, and save: pages listen to saving."""
    incident.refresh_from_db()
    incident.save(update_fields=["is_published", "published_at"])
