"""
The one table of jobs: name, schedule, function, whoever carries them.

A job runs on a thread of its own with a deadline, like a check; what it did is in
`JobRun` and in the scheduler's log.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from pulseboard.access.store import prune_audit
from pulseboard.alerts import store as alerts
from pulseboard.conf import get_settings
from pulseboard.core.log import get_logger
from pulseboard.core.outcome import Outcome, Reason, healthy
from pulseboard.core.status import Status
from pulseboard.history import store as history
from pulseboard.history.retention import Keep
from pulseboard.incidents import store as incidents
from pulseboard.maintenance import store as maintenance
from pulseboard.monitors import store as monitors
from pulseboard.monitors.models import JobRun
from pulseboard.monitors.schedule import due_slot
from pulseboard.notifiers import store as notifiers
from pulseboard.runner import schedule_log
from pulseboard.runner.clock import Clock
from pulseboard.runner.engine import Engine, Finished, Job
from pulseboard.statuspage import storage as page_copies
from pulseboard.statuspage import store as statuspage
from pulseboard.traffic import store as traffic

logger = get_logger("pulseboard.runner")

#: Rows that one run of a job may touch; the rest waits for the next.
BUDGET_ROWS = 20_000
#: Results to be packed have no such limit: 5,000 monitors every 20 s bring 75,000
#: between two runs. The time is limited instead, well within the deadline.
ROLL_UP_SECONDS = 30.0
PACKED_AT_ONCE = 5_000
DELIVERY = "deliver notifications"
WEB_DELIVERY = "deliver by the web"
DELIVERY_TIMEOUT_SECONDS = 60.0
#: How often is looked for messages; steps may follow one another more closely.
LOOK_EVERY = timedelta(seconds=1)
PAGES = "public pages"
PAGES_TIMEOUT_SECONDS = 60.0
COPIES = "copies of public pages"
COPIES_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """One line of the table."""

    name: str
    every: timedelta
    run: Callable[[datetime], None]
    timeout_seconds: float = 60.0


def roll_up(now: datetime) -> None:
    """Pack closed hours and fold closed days."""
    until = time.monotonic() + ROLL_UP_SECONDS
    traffic.roll_up(now)
    while time.monotonic() < until:
        if history.roll_up(now, budget_rows=PACKED_AT_ONCE) < PACKED_AT_ONCE:
            break


def cleanup(now: datetime) -> None:
    """Delete what is older than its retention, in small batches."""
    prune(now, budget_rows=BUDGET_ROWS)


def prune(
    now: datetime, *, budget_rows: int, days: int | None = None
) -> dict[str, int]:
    """
    Delete at most *budget_rows* rows of each kind past their retention.

    Args:
        days: Keep raw results for so many days instead of `KEEP_METRICS_FOR`.

    Returns:
        How many rows were deleted, by kind.
    """
    settings = get_settings()
    metrics = timedelta(days=days) if days is not None else settings.keep_metrics_for
    keep = Keep(
        metrics=metrics,
        samples=settings.keep_samples_for,
        hours=settings.keep_hours_for,
    )
    messages_before = now - settings.keep_notifications_for
    schedule_log.prune(settings.log_folder(), settings.keep_logs_for, now)
    return {
        "results": history.prune(now, keep, budget_rows=budget_rows),
        "request counts": traffic.prune(now - metrics, limit=budget_rows),
        "notifications": notifiers.prune(messages_before, limit=budget_rows),
        "audit events": prune_audit(now, settings.keep_audit_for, budget_rows),
        "alerts": alerts.prune(now - settings.keep_alerts_for, limit=budget_rows),
        "subscribers": incidents.purge(now),
    }


def tell_public(now: datetime) -> None:
    """Publish what the rule says, tell of plans, and go on telling subscribers."""
    incidents.publish_due(get_settings().publish_incidents_after, now)
    incidents.announce_maintenance(now)
    incidents.fan_out(now)


def prune_all(now: datetime, *, days: int | None = None) -> dict[str, int]:
    """Delete everything past its retention, in small batches; return how many."""
    deleted: Counter[str] = Counter()
    while True:
        batch = prune(now, budget_rows=BUDGET_ROWS, days=days)
        deleted.update(batch)
        if not any(batch.values()):
            return dict(deleted)


def settle(now: datetime) -> None:
    """Announce what outlasted maintenance, close what nobody watches any more."""
    alerts.settle(now, muted=_in_maintenance(now))


def remind(now: datetime) -> None:
    """Tell again what stays open."""
    quiet = _in_maintenance(now) | monitors.paused(now)
    alerts.remind(now, get_settings().alert_cooldown, muted=quiet)


def summarize(now: datetime) -> None:
    """Write how many monitors are healthy into the scheduler's log."""
    rows = monitors.statuses()
    good = sum(status == Status.HEALTHY.value for status in rows.values())
    share = 100 * good / len(rows) if rows else 0.0
    folder = get_settings().log_folder()
    schedule_log.write(folder, "Starting scheduled health check job", now)
    schedule_log.write(
        folder, f"Health check complete: {good}/{len(rows)} healthy ({share:.2f}%)", now
    )


def synchronize_channels(now: datetime) -> None:
    """Bring the channels up to the settings."""
    notifiers.synchronize_channels()


def rebuild_pages(now: datetime) -> None:
    """Say on the public pages how it is now, and that we are still there."""
    statuspage.rebuild(now)


def copy_pages(now: datetime) -> None:
    """Write the public pages into the storage for them, if there is one."""
    page_copies.copy_pages(now)


TABLE = (
    Scheduled(name="channels", every=timedelta(minutes=1), run=synchronize_channels),
    Scheduled(name="health check summary", every=timedelta(minutes=5), run=summarize),
    Scheduled(name="history roll-up", every=timedelta(minutes=5), run=roll_up),
    Scheduled(name="alerts", every=timedelta(minutes=1), run=settle),
    Scheduled(name="reminders", every=timedelta(minutes=1), run=remind),
    Scheduled(name="incidents", every=timedelta(minutes=1), run=tell_public),
    Scheduled(name=PAGES, every=timedelta(minutes=1), run=rebuild_pages),
    Scheduled(
        name=COPIES,
        every=timedelta(minutes=1),
        run=copy_pages,
        timeout_seconds=COPIES_TIMEOUT_SECONDS,
    ),
    Scheduled(name="cleanup", every=timedelta(minutes=10), run=cleanup),
)


class Jobs:
    """Runs the table for the holder of the lease."""

    def __init__(self, holder: str, clock: Clock) -> None:
        self.engine = Engine(max_workers=3)
        self._holder = holder
        self._clock = clock
        self._slots: dict[str, int] | None = None
        self._looked_at: datetime | None = None

    def run_due(self, now: datetime) -> None:
        """Start what is due, and write down what has ended."""
        self.collect()
        for each in TABLE:
            if self._claim(each, now):
                self._start(each.name, each.run, each.timeout_seconds, now)
        if self._is_look_due(now):
            self._start_deliveries(now)
        if statuspage.is_outdated():
            self._start(PAGES, rebuild_pages, PAGES_TIMEOUT_SECONDS, None)
        elif page_copies.is_due():
            self._start(COPIES, copy_pages, COPIES_TIMEOUT_SECONDS, None)

    def _start_deliveries(self, now: datetime) -> None:
        """Send what waits; strangers' receivers hold up no mail."""
        each = DELIVERY_TIMEOUT_SECONDS
        if notifiers.is_due(now):
            self._start(DELIVERY, self._deliver, each, None)
        if notifiers.is_due(now, by_web=True):
            self._start(WEB_DELIVERY, self._deliver_by_web, each, None)

    def _is_look_due(self, now: datetime) -> bool:
        last = self._looked_at
        if last is not None and timedelta(0) <= now - last < LOOK_EVERY:
            return False
        self._looked_at = now
        return True

    def collect(self) -> None:
        """Write down what has ended since the last call."""
        for finished in self.engine.collect():
            if finished.job.ticket is not None:
                self._note(finished)

    def _start(
        self,
        name: str,
        run: Callable[[datetime], None],
        timeout_seconds: float,
        ticket: datetime | None,
    ) -> None:
        def question() -> Outcome:
            run(self._clock.now())
            return healthy("done")

        job = Job(
            name=name, question=question, timeout_seconds=timeout_seconds, ticket=ticket
        )
        self.engine.start(job)

    def _deliver(self, now: datetime) -> None:
        notifiers.deliver(self._holder, self._clock.now)

    def _deliver_by_web(self, now: datetime) -> None:
        notifiers.deliver_by_web(self._holder, self._clock.now)

    def _claim(self, each: Scheduled, now: datetime) -> bool:
        """Claim the slot of *each* by conditional update, as monitors are claimed."""
        if self._slots is None:
            self._slots = _known_slots()
        claimed = self._slots[each.name]
        slot = due_slot(each.name, each.every, claimed, now)
        if slot is None:
            return False
        won = JobRun.objects.filter(name=each.name, slot=claimed).update(slot=slot)
        self._slots = {**self._slots, each.name: slot} if won else None
        return bool(won)

    def _note(self, finished: Finished) -> None:
        outcome, name = finished.outcome, finished.job.name
        failed = outcome.reason is not Reason.OK
        now = self._clock.now()
        JobRun.objects.filter(name=name).update(
            ran_at=finished.job.ticket,
            duration_seconds=finished.duration_seconds,
            error=outcome.summary if failed else "",
            done_total=F("done_total") + (0 if failed else 1),
        )
        kind = outcome.summary.removeprefix("raised ")
        line = f"failed: {kind}" if failed else "executed successfully"
        schedule_log.write(get_settings().log_folder(), f"Job {name} {line}", now)


def _in_maintenance(now: datetime) -> frozenset[str]:
    return maintenance.muted(monitors.statuses(), now)


def _known_slots() -> dict[str, int]:
    JobRun.objects.bulk_create(
        [JobRun(name=each.name) for each in TABLE], ignore_conflicts=True
    )
    return dict(JobRun.objects.values_list("name", "slot"))
