"""What is written into the outbox, in the transaction of what it tells of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.urls import NoReverseMatch, reverse

from pulseboard.alerts.judge import Step
from pulseboard.alerts.transition import Transition, listen
from pulseboard.conf import get_settings
from pulseboard.core.redaction import one_line
from pulseboard.notifiers.letter import Letter
from pulseboard.notifiers.message import body_of, is_wanted, subject_of
from pulseboard.notifiers.models import Channel, Notification

#: Stands for a channel in the rows of letters; a channel's name is never empty.
LETTERS = ""


def dashboard_link(public_url: str) -> str:
    """Return the dashboard's address, empty when it cannot be known."""
    try:
        path = reverse("pulseboard:dashboard")
    except NoReverseMatch:
        return ""
    return f"{public_url.rstrip('/')}{path}" if public_url else ""


@listen
def enqueue(transition: Transition) -> None:
    """Write one notification for each channel that wants *transition*."""
    if transition.is_quiet:
        return
    settings = get_settings()
    link = dashboard_link(settings.public_url)
    thread = f"alert-{transition.alert_id}"
    rows = [
        Notification(
            key=_key(f"{thread}:{transition.sequence}", channel),
            channel=channel,
            thread=thread,
            transition=transition.step.value,
            subject=subject_of(transition, settings.service_name),
            body=body_of(transition, link),
            severity=transition.severity,
            created_at=transition.at,
            due_at=transition.at,
        )
        for channel in _listening(transition, thread)
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def post(letters: Iterable[Letter], now: datetime) -> None:
    """Write *letters* into the outbox, in the transaction of what they tell of."""
    rows = [
        Notification(
            key=each.key,
            channel=LETTERS,
            thread=_thread_of(each),
            addressee=each.addressee,
            by_web=each.by_web,
            facts=dict(each.facts),
            transition="letter",
            subject=one_line(each.subject, limit=250),
            body=each.body,
            severity="info",
            created_at=now,
            due_at=now,
        )
        for each in letters
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=200)


def letter_of(row: Notification) -> Letter:
    """Return the letter as it was posted."""
    return Letter(
        key=row.key,
        thread=row.thread,
        addressee=row.addressee,
        subject=row.subject,
        body=row.body,
        facts=row.facts,
        by_web=row.by_web,
    )


def forget(addressee: str) -> None:
    """Delete what waits for *addressee*, and what was sent there."""
    Notification.objects.filter(addressee=addressee).delete()


def _key(step: str, channel: str) -> str:
    """Return one key per step and channel: two that were cut alike would be one."""
    return f"{step}:{hashlib.sha256(channel.encode()).hexdigest()[:16]}"


def _thread_of(letter: Letter) -> str:
    """Return a thread of its own for each addressee; its column holds 100."""
    person = hashlib.sha256(letter.addressee.encode()).hexdigest()[:16]
    return f"{letter.thread[:80]}:{person}"


def _listening(transition: Transition, thread: str) -> list[str]:
    """Return the channels to tell; whoever heard of an alert hears that it is over."""
    channels = Channel.objects.filter(enabled=True)
    wanted = {
        c.name for c in channels if is_wanted(transition.severity, c.least_severity)
    }
    if transition.step in (Step.CLOSE, Step.EASE):
        told = Notification.objects.filter(thread=thread)
        wanted |= set(told.values_list("channel", flat=True).distinct())
        wanted &= {c.name for c in channels}
    return sorted(wanted)
