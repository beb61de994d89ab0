"""
Letters to addresses of the web, many at once.

    claim some ─▶ finish ─▶ post all of them together ─▶ mark each

A receiver that never answers costs the others one deadline, not their turn. All of it
goes through the guard, as what people gave us: public addresses only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from pulseboard.access.models import AuditEvent
from pulseboard.access.store import audit
from pulseboard.core.caller import Caller
from pulseboard.core.errors import ConfigError
from pulseboard.guard.answer import Response
from pulseboard.guard.call import Call, checked_call
from pulseboard.guard.dial import configured_networks
from pulseboard.guard.errors import Blocked
from pulseboard.guard.exchange import Route, fetch
from pulseboard.guard.tls_context import default_tls
from pulseboard.guard.verdict import Trust
from pulseboard.notifiers.answered import problem_with
from pulseboard.notifiers.letter import Post, finished
from pulseboard.notifiers.models import Notification
from pulseboard.notifiers.store.claiming import claim, claimable, mark, postpone
from pulseboard.notifiers.store.writing import letter_of
from pulseboard.notifiers.webhook import encoded, headers_of

#: Posted together; each has one receiver.
AT_ONCE = 50
TIMEOUT_SECONDS = 5.0
#: Of an answer so much is read: an echo is short.
ANSWER_BYTES = 4 * 1024
#: A round ends after this long, before its job is taken for hung.
ROUND_FOR = timedelta(seconds=30)

Clock = Callable[[], datetime]
Seen = Response | BaseException
Ready = tuple[Notification, Post, Call]

#: As the audit names who tried.
OUTBOX = Caller(name="outbox")


def deliver_by_web(holder: str, clock: Clock, *, limit: int = 1_000) -> int:
    """
    Post what is due, at most about *limit* letters; return how many were taken.

    Args:
        holder: Name under which letters are claimed and marked.
        clock: Read before and after each batch; posting takes time.
    """
    taken, tried, end = 0, 0, clock() + ROUND_FOR
    while tried < limit and clock() < end:
        rows = _claimed(holder, clock())
        if not rows:
            break
        tried += len(rows)
        taken += _post(rows, holder, clock)
    return taken


def _claimed(holder: str, now: datetime) -> list[Notification]:
    """Claim the next letters, one for each receiver; what never failed comes first."""
    rows = claimable(now, by_web=True).order_by("attempts", "pk")[: 4 * AT_ONCE]
    chosen: dict[str, Notification] = {}
    for row in rows:
        chosen.setdefault(row.addressee, row)
    some = list(chosen.values())[:AT_ONCE]
    return [row for row in some if claim(row, holder, now)]


def _post(rows: list[Notification], holder: str, clock: Clock) -> int:
    """Post *rows* and mark them; return how many were taken."""
    ready = [each for row in rows if (each := _ready(row, holder, clock()))]
    answers = asyncio.run(_sent([call for _, _, call in ready])) if ready else []
    return sum(
        _settle(row, post, seen, holder, clock())
        for (row, post, _), seen in zip(ready, answers, strict=True)
    )


def _ready(row: Notification, holder: str, now: datetime) -> Ready | None:
    """Return *row* as it is sent; None when that cannot be, which is noted then."""
    try:
        post = finished(letter_of(row))
    except Exception as error:
        postpone(row, holder, error, now)
        return None
    if not isinstance(post, Post):  # nobody is there to get it any more
        Notification.objects.filter(pk=row.pk, claimed_by=holder).delete()
        return None
    try:
        return row, post, _call(row, post, now)
    except (Blocked, ConfigError):  # the settings have changed since it was given
        _settle(row, post, Blocked(), holder, now)
        return None


def _call(row: Notification, post: Post, now: datetime) -> Call:
    body = encoded(post.document)
    return checked_call(
        "POST",
        post.url,
        trust=Trust.PEOPLE,
        networks=configured_networks(),
        headers=headers_of(row.key, body, post.signed_with, now),
        body=body,
    )


async def _sent(calls: list[Call]) -> list[Seen]:
    route = Route(trust=Trust.PEOPLE, networks=configured_networks(), tls=default_tls())
    return await asyncio.gather(
        *(_answer(each, route) for each in calls), return_exceptions=True
    )


async def _answer(call: Call, route: Route) -> Response:
    # No redirects: they would hand the message to whoever is pointed at.
    return await fetch(
        call, route, timeout_seconds=TIMEOUT_SECONDS, max_bytes=ANSWER_BYTES
    )


def _settle(
    row: Notification, post: Post, seen: Seen, holder: str, now: datetime
) -> bool:
    """Mark what became of *row*; return whether it was taken."""
    if isinstance(seen, Blocked):
        audit(OUTBOX, "block letter", row.addressee, AuditEvent.Result.REFUSED)
    problem = problem_with(seen, now)
    if problem is None:
        mark(row, holder, state=Notification.State.SENT, sent_at=now, last_error="")
        post.taken(seen.body if isinstance(seen, Response) else b"", now)
        return True
    postpone(row, holder, problem, now)
    if problem.permanent:
        post.refused(now)
    return False
