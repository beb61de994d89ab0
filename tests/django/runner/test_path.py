"""The path: observe, remember, judge, tell (G11, M5, X14, X30)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection

from pulseboard.alerts import store as alerts
from pulseboard.alerts.models import SystemAlert
from pulseboard.core.outcome import Outcome, critical, healthy, unknown, warning
from pulseboard.history.models import HealthMetric, StatusInterval
from pulseboard.history.observed import Observed
from pulseboard.maintenance.models import Maintenance
from pulseboard.monitors import store as monitors
from pulseboard.monitors.definition import Definition
from pulseboard.monitors.models import Monitor
from pulseboard.notifiers import store as notifiers
from pulseboard.notifiers.models import Channel, Notification
from pulseboard.runner import jobs
from pulseboard.runner.record import record

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
LETTERS = {
    "H": healthy("answers", response_seconds=0.003),
    "W": warning("slow", response_seconds=0.3),
    "C": critical("refuses connections"),
    "?": unknown("not asked"),
}
Play = Callable[[str], None]


@pytest.fixture
def definitions() -> dict[str, Definition]:
    definition = Definition(
        name="cache",
        title="Cache",
        run=lambda: healthy("answers"),
        every=timedelta(seconds=30),
        timeout=timedelta(seconds=2),
    )
    monitors.synchronize({"cache": definition})
    return {"cache": definition}


@pytest.fixture
def mailing(settings) -> None:
    settings.PULSEBOARD = {
        "SERVICE_NAME": "Shop",
        "PUBLIC_URL": "https://shop.example",
        "ALERT_EMAIL_RECIPIENTS": ["ops@shop.example"],
    }
    notifiers.synchronize_channels()


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def play(definitions, clock) -> Play:
    """Record one result every 30 s, as in ``HHCC``."""

    def play(letters: str) -> None:
        for letter in letters:
            clock.now += timedelta(seconds=30)
            observed = Observed("cache", clock.now, LETTERS[letter], 0.01)
            record([observed], definitions, clock.now)

    return play


def deliver(clock: Clock) -> int:
    return notifiers.deliver("test", clock)


def test_an_outage_and_its_end_are_two_mails_in_one_thread(play, mailing, clock):
    """The issue's own example: Critical names it, one mail; recovery, one more."""
    play("HCCC")
    deliver(clock)
    assert [m.subject for m in mail.outbox] == ["[Shop] Critical: Cache is down"]
    play("HHH")
    deliver(clock)
    assert [m.subject for m in mail.outbox] == [
        "[Shop] Critical: Cache is down",
        "[Shop] Recovered: Cache, after 1 min",
    ]
    first, second = mail.outbox
    assert second.extra_headers["In-Reply-To"] == first.extra_headers["Message-ID"]
    assert "refuses connections" in first.body
    assert "Last good: answers" in first.body
    assert "https://shop.example/health/dashboard" in first.body
    assert first.alternatives[0].mimetype == "text/html"


def test_the_alert_is_back_dated_and_resolved_with_its_time(play):
    """G11, X30"""
    play("HCC")
    alert = SystemAlert.objects.get()
    assert (alert.severity, alert.began_at) == (
        "critical",
        START + timedelta(seconds=60),
    )
    assert not alert.resolved
    play("HH")
    alert.refresh_from_db()
    assert alert.resolved
    assert alert.resolved_at is not None


def test_flapping_inside_the_policy_opens_nothing(play):
    play("HCHHCHHCHH")
    assert not SystemAlert.objects.exists()


def test_unknown_neither_opens_nor_closes(play):
    """Promise 4: our own trouble is not the target's."""
    play("H????")
    assert not SystemAlert.objects.exists()
    play("CC????")
    assert SystemAlert.objects.get().resolved is False


def test_a_warning_that_gets_worse_is_told_once_more(play, mailing, clock):
    """M4"""
    play("HWWCC")
    deliver(clock)
    assert SystemAlert.objects.get().severity == "critical"
    assert [m.subject for m in mail.outbox] == [
        "[Shop] Warning: Cache is beyond its limit",
        "[Shop] Critical: Cache got worse",
    ]


def test_history_holds_a_row_at_each_change_and_the_confirmed_intervals(play):
    """G11, D2"""
    play("HHHCCCHHH")
    statuses = HealthMetric.objects.order_by("timestamp").values_list(
        "status", flat=True
    )
    assert list(statuses) == ["healthy", "critical", "healthy"]
    intervals = StatusInterval.objects.count()
    assert intervals == 3


def test_time_without_a_runner_is_unknown_and_not_what_was_believed(play, clock):
    """X33, D2: uptime is taken over what was measured."""
    play("HHH")
    last_run = clock.now
    clock.now += timedelta(hours=1)
    play("HH")
    spans = StatusInterval.objects.order_by("began_ms")
    assert [each.get_status_display() for each in spans] == [
        "Healthy",
        "Unknown",
        "Healthy",
    ]
    assert spans[1].began_at == last_run + timedelta(seconds=30)
    assert spans[1].ended_at == last_run + timedelta(hours=1, seconds=30)


def test_a_failure_before_a_gap_confirms_nothing_after_it(play, clock):
    """R15: one bad result then and one now are not two in a row."""
    play("HHC")
    clock.now += timedelta(days=3)
    play("C")
    assert not SystemAlert.objects.exists()
    play("C")
    assert SystemAlert.objects.get().began_at == clock.now - timedelta(seconds=30)


def test_maintenance_mutes_opening_and_not_measuring(play, clock):
    """X33, X38"""
    Maintenance.objects.create(
        title="Upgrade",
        everything=True,
        starts_at=START,
        ends_at=START + timedelta(minutes=3),
    )
    play("HCCC")
    assert not SystemAlert.objects.exists()
    assert Monitor.objects.get().status == "critical"


def test_trouble_that_outlasts_maintenance_is_announced(play, mailing, clock):
    """X33: what it muted is not lost."""
    Maintenance.objects.create(
        title="Upgrade",
        everything=True,
        starts_at=START,
        ends_at=START + timedelta(minutes=3),
    )
    play("HCCC")
    alerts.settle(clock.now, muted=frozenset({"cache"}))
    assert not SystemAlert.objects.exists()
    for _ in range(2):
        alerts.settle(clock.now)
    assert SystemAlert.objects.get().began_at == START + timedelta(seconds=60)
    deliver(clock)
    assert [m.subject for m in mail.outbox] == ["[Shop] Critical: Cache is down"]


def test_an_alert_that_was_resolved_by_hand_stays_so(play, clock):
    """M5"""
    play("HCC")
    alerts.resolve(SystemAlert.objects.get().pk, "ana", clock.now)
    alerts.settle(clock.now)
    assert SystemAlert.objects.get().resolved


@pytest.mark.parametrize("change", [{"declared": False}, {"enabled": False}])
def test_an_alert_whose_monitor_is_gone_is_closed(play, mailing, clock, change):
    """X14: whoever was told that it is down is told why nothing more will come."""
    play("HCC")
    Monitor.objects.update(**change)
    alerts.settle(clock.now)
    assert SystemAlert.objects.get().resolved
    deliver(clock)
    assert mail.outbox[-1].subject == "[Shop] No longer monitored: Cache, after 30 s"


def test_nobody_is_reminded_of_what_is_paused(play, clock):
    """X33"""
    play("HCC")
    Monitor.objects.update(paused_until=clock.now + timedelta(days=7))
    clock.now += timedelta(days=2)
    jobs.remind(clock.now)
    assert SystemAlert.objects.get().reminded_at is None
    Monitor.objects.update(paused_until=None)
    jobs.remind(clock.now)
    assert SystemAlert.objects.get().reminded_at == clock.now


def test_the_same_result_twice_is_recorded_once(play, definitions, clock):
    """F29"""
    play("H")
    again = Observed("cache", clock.now, LETTERS["C"], 0.01)
    record([again, again], definitions, clock.now)
    assert Monitor.objects.get().status == "healthy"


def test_change_and_outbox_stand_or_fall_together(play, mailing, definitions, clock):
    """X14: what confirms the lease refuses, so nothing of the batch is written."""
    play("HC")

    def refuse(now: datetime) -> None:
        raise DatabaseError("not ours any more")

    clock.now += timedelta(seconds=30)
    batch = [Observed("cache", clock.now, LETTERS["C"], 0.01)]
    with pytest.raises(DatabaseError):
        record(batch, definitions, clock.now, confirm=refuse)
    assert not SystemAlert.objects.exists()
    assert not Notification.objects.exists()


def test_a_failed_send_is_retried_and_the_recovery_waits_its_turn(
    play, mailing, clock, settings
):
    """X14, F51: the receiver is down for trigger and resolve."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 9  # closed
    play("HCCHH")
    assert deliver(clock) == 2  # the log channel is not concerned
    rows = Notification.objects.filter(channel="E-mail").order_by("pk")
    assert [(row.state, row.attempts) for row in rows] == [
        ("pending", 1),
        ("pending", 0),
    ]
    assert "no connection to the mail server" in rows[0].last_error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.now += timedelta(seconds=2)
    deliver(clock)
    assert [m.subject.split()[1] for m in mail.outbox] == ["Critical:", "Recovered:"]


def test_a_dead_channel_costs_a_round_one_attempt(play, mailing, clock, settings):
    """F59: the others do not wait for its other messages."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 9  # closed
    play("HCC")
    row = Notification.objects.get(channel="E-mail")
    for number in range(5):
        row.pk, row.key, row.thread = None, f"key {number}", f"alert {number}"
        row.save(force_insert=True)
    assert deliver(clock) == 1  # the log's
    mails = Notification.objects.filter(channel="E-mail").order_by("pk")
    assert [each.attempts for each in mails] == [1, 0, 0, 0, 0, 0]


def test_channels_whose_names_begin_alike_are_all_told(play):
    """X14: never silently dropped."""
    names = ["x" * 99 + end for end in "ab"]
    for name in names:
        Channel.objects.create(name=name, kind="log")
    play("HCC")
    assert set(Notification.objects.values_list("channel", flat=True)) == set(names)


def test_two_deliverers_send_a_message_once(play, mailing, clock):
    """F39"""
    play("HCC")
    row = Notification.objects.get(channel="E-mail")
    assert notifiers.claim(row, "one", clock.now)
    assert not notifiers.claim(row, "two", clock.now)


def test_a_crash_between_send_and_mark_repeats_under_the_same_key(play, mailing, clock):
    """F57"""
    play("HCC")
    row = Notification.objects.get(channel="E-mail")
    notifiers.claim(row, "crashed", clock.now)
    assert deliver(clock) == 1  # the log's; the mail is claimed
    clock.now += timedelta(seconds=61)
    deliver(clock)
    assert mail.outbox[0].extra_headers["X-Pulseboard-Key"] == row.key


def test_a_clock_set_back_holds_no_message(play, mailing, clock):
    """F34"""
    play("HCC")
    clock.now -= timedelta(hours=1)
    deliver(clock)
    assert len(mail.outbox) == 1


def test_reminders_come_once_per_cooldown_until_acknowledged(play, mailing, clock):
    """M4, M5"""
    play("HCC")
    hour = timedelta(hours=1)
    clock.now += hour
    assert alerts.remind(clock.now, hour) == 1
    assert alerts.remind(clock.now, hour) == 0
    alert = SystemAlert.objects.get()
    alerts.acknowledge(alert.pk, "ana", clock.now)
    assert alerts.remind(clock.now + 2 * hour, hour) == 0


@pytest.mark.parametrize("way", ["save", "update"])
def test_an_alert_that_the_host_resolves_makes_room_for_the_next(play, clock, way):
    """G11: the columns are a contract, so a host may write them."""
    play("HCC")
    alert = SystemAlert.objects.get()
    if way == "save":
        alert.resolved, alert.resolved_at = True, clock.now
        alert.save(update_fields=["resolved", "resolved_at"])
    else:
        rows = SystemAlert.objects.filter(pk=alert.pk)
        rows.update(resolved=True, resolved_at=clock.now)
    assert alerts.remind(clock.now + timedelta(days=2), timedelta(hours=1)) == 0
    play("HHCC")
    assert [row.resolved for row in SystemAlert.objects.order_by("pk")] == [True, False]


def test_a_resolved_alert_needs_a_time():
    """G11: the two columns are tied in the database."""
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        SystemAlert.objects.create(
            alert_type="host", subject="x", title="x", message="x", severity="info",
            began_at=START, created_at=START, resolved=True,
        )  # fmt: skip


def test_hostile_text_stays_text_on_one_line(play, mailing, definitions, clock):
    """A30, A31"""
    evil = Outcome(critical("x").status, "down\r\nBcc: all@evil.example\x1b[31m<b>")
    play("H")
    for _ in range(2):
        clock.now += timedelta(seconds=30)
        record([Observed("cache", clock.now, evil, 0.01)], definitions, clock.now)
    deliver(clock)
    sent = mail.outbox[0].message()
    assert sent["Bcc"] is None
    html = mail.outbox[0].alternatives[0].content
    assert "<b>" not in html
    assert connection.vendor  # the row was stored
