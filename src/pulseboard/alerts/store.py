"""Alerts in the database. Call these inside the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import router, transaction

from pulseboard.alerts.judge import TROUBLE, Step, headline, reminder_due, step
from pulseboard.alerts.models import SystemAlert, open_key_of
from pulseboard.alerts.transition import Transition, publish
from pulseboard.core.outcome import NOTICE
from pulseboard.core.status import Status
from pulseboard.monitors import store as monitors
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.store import Change

ALERT_TYPE = "monitor"
DELETE_AT_ONCE = 500


def apply(changes: Iterable[Change], *, muted: frozenset[str] = frozenset()) -> None:
    """
    Open, change and close alerts for confirmed *changes*.

    Args:
        muted: Monitors in maintenance: nothing is opened for them, closing goes on.
    """
    rows = SystemAlert.objects.filter(alert_type=ALERT_TYPE, resolved=False)
    subjects = set(rows.values_list("subject", flat=True))
    for change in changes:
        if change.monitor not in subjects and step(None, change.after) is None:
            continue  # good news of a monitor that was well, as at every start
        subjects.add(change.monitor)
        alert = SystemAlert.objects.filter(
            alert_type=ALERT_TYPE, subject=change.monitor, resolved=False
        ).first()
        kind = step(alert.severity if alert else None, change.after)
        if alert is None:
            if kind is Step.OPEN and change.monitor not in muted:
                _open(change)
        elif kind is not None:
            _move(alert, kind, change)


def settle(now: datetime, *, muted: frozenset[str] = frozenset()) -> None:
    """
    Open and close what no change of status will.

    A monitor that is gone or switched off never gets well, so its alert is closed
    here. Trouble that began in maintenance and outlasts it is announced here.
    """
    open_alerts = SystemAlert.objects.filter(alert_type=ALERT_TYPE, resolved=False)
    subjects = {alert.subject for alert in open_alerts}
    watched = set(monitors.statuses())
    for alert in open_alerts:
        if alert.subject not in watched:
            _end(alert, "", now, "No longer monitored")
    for row in monitors.troubled(now):
        if row.name not in subjects | muted and _is_untold(row):
            with transaction.atomic(using=router.db_for_write(SystemAlert)):
                _open(monitors.standing(row, now))


def remind(
    now: datetime, cooldown: timedelta, *, muted: frozenset[str] = frozenset()
) -> int:
    """
    Tell again what has been open for *cooldown* since it was last told.

    Args:
        muted: Monitors of which nothing is told now.
    """
    told = 0
    firing = SystemAlert.State.FIRING
    rows = SystemAlert.objects.filter(resolved=False, state=firing)
    for alert in rows.exclude(subject__in=muted):
        last = alert.reminded_at or alert.created_at
        notice = _notice(alert)
        if notice is None and not reminder_due(alert.severity, last, cooldown, now):
            continue
        if notice == alert.message:
            continue
        alert.message = notice or alert.message
        alert.is_notice = alert.is_notice and notice is not None
        with transaction.atomic(using=router.db_for_write(SystemAlert)):
            fresh = SystemAlert.objects.filter(
                pk=alert.pk, state=alert.state, reminded_at=alert.reminded_at
            ).update(reminded_at=now, message=alert.message, is_notice=alert.is_notice)
            if fresh:
                _tell(alert, Step.REMIND, now, summary=alert.message)
                told += 1
    return told


def acknowledge(alert_id: int, who: str, now: datetime) -> SystemAlert | None:
    """Note that *who* is on it; reminders stop. None when it is not open."""
    changed = SystemAlert.objects.filter(pk=alert_id, resolved=False).update(
        state=SystemAlert.State.ACKNOWLEDGED,
        acknowledged_by=who[:150],
        acknowledged_at=now,
    )
    return SystemAlert.objects.get(pk=alert_id) if changed else None


def resolve(alert_id: int, who: str, now: datetime) -> SystemAlert | None:
    """Close by hand and tell those who were told. None when it is not open."""
    alert = SystemAlert.objects.filter(pk=alert_id, resolved=False).first()
    if alert is None or not _end(alert, who, now, f"Resolved by {who}"):
        return None
    return alert


def prune(before: datetime, *, limit: int) -> int:
    """Delete at most *limit* alerts resolved before *before*, a little at a time."""
    deleted = 0
    while deleted < limit:
        old = SystemAlert.objects.filter(resolved=True, resolved_at__lt=before)
        most = min(DELETE_AT_ONCE, limit - deleted)
        ids = list(old.values_list("pk", flat=True)[:most])
        if not ids:
            break
        SystemAlert.objects.filter(pk__in=ids).delete()
        deleted += len(ids)
    return deleted


def active() -> list[SystemAlert]:
    """Return the open alerts, critical first, then newest first."""
    rows = list(SystemAlert.objects.filter(resolved=False))
    return sorted(
        rows, key=lambda row: (row.severity != "critical", -row.began_at.timestamp())
    )


def _notice(alert: SystemAlert) -> str | None:
    """Return what is told once until it changes, None for trouble of other kinds."""
    row = Monitor.objects.filter(name=alert.subject).only("details", "summary").first()
    return row.summary if row is not None and row.details.get(NOTICE) else None


def _end(alert: SystemAlert, who: str, now: datetime, how: str) -> bool:
    """Close *alert* for another reason than good news, and tell who was told."""
    with transaction.atomic(using=router.db_for_write(SystemAlert)):
        if not _close(alert, who, now):
            return False
        _tell(alert, Step.CLOSE, now, summary=how, end=how)
    return True


def _is_untold(row: Monitor) -> bool:
    """Return whether nobody closed the trouble of *row* by hand."""
    closed = SystemAlert.objects.filter(alert_type=ALERT_TYPE, subject=row.name)
    by_hand = closed.filter(resolved_at__gte=row.confirmed_since)
    return not by_hand.exclude(resolved_by="").exists()


def _open(change: Change) -> None:
    # A host that resolves alerts by `update` leaves the key behind.
    key = open_key_of(ALERT_TYPE, change.monitor)
    SystemAlert.objects.filter(open_key=key, resolved=True).update(open_key=None)
    summary = change.outcome.summary
    alert = SystemAlert.objects.create(
        alert_type=ALERT_TYPE,
        subject=change.monitor,
        title=change.title,
        message=summary,
        severity=TROUBLE[change.after],
        is_notice=_is_notice(change),
        began_at=change.since,
        created_at=change.at,
    )
    trouble = change.outcome.trouble
    _tell(alert, Step.OPEN, change.at, summary=summary, trouble=trouble)


def _move(alert: SystemAlert, kind: Step, change: Change) -> None:
    summary = change.outcome.summary
    if kind is Step.CLOSE:
        if _close(alert, "", change.at):
            lasted = change.since - alert.began_at
            _tell(
                alert,
                kind,
                change.at,
                summary=summary,
                lasted=lasted,
                is_quiet=alert.is_notice,
            )
        return
    alert.severity = TROUBLE[change.after]
    alert.message = summary
    alert.is_notice = alert.is_notice and _is_notice(change)
    alert.save(update_fields=["severity", "message", "is_notice"])
    _tell(alert, kind, change.at, summary=summary)


def _is_notice(change: Change) -> bool:
    """Return whether *change* brings a notice; critical is always trouble."""
    notice = change.outcome.details.get(NOTICE)
    return bool(notice) and change.after is Status.WARNING


def _close(alert: SystemAlert, who: str, at: datetime) -> bool:
    """Close once, whoever comes first; both columns and the key by one statement."""
    alert.resolved, alert.resolved_at, alert.resolved_by = True, at, who[:150]
    alert.state, alert.open_key = SystemAlert.State.RESOLVED, None
    return bool(
        SystemAlert.objects.filter(pk=alert.pk, resolved=False).update(
            resolved=True,
            resolved_at=at,
            resolved_by=alert.resolved_by,
            state=alert.state,
            open_key=None,
        )
    )


def _tell(
    alert: SystemAlert,
    kind: Step,
    at: datetime,
    *,
    summary: str,
    lasted: timedelta | None = None,
    trouble: str = "",
    end: str = "Recovered",
    is_quiet: bool = False,
) -> None:
    """Publish one step; *lasted* ends with the trouble, by default with *at*."""
    if lasted is None:
        lasted = at - alert.began_at
    publish(
        Transition(
            alert_id=alert.pk,
            step=kind,
            sequence=f"{kind.value}-{int(at.timestamp() * 1000)}",
            severity=alert.severity,
            title=alert.title,
            headline=headline(kind, alert.severity, alert.title, lasted, trouble, end),
            lasted=lasted,
            message=alert.message,
            summary=summary,
            began_at=alert.began_at,
            at=at,
            last_good=_last_good(alert.subject),
            is_quiet=is_quiet,
        )
    )


def _last_good(subject: str) -> str:
    row = Monitor.objects.filter(name=subject).only("good_at", "good_summary").first()
    if row is None or row.good_at is None:
        return ""
    return f"{row.good_summary} ({row.good_at:%Y-%m-%d %H:%M:%S} UTC)"
