"""
How often somebody may ask, counted over all processes of a site.

Each asker has a few slots; one is taken by inserting it, or by a conditional update of
one that is an hour old. Two at once cannot take the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from pulseboard.incidents.models import Asking

HOUR = timedelta(hours=1)
#: More are an attack; who comes then is turned away like those who ask too often.
ROWS_LIMIT = 30_000


def take(who: str, limit: int, now: datetime) -> timedelta | None:
    """
    Count one asking of *who*; a refused one is not counted.

    Args:
        who: A client or a host; only a keyed digest of it is kept, for an hour.
        limit: Askings allowed in any hour.

    Returns:
        None when allowed, else how long to wait.
    """
    digest = salted_hmac("pulseboard.asking", who, algorithm="sha256").hexdigest()
    slots = Asking.objects.filter(who=digest, slot__lt=limit)
    taken = dict(slots.values_list("slot", "at"))
    if any(_take(digest, slot, taken.get(slot), now) for slot in range(limit)):
        return None
    oldest = slots.order_by("at").values_list("at", flat=True).first() or now
    return max(oldest + HOUR - now, timedelta(seconds=1))


def _take(digest: str, slot: int, since: datetime | None, now: datetime) -> bool:
    if since is None:
        if Asking.objects.count() >= ROWS_LIMIT:
            return False
        values = {"at": now}
        _, is_new = Asking.objects.get_or_create(who=digest, slot=slot, defaults=values)
        return is_new
    # One of the future was taken before the clock was set back.
    if now - HOUR < since <= now + HOUR:
        return False
    unchanged = Asking.objects.filter(who=digest, slot=slot, at=since)
    return bool(unchanged.update(at=now))
