"""Confirmed statuses as intervals that follow one another without gap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import router, transaction

from pulseboard.core.buckets import epoch_ms
from pulseboard.core.status import Status
from pulseboard.history.models import OPEN_MS, StatusInterval, number_of
from pulseboard.history.store.series import chunks, ids_of_runs


def note_first(notes: Iterable[tuple[str, Status, datetime]]) -> set[str]:
    """
    Record the first status of many monitors at once; pass by who has one already.

    Args:
        notes: Monitor, status and since when.

    Returns:
        The monitors whose first status this was.
    """
    first = {monitor: (status, since) for monitor, status, since in reversed([*notes])}
    done: set[str] = set()
    with transaction.atomic(using=router.db_for_write(StatusInterval)):
        for chunk in chunks(first):
            series = ids_of_runs(chunk)
            rows = StatusInterval.objects.filter(series_id__in=series.values())
            known = set(rows.values_list("series_id", flat=True))
            fresh = {series[name]: name for name in chunk if series[name] not in known}
            StatusInterval.objects.bulk_create(
                _interval(number, *first[name]) for number, name in fresh.items()
            )
            done.update(fresh.values())
    return done


def note_confirmed(monitor: str, status: Status, since: datetime) -> None:
    """
    Record that *monitor* has been *status* since *since*, until told otherwise.

    The open interval is closed at *since*, which usually lies some runs back. When it
    lies before the open interval began, that one is replaced: what was closed before
    it is never rewritten, however wrong a clock was. Saying the same again changes
    nothing.
    """
    with transaction.atomic(using=router.db_for_write(StatusInterval)):
        series = ids_of_runs([monitor])[monitor]
        rows = StatusInterval.objects.filter(series_id=series)
        last = rows.filter(ended_ms=OPEN_MS).first()
        if last is None:
            _open(series, status, epoch_ms(since))
        elif last.status != number_of(status):
            _change(last, status, epoch_ms(since))


def _change(last: StatusInterval, status: Status, since_ms: int) -> None:
    if since_ms > last.began_ms:
        last.ended_ms = since_ms
        last.save(update_fields=["ended_ms"])
        _open(last.series_id, status, since_ms)
        return
    # Nothing is left of the last one. The one before may go on instead.
    last.delete()
    before = StatusInterval.objects.filter(
        series_id=last.series_id, ended_ms=last.began_ms, status=number_of(status)
    )
    if not before.update(ended_ms=OPEN_MS):
        _open(last.series_id, status, last.began_ms)


def _open(series: int, status: Status, began_ms: int) -> None:
    StatusInterval.objects.create(
        series_id=series, status=number_of(status), began_ms=began_ms
    )


def _interval(series: int, status: Status, since: datetime) -> StatusInterval:
    return StatusInterval(
        series_id=series, status=number_of(status), began_ms=epoch_ms(since)
    )
