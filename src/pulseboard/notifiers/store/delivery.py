"""The mails and alerts of the outbox, sent one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from pulseboard.core.errors import NotifyError, Refused
from pulseboard.notifiers.channels import notifiers
from pulseboard.notifiers.letter import Finished, finished
from pulseboard.notifiers.message import Message
from pulseboard.notifiers.models import Channel, Notification
from pulseboard.notifiers.store.claiming import claim, mark, next_of, postpone
from pulseboard.notifiers.store.writing import letter_of

State = Notification.State

#: A round ends after this long, before its job is taken for hung.
ROUND_FOR = timedelta(seconds=30)


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
        row = next_of(clock(), failed)
        if row is None or clock() > end:
            break
        if not claim(row, holder, clock()):
            continue
        try:
            sent += _send(row, holder, clock)
        except Exception as error:
            postpone(row, holder, error, clock())
            # One person who is refused holds up nobody else's letter.
            if not (row.addressee and isinstance(error, Refused)):
                failed.add(row.channel)
    return sent


def _send(row: Notification, holder: str, clock: Callable[[], datetime]) -> bool:
    """Send *row*, or raise; return False when nobody is there to get it any more."""
    if row.addressee:
        message = _mail(row)
        if message is None:
            Notification.objects.filter(pk=row.pk, claimed_by=holder).delete()
            return False
        notifiers()["email"].send(message)
    else:
        _tell_channel(row)
    now = clock()
    mark(row, holder, state=State.SENT, sent_at=now, last_error="")
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


def _mail(row: Notification) -> Message | None:
    ready = finished(letter_of(row))
    if not isinstance(ready, Finished):
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
