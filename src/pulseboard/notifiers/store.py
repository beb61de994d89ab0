"""
The outbox: written with the change it tells of, emptied by the runner.

    claim (conditional update) → send → mark under the own claim

A crash between send and mark repeats the message once, under the same key.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import NoReverseMatch, reverse

from pulseboard.alerts.judge import Step
from pulseboard.alerts.transition import Transition, listen
from pulseboard.conf import get_settings
from pulseboard.core.errors import NotifyError, Refused
from pulseboard.core.redaction import one_line
from pulseboard.notifiers.channels import notifiers
from pulseboard.notifiers.letter import Letter, finished
from pulseboard.notifiers.message import Message, body_of, is_wanted, subject_of
from pulseboard.notifiers.models import Channel, Notification
from pulseboard.notifiers.retry import LONGEST, next_attempt

State = Notification.State

#: A claim that lasts this long without a mark belongs to a crashed process.
CLAIM_FOR = timedelta(seconds=60)
#: A round ends after this long, before its job is taken for hung.
ROUND_FOR = timedelta(seconds=30)
DELETE_AT_ONCE = 500
MAIL = "E-mail"
LOG = "Log"
#: Stands for a channel in the rows of letters; a channel's name is never empty.
LETTERS = ""
#: What is noted of a letter that its server will never take.
REFUSED = "refused for good"


def synchronize_channels() -> None:
    """Make the rows of the channels that settings declare."""
    settings = get_settings()
    _declare(LOG, "log", [], "built in", enabled=True)
    _declare(
        MAIL,
        "email",
        list(settings.alert_email_recipients),
        "PULSEBOARD.ALERT_EMAIL_RECIPIENTS",
        enabled=bool(settings.alert_email_recipients),
    )


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


def forget(addressee: str) -> None:
    """Delete what waits for *addressee*, and what was sent there."""
    Notification.objects.filter(addressee=addressee).delete()


def refused(limit: int) -> list[str]:
    """Return addressees whose mail server refused a letter for good."""
    dead = Notification.objects.filter(state=State.DEAD).exclude(addressee="")
    rows = dead.filter(last_error=REFUSED).order_by("-pk")
    return list(rows.values_list("addressee", flat=True)[:limit])


def is_due(now: datetime) -> bool:
    """Return whether anything waits to be sent."""
    return _claimable(now).exists()


def deliver(holder: str, clock: Callable[[], datetime], *, limit: int = 50) -> int:
    """
    Send what is due, at most *limit* messages.

    A channel that fails gets no other message in this round: a server that answers
    to nobody would keep the other channels waiting.

    Args:
        holder: Name under which messages are claimed and marked.
        clock: Read before and after each message; sending takes time.

    Returns:
        How many were sent.
    """
    sent, failed, end = 0, set[str](), clock() + ROUND_FOR
    for _ in range(limit):
        # Asked anew each time: what was sent lets the next of its thread go.
        row = _next(clock(), failed)
        if row is None or clock() > end:
            break
        if not _claim(row, holder, clock()):
            continue
        try:
            sent += _send(row, holder, clock)
        except Exception as error:
            _postpone(row, holder, error, clock())
            # One person who is refused holds up nobody else's letter.
            if not (row.addressee and isinstance(error, Refused)):
                failed.add(row.channel)
    return sent


def waiting(now: datetime) -> dict[str, float]:
    """Return the outbox in figures: waiting, dead, age of the oldest in seconds."""
    rows = Notification.objects.filter(state__in=[State.PENDING, State.SENDING])
    oldest = rows.order_by("created_at").values_list("created_at", flat=True).first()
    return {
        "outbox_waiting": rows.count(),
        "outbox_dead": Notification.objects.filter(state=State.DEAD).count(),
        "outbox_age_seconds": (now - oldest).total_seconds() if oldest else 0.0,
    }


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


def _declare(
    name: str, kind: str, recipients: list[str], source: str, *, enabled: bool
) -> None:
    wanted = {
        "kind": kind,
        "recipients": recipients,
        "source": source,
        "enabled": enabled,
    }
    row = Channel.objects.filter(name=name).first()
    if row is None:
        Channel.objects.bulk_create(
            [Channel(name=name, **wanted)], ignore_conflicts=True
        )
    elif any(getattr(row, key) != value for key, value in wanted.items()):
        Channel.objects.filter(pk=row.pk).update(**wanted)


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


def _claimable(now: datetime) -> QuerySet[Notification]:
    """Return what may be sent at *now*, in the order it was written."""
    unfinished = [State.PENDING, State.SENDING]
    earlier = Notification.objects.filter(
        thread=OuterRef("thread"),
        channel=OuterRef("channel"),
        pk__lt=OuterRef("pk"),
        state__in=unfinished,
    )
    # What is due later than any wait could be was written before the clock was set
    # back: it is due now.
    due = Q(due_at__lte=now) | Q(due_at__gt=now + 2 * LONGEST)
    left = Q(claimed_until__lt=now) | Q(claimed_until__gt=now + 2 * CLAIM_FOR)
    free = Q(due, state=State.PENDING) | Q(left, state=State.SENDING)
    return Notification.objects.filter(free, ~Exists(earlier)).order_by("pk")


def _claim(row: Notification, holder: str, now: datetime) -> bool:
    return bool(
        Notification.objects.filter(
            pk=row.pk, state=row.state, claimed_until=row.claimed_until
        ).update(state=State.SENDING, claimed_by=holder, claimed_until=now + CLAIM_FOR)
    )


def _next(now: datetime, failed: set[str]) -> Notification | None:
    """Return what to send now: alerts before letters, then as they were written."""
    waiting = _claimable(now).exclude(channel__in=failed)
    alert = waiting.filter(addressee="").first()
    return alert or waiting.exclude(addressee="").first()


def _send(row: Notification, holder: str, clock: Callable[[], datetime]) -> bool:
    """Send *row*, or raise; return False when nobody is there to get it any more."""
    if row.addressee:
        message = _letter(row)
        if message is None:
            Notification.objects.filter(pk=row.pk, claimed_by=holder).delete()
            return False
        notifiers()["email"].send(message)
    else:
        _tell_channel(row)
    now = clock()
    _mark(row, holder, state=State.SENT, sent_at=now, last_error="")
    Channel.objects.filter(name=row.channel).update(last_sent_at=now, last_error="")
    return True


def _tell_channel(row: Notification) -> None:
    channel = Channel.objects.filter(name=row.channel, enabled=True).first()
    if channel is None:
        raise NotifyError("the channel is gone or switched off", permanent=True)
    notifier = notifiers().get(channel.kind)
    if notifier is None:
        raise NotifyError(f"no such kind of channel: {channel.kind}", permanent=True)
    notifier.send(_message(row, channel))


def _letter(row: Notification) -> Message | None:
    ready = finished(
        Letter(
            key=row.key,
            thread=row.thread,
            addressee=row.addressee,
            subject=row.subject,
            body=row.body,
            facts=row.facts,
        )
    )
    if ready is None:
        return None
    return Message(
        key=row.key,
        thread=row.thread,
        subject=row.subject,
        body=ready.body,
        html=ready.html,
        headers=ready.headers,
        severity=row.severity,
        recipients=(ready.recipient,),
        first=not _is_preceded(row),
    )


def _message(row: Notification, channel: Channel) -> Message:
    return Message(
        key=row.key,
        thread=f"{row.thread}:{row.channel}",
        subject=row.subject,
        body=row.body,
        severity=row.severity,
        recipients=tuple(channel.recipients),
        first=not _is_preceded(row),
    )


def _is_preceded(row: Notification) -> bool:
    """Return whether *row* is not the first of its thread."""
    earlier = Notification.objects.filter(
        thread=row.thread, channel=row.channel, pk__lt=row.pk
    )
    return earlier.exists()


def _postpone(row: Notification, holder: str, error: Exception, now: datetime) -> None:
    known = isinstance(error, NotifyError)
    text = one_line(str(error) if known else f"raised {type(error).__name__}")
    if row.addressee and isinstance(error, Refused) and error.permanent:
        text = REFUSED
    attempts = row.attempts + 1
    # A jitter needs no cryptographic randomness.
    chance = random.random()  # noqa: S311
    due = next_attempt(attempts, row.created_at, now, chance)
    if isinstance(error, NotifyError) and error.permanent and attempts >= 3:
        due = None
    _mark(
        row,
        holder,
        state=State.PENDING if due else State.DEAD,
        due_at=due or row.due_at,
        attempts=attempts,
        last_error=text,
    )
    Channel.objects.filter(name=row.channel).update(last_error=text)


def _mark(row: Notification, holder: str, **values: object) -> None:
    """Write the result, unless the claim has passed to somebody else."""
    Notification.objects.filter(
        pk=row.pk, state=State.SENDING, claimed_by=holder
    ).update(claimed_by="", claimed_until=None, **values)
