"""X38, X40: what is muted and left out, agreeing with when maintenance is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.django.maintenance.conftest import START

from pulseboard.core.status import Status
from pulseboard.history import store as history
from pulseboard.maintenance import store
from pulseboard.maintenance.models import KeptOccurrence, Maintenance
from pulseboard.monitors.models import Monitor

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = ("web", "mail", "cache")
SUNDAYS = {
    "kind": "rrule",
    "rule": "FREQ=WEEKLY;BYDAY=SU",
    "first_on": date(2026, 11, 1),
    "start_time": time(2, 30),
    "duration_minutes": 60,
}
SUNDAY = START.replace(day=22, hour=2, minute=30)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({"everything": True}, {"web", "mail", "cache"}),
        ({"monitors": ["cache"]}, {"cache"}),
        ({"components": ["site"]}, {"web"}),
        ({"groups": ["Front"]}, {"web", "mail"}),
        ({"groups": ["Front"], "monitors": ["cache"]}, {"web", "mail", "cache"}),
        ({"groups": ["front"]}, set()),
    ],
)
def test_a_window_covers_what_it_names(monitors, planned, scope, covered):
    """X38: check, tag and component."""
    planned(**scope)
    assert store.muted(NAMES, START) == covered
    found = store.windows_for(NAMES, START - DAY, START + DAY)
    assert {name for name, times in found.items() if times} == covered


def test_a_monitor_that_joins_the_group_is_covered_at_once(monitors, planned):
    """X38: what is remembered is not who belongs to what."""
    planned(groups=["Front"])
    assert "cache" not in store.muted(NAMES, START)
    Monitor.objects.filter(name="cache").update(group="Front")
    assert "cache" in store.muted(NAMES, START)


@pytest.mark.parametrize(
    ("effects", "is_muted", "is_excluded"),
    [
        ({"mutes": False}, False, True),
        ({"excludes": False}, True, False),
        ({"shows": False}, True, True),
    ],
)
def test_each_effect_stands_alone(monitors, planned, effects, is_muted, is_excluded):
    """X38"""
    planned(**effects)
    assert bool(store.muted(NAMES, START)) is is_muted
    assert bool(store.windows_of("web", START - DAY, START + DAY)) is is_excluded
    [window] = store.occurrences(START - DAY, START + DAY)
    assert window.shows is effects.get("shows", True)


@pytest.mark.parametrize(
    ("offset", "is_muted"),
    [(-MINUTE, False), (0 * MINUTE, True), (59 * MINUTE, True), (HOUR, False)],
)
def test_the_end_is_not_part_of_a_window(monitors, planned, offset, is_muted):
    planned()
    assert bool(store.muted(NAMES, START + offset)) is is_muted
    assert bool(store.open_windows(START + offset)) is is_muted


def test_the_runner_asks_with_one_query(monitors, planned, django_assert_num_queries):
    """X38: whatever the number of windows and monitors, while none changes."""
    for number in range(20):
        planned(title=f"Upgrade {number}", **(SUNDAYS | {"monitors": ["web"]}))
    store.muted(NAMES, START)
    for second in range(3):
        with django_assert_num_queries(1):
            store.muted(NAMES, START + second * MINUTE)


def test_a_year_of_many_monitors_costs_a_few_queries(
    monitors, planned, django_assert_max_num_queries
):
    """X38, X40"""
    planned(components=["site"], **SUNDAYS)
    planned(groups=["Front"], **SUNDAYS)
    with django_assert_max_num_queries(5):
        store.windows_for([*NAMES, *map(str, range(500))], START - 365 * DAY, START)


def test_every_change_is_seen_at_the_next_question(monitors, planned):
    """X38: nothing old is answered from memory."""
    row = planned()
    assert store.muted(NAMES, START)
    row.mutes = False
    row.save()
    assert not store.muted(NAMES, START)
    Maintenance.objects.all().delete()
    planned(title="Another")
    assert store.muted(NAMES, START)


def test_a_row_that_cannot_be_read_hides_no_other(monitors, planned):
    """X38: a rule written past the checks."""
    planned()
    broken = planned(**SUNDAYS)
    Maintenance.objects.filter(pk=broken.pk).update(rule="FREQ=SECONDLY", revision=99)
    assert store.muted(NAMES, START)
    assert store.upcoming(Maintenance.objects.get(pk=broken.pk), START) == []


def test_ending_now_ends_this_one_and_not_the_next(monitors, planned):
    """X38"""
    row = planned(**SUNDAYS)
    now = SUNDAY + 20 * MINUTE

    ended = store.end_now(row, None, "ana", now)

    assert ended is not None
    assert ended.ends_at == now
    assert not store.muted(NAMES, now)
    assert store.windows_of("web", SUNDAY - HOUR, SUNDAY + DAY) == [(SUNDAY, now)]
    assert store.muted(NAMES, SUNDAY + 7 * DAY)
    assert store.end_now(row, None, "ana", now) is None
    assert KeptOccurrence.objects.get().changed_by == "ana"


def test_ending_by_key_spares_another_occurrence(monitors, planned):
    """X38: a page that was open for a week must not end today's."""
    row = planned(**SUNDAYS)
    assert store.end_now(row, "of-last-week", "ana", SUNDAY + MINUTE) is None
    [window] = store.open_windows(SUNDAY + MINUTE)
    assert store.end_now(row, window.key, "ana", SUNDAY + MINUTE) is not None


def test_what_happens_once_keeps_its_key_when_it_ends_early(monitors, planned):
    """X18: calendars change it instead of adding one."""
    row = planned()
    [before] = store.open_windows(START)
    store.end_now(row, None, "ana", START + 5 * MINUTE)
    [after] = store.occurrences(START, START + HOUR)
    assert (after.key, after.ends_at) == (before.key, START + 5 * MINUTE)
    assert after.sequence > before.sequence


def test_ending_at_the_very_start_is_no_skipping(monitors, planned):
    row = planned()
    store.end_now(row, None, "ana", START)
    assert store.windows_of("web", START, START + HOUR) == [
        (START, START + timedelta(microseconds=1))
    ]


def test_skipping_leaves_out_one(monitors, planned):
    """X38"""
    row = planned(**SUNDAYS)
    skipped = store.skip_next(row, "ana", START)
    assert skipped is not None
    assert skipped.starts_at == SUNDAY
    assert not store.muted(NAMES, SUNDAY)
    assert store.muted(NAMES, SUNDAY + 7 * DAY)
    again = store.occurrences(SUNDAY, SUNDAY + HOUR, cancelled=True)
    assert [each.is_cancelled for each in again] == [True]


def test_by_hand_begins_and_ends_and_is_remembered(monitors, planned):
    """X38"""
    row = planned(kind="manual")
    assert store.start_manual(row, "ana", START) is not None
    assert store.start_manual(row, "ben", START + MINUTE) is None
    assert store.muted(NAMES, START + MINUTE)
    store.end_now(row, None, "ana", START + 10 * MINUTE)
    store.start_manual(row, "ana", START + HOUR)
    assert store.windows_of("web", START, START + DAY)[0] == (
        START,
        START + 10 * MINUTE,
    )


@pytest.mark.parametrize(("minutes", "length"), [(30, HOUR / 2), (None, 7 * DAY)])
def test_by_hand_ends_by_itself(monitors, planned, minutes, length):
    """X38: nobody forgets an open window for good."""
    row = planned(kind="manual", duration_minutes=minutes)
    store.start_manual(row, "ana", START)
    assert store.muted(NAMES, START + length - MINUTE)
    assert not store.muted(NAMES, START + length)


def test_by_hand_begins_once_though_clocks_of_machines_differ(monitors, planned):
    """X38: the second button is pressed where it is still a moment earlier."""
    row = planned(kind="manual")
    assert store.start_manual(row, "ana", START) is not None
    assert store.start_manual(row, "ben", START - timedelta(milliseconds=5)) is None


def test_only_what_is_for_it_begins_by_hand(monitors, planned):
    assert store.start_manual(planned(), "ana", START) is None


def test_cancelling_keeps_the_past(monitors, planned):
    """X38, X40"""
    row = planned(**SUNDAYS)
    assert store.cancel(row, SUNDAY + 20 * MINUTE)
    assert not store.cancel(row, SUNDAY + 30 * MINUTE)
    found = store.windows_of("web", SUNDAY - 8 * DAY, SUNDAY + 30 * DAY)
    assert found == [
        (SUNDAY - 7 * DAY, SUNDAY - 7 * DAY + HOUR),
        (SUNDAY, SUNDAY + 20 * MINUTE),
    ]


def test_a_change_of_plans_does_not_change_the_past(monitors, planned):
    """X40: a percentage that was told stays true."""
    row = planned(**SUNDAYS)
    now = SUNDAY + 20 * MINUTE
    before = store.windows_of("web", START - 30 * DAY, now)
    row.start_time = time(4)
    row.rule = "FREQ=DAILY"
    store.save(row, "ana", now)

    assert store.windows_of("web", START - 30 * DAY, now) == before
    coming = [each.starts_at for each in store.upcoming(row, now, 3)]
    first = SUNDAY.replace(hour=4, minute=0)
    assert coming == [SUNDAY, first, first + DAY]


def test_uptime_leaves_out_maintenance_that_overlaps_an_outage(monitors, planned):
    """X40: of an outage of 40 minutes, 20 lie in a window that was ended early."""
    row = planned(**SUNDAYS)
    store.end_now(row, None, "ana", SUNDAY + 20 * MINUTE)
    start, end = SUNDAY - 3 * HOUR, SUNDAY + 3 * HOUR
    for status, at in (
        (Status.HEALTHY, start),
        (Status.CRITICAL, SUNDAY),
        (Status.HEALTHY, SUNDAY + 40 * MINUTE),
    ):
        history.note_confirmed("web", status, at)

    excluded = store.windows_for(["web"], start, end)
    uptime = history.uptime_of(["web"], start, end, excluded=excluded)["web"]

    assert uptime.excluded_seconds == 20 * 60
    assert uptime.down_seconds == 20 * 60
    assert uptime.up_seconds == (6 * 60 - 40) * 60


@pytest.mark.parametrize(
    ("zone", "first", "clock"),
    [
        ("America/New_York", date(2026, 3, 8), time(2, 30)),
        ("America/New_York", date(2026, 11, 1), time(1, 30)),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45)),
        ("Africa/Casablanca", date(2026, 3, 22), time(2, 30)),
        ("Africa/Casablanca", date(2026, 2, 15), time(2, 30)),
    ],
)
def test_page_and_uptime_agree_across_clock_changes(
    monitors, planned, zone, first, clock
):
    """F35, X40: the second that alerts are muted is the second that is left out."""
    planned(zone=zone, **(SUNDAYS | {"first_on": first, "start_time": clock}))
    planned(
        **{
            **SUNDAYS,
            "kind": "cron",
            "zone": zone,
            "rule": f"{clock.minute} {clock.hour} * * SUN",
            "first_on": first,
            "start_time": None,
        }
    )
    start = datetime.combine(first, time(), tzinfo=START.tzinfo) - DAY
    end = start + 10 * DAY

    shown = store.occurrences(start, end)

    assert len(shown) == 4
    assert [o.ends_at - o.starts_at for o in shown] == [HOUR] * 4
    # The rule and the cron expression say the same.
    assert len({each.starts_at for each in shown}) == 2
    times = [(each.starts_at, each.ends_at) for each in shown]
    assert store.windows_for(["web"], start, end) == {"web": times}
    for each in shown:
        for at in (each.starts_at, each.ends_at - timedelta(seconds=1)):
            assert store.muted(["web"], at)
        for at in (each.starts_at - timedelta(seconds=1), each.ends_at):
            assert not store.muted(["web"], at)


def test_what_meets_in_time_and_cover_is_a_conflict(monitors, planned):
    """X38: named, not refused."""
    planned(title="Site work", components=["site"], starts_at=START, **_until(2))
    planned(title="Mail work", monitors=["mail"], starts_at=START, **_until(2))
    mine = planned(title="Mine", monitors=["web"])
    found = store.conflicts_of(mine, START - DAY)
    assert [each.other.title for each in found] == ["Site work"]


def test_a_repeated_window_meets_a_later_one(monitors, planned):
    planned(title="Later", starts_at=SUNDAY + 14 * DAY, ends_at=SUNDAY + 15 * DAY)
    mine = planned(title="Mine", **SUNDAYS)
    found = store.conflicts_of(mine, START)
    assert [each.other.title for each in found] == ["Later"]


@pytest.mark.parametrize(
    "values",
    [
        {"ends_at": START},
        {"kind": "rrule"},
        {"kind": "cron", "first_on": date(2026, 1, 1)},
        {"kind": "never"},
        {"duration_minutes": 0},
        {"duration_minutes": 10081},
        {"first_on": date(2026, 2, 1), "last_on": date(2026, 1, 1)},
    ],
)
def test_the_database_refuses_a_window_without_its_times(values):
    """X38"""
    sound = {"title": "a", "starts_at": START, "ends_at": START + HOUR}
    with pytest.raises(IntegrityError), transaction.atomic():
        Maintenance.objects.create(**(sound | values))


def _until(hours: int) -> dict[str, datetime]:
    return {"ends_at": START + hours * HOUR}


class Agreement(TestCase):
    """X40: whatever was planned and done, all questions give one answer."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU,WE", "FREQ=MONTHLY"]),
        st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe"]),
        st.lists(st.tuples(st.integers(0, 60 * 24), st.booleans()), max_size=4),
    )
    def test_windows_are_what_is_muted(self, rule, zone, steps):
        Monitor.objects.create(name="web", title="Web")
        row = Maintenance(title="a", everything=True, zone=zone, rule=rule)
        row.kind, row.first_on, row.start_time = "rrule", date(2026, 9, 20), time(2, 15)
        row.duration_minutes = 14 * 60
        row.full_clean()
        row.save()
        start = datetime(2026, 9, 19, tzinfo=START.tzinfo)
        for hours, skips in sorted(steps):
            now = start + hours * HOUR
            if skips:
                store.skip_next(row, "ana", now)
            else:
                store.end_now(row, None, "ana", now)

        times = store.windows_of("web", start, start + 60 * DAY)

        for hours in range(0, 60 * 24, 7):
            at = start + hours * HOUR
            inside = any(began <= at < ended for began, ended in times)
            assert bool(store.muted(["web"], at)) is inside
