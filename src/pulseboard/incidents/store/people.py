"""
Subscribers: asked, confirmed, chosen, gone.

What a visitor is told never depends on who is known: each asking ends in the same
words, and, within the limits, in one letter.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings as django_settings
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from pulseboard.conf import get_settings
from pulseboard.incidents.address import canonical, digest_of, host_of
from pulseboard.incidents.models import Announcement, Asking, Subscriber
from pulseboard.incidents.store.askings import HOUR, take
from pulseboard.incidents.store.links import CONFIRM_WITHIN, key_of
from pulseboard.incidents.store.lock import writing
from pulseboard.monitors.components import visible
from pulseboard.monitors.models import Component
from pulseboard.notifiers import store as outbox
from pulseboard.notifiers.letter import Letter

KIND = "subscriber"
Kind = Subscriber.Kind

#: Letters that asking for one address makes.
ASKED_LIMIT = 3
ASKED_WITHIN = timedelta(hours=1)
#: To somebody who has left: one, so that nobody can be pestered by others.
ASKED_WITHIN_AFTER_LEAVING = timedelta(days=1)
LEFT_FOR = timedelta(days=30)
#: To all addresses of one host, so that nobody's server is knocked at by thousands.
HOST_LIMIT = 20
#: So many times in a row a receiver may say that it is gone.
REFUSALS_LIMIT = 3
#: So many may be waiting to confirm; more is an attack, and is dropped.
UNCONFIRMED_LIMIT = 5_000
DELETE_AT_ONCE = 500


def subscribe(
    address: str,
    language: str,
    slugs: Collection[str] | None,
    now: datetime,
    kind: str = Kind.EMAIL,
) -> None:
    """
    Send a letter with a link to confirm, or to change what was chosen.

    Args:
        address: Of mail, or a URL that the guard takes.
        slugs: Services asked for; None for all. They count once it is confirmed, and
            change nothing for somebody who is a subscriber already.
    """
    host = host_of(address)
    if host and take(f"host {host}", HOST_LIMIT, now):
        return
    with writing():
        row = _row_of(address, kind, now)
        if row is None or not _may_be_asked(row, now):
            return
        if row.confirmed_at is None:
            row.address, row.language = canonical(address), language[:20]
            row.kind, row.refusals_total, row.bounced_at = kind, 0, None
            row.created_at, row.all_components = now, slugs is None
            row.save()
            row.components.set(_chosen(slugs))
        _ask(row, now)


def known(token: str, purpose: str) -> Subscriber | None:
    """Return the subscriber whose *token* for *purpose* it is, None when gone."""
    key = key_of(token, purpose)
    if key is None:
        return None
    return Subscriber.objects.filter(key=key).exclude(address="").first()


def confirm(row: Subscriber, now: datetime) -> None:
    """Note that the person wants it; a second time changes nothing."""
    unconfirmed = Subscriber.objects.filter(pk=row.pk, confirmed_at__isnull=True)
    unconfirmed.exclude(address="").update(
        confirmed_at=now, left_at=None, bounced_at=None, refusals_total=0
    )


def refused(row: Subscriber, now: datetime) -> None:
    """Count that the receiver says it is gone; after some, write there no more."""
    rows = Subscriber.objects.filter(pk=row.pk)
    rows.update(refusals_total=F("refusals_total") + 1)
    suspended = rows.filter(refusals_total__gte=REFUSALS_LIMIT, bounced_at=None)
    if suspended.update(bounced_at=now):
        outbox.forget(addressee_of(row))


def reached(row: Subscriber) -> None:
    """Note that the receiver is there; who was suspended is told again."""
    rows = Subscriber.objects.filter(pk=row.pk, refusals_total__gt=0)
    rows.update(refusals_total=0, bounced_at=None)


def choose(row: Subscriber, slugs: Collection[str] | None) -> None:
    """Tell the person of these services only, None for all."""
    with writing():
        row.all_components = slugs is None
        row.save(update_fields=["all_components"])
        row.components.set(_chosen(slugs))


def unsubscribe(row: Subscriber, now: datetime) -> None:
    """Forget the person at once, letters included; a digest stays for 30 days."""
    with writing():
        outbox.forget(addressee_of(row))
        row.components.clear()
        row.address, row.language, row.all_components = "", "", True
        row.kind, row.refusals_total, row.bounced_at = Kind.EMAIL, 0, None
        row.key, row.confirmed_at, row.left_at = uuid.uuid4(), None, now
        row.save()


def erase(row: Subscriber) -> None:
    """Delete everything about the person, the digest too, as an admin may."""
    with writing():
        outbox.forget(addressee_of(row))
        row.delete()


def purge(now: datetime) -> int:
    """
    Delete those who never confirmed, digests of those who left, and what was told.

    Returns:
        How many rows were deleted.
    """
    _note_refusals(now)
    expired = Subscriber.objects.filter(
        confirmed_at__isnull=True, created_at__lte=now - CONFIRM_WITHIN
    )
    gone = Q(left_at__isnull=True) | Q(left_at__lte=now - LEFT_FOR)
    deleted = _delete(expired.filter(gone))
    # Asked again after leaving, and not confirmed: the digest goes on protecting.
    expired.exclude(address="").update(address="", language="")
    keep = now - get_settings().keep_notifications_for
    Asking.objects.filter(at__lte=now - HOUR).delete()
    told = Announcement.objects.filter(finished_at__isnull=False, created_at__lt=keep)
    return deleted + told.delete()[0]


def addressee_of(row: Subscriber) -> str:
    """Return how the outbox names *row*."""
    return f"{KIND}:{row.key.hex}"


def subscriber_of(addressee: str) -> Subscriber | None:
    """Return whom the outbox means, None when the person has left."""
    key = addressee.partition(":")[2]
    return Subscriber.objects.filter(key=uuid.UUID(key)).exclude(address="").first()


def _row_of(address: str, kind: str, now: datetime) -> Subscriber | None:
    digest = digest_of(address, django_settings.SECRET_KEY)
    # By the address, too: digests change with the secret key.
    same = Q(digest=digest) | Q(address=canonical(address))
    row = Subscriber.objects.filter(same).first()
    if row is not None:
        return row
    waiting = Subscriber.objects.filter(confirmed_at__isnull=True).exclude(address="")
    if waiting.count() >= UNCONFIRMED_LIMIT:
        return None
    new = Subscriber(kind=kind, address=canonical(address), digest=digest)
    new.created_at = now
    Subscriber.objects.bulk_create([new], ignore_conflicts=True)
    return Subscriber.objects.get(digest=digest)


def _may_be_asked(row: Subscriber, now: datetime) -> bool:
    """Count one asking; return whether it is within the limits."""
    has_left = row.left_at is not None
    window = ASKED_WITHIN_AFTER_LEAVING if has_left else ASKED_WITHIN
    begins = row.asking_since is None or row.asking_since <= now - window
    asked = 0 if begins else row.asked_total
    if asked >= (1 if has_left else ASKED_LIMIT):
        return False
    since = now if begins else row.asking_since
    unchanged = Subscriber.objects.filter(
        pk=row.pk, asking_since=row.asking_since, asked_total=row.asked_total
    )
    if not unchanged.update(asking_since=since, asked_total=asked + 1):
        return False
    row.asking_since, row.asked_total = since, asked + 1
    return True


def _ask(row: Subscriber, now: datetime) -> None:
    name = get_settings().service_name
    with translation.override(row.language or django_settings.LANGUAGE_CODE):
        if row.confirmed_at is None:
            what, subject = "confirm", _("[%(service)s] Please confirm your address")
        else:
            what, subject = "choose", _("[%(service)s] You are subscribed")
        letter = Letter(
            key=f"{what}:{row.key.hex}:{int(now.timestamp() * 1000)}",
            thread=f"{what}-{int(now.timestamp() * 1000)}",
            addressee=addressee_of(row),
            by_web=row.kind != Kind.EMAIL,
            subject=subject % {"service": name},
            body="",
            facts={"what": what},
        )
    outbox.post([letter], now)


def _chosen(slugs: Collection[str] | None) -> list[Component]:
    return [] if slugs is None else list(visible().filter(slug__in=list(slugs)))


def _note_refusals(now: datetime) -> None:
    """Stop writing to those whose server refuses them for good."""
    for addressee in outbox.refused(DELETE_AT_ONCE):
        row = subscriber_of(addressee)
        if row is not None:
            Subscriber.objects.filter(pk=row.pk).update(bounced_at=now)
        outbox.forget(addressee)


def _delete(rows: QuerySet[Subscriber]) -> int:
    """Delete *rows*, a little at a time."""
    deleted = 0
    while ids := list(rows.values_list("pk", flat=True)[:DELETE_AT_ONCE]):
        Subscriber.objects.filter(pk__in=ids).delete()
        deleted += len(ids)
    return deleted
