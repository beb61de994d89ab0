"""F35, X38: when maintenance is, across clock changes, and as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.errors import ConfigError
from pulseboard.maintenance.cron_rule import parse_cron_rule
from pulseboard.maintenance.plan import Plan
from pulseboard.maintenance.recurrence import Recurrence, Window
from pulseboard.maintenance.repeat_rule import parse_repeat_rule
from pulseboard.maintenance.wall_clock import local_of, zone_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(zone: str, first: str, length: timedelta = HOUR, **more) -> Recurrence:
    return Recurrence(
        rule=parse_repeat_rule("FREQ=WEEKLY"),
        zone=zone_of(zone),
        first=datetime.fromisoformat(first),
        length=length,
        **more,
    )


def cron(zone: str, text: str, first: str, length: timedelta = HOUR) -> Recurrence:
    return Recurrence(
        rule=parse_cron_rule(text),
        zone=zone_of(zone),
        first=datetime.fromisoformat(first),
        length=length,
    )


#: Zone and time of the change on its clock; the start in UTC a week before, at the
#: change and a week after.
CHANGES = [
    ("America/New_York", "2026-03-08 02:30", "07:30", "07:00", "06:30"),
    ("America/New_York", "2026-11-01 01:30", "05:30", "05:30", "06:30"),
    ("Europe/Berlin", "2026-03-29 02:30", "01:30", "01:00", "00:30"),
    ("Europe/Berlin", "2026-10-25 02:30", "00:30", "00:30", "01:30"),
    ("Australia/Lord_Howe", "2026-10-04 02:15", "15:45", "15:30", "15:15"),
    ("Australia/Lord_Howe", "2026-04-05 01:45", "14:45", "14:45", "15:15"),
    ("Africa/Casablanca", "2026-03-22 02:30", "02:30", "02:00", "01:30"),
    ("Africa/Casablanca", "2026-02-15 02:30", "01:30", "01:30", "02:30"),
]


@pytest.mark.parametrize(("zone", "change", "before", "on", "after"), CHANGES)
@pytest.mark.parametrize("kind", ["weekly", "cron"])
def test_a_weekly_window_keeps_its_time_on_the_clock_and_its_length(
    zone, change, before, on, after, kind
):
    """F35: the week before a clock change, the change itself, the week after."""
    local = datetime.fromisoformat(change)
    first = (local - 7 * DAY).isoformat()
    if kind == "weekly":
        recurrence = weekly(zone, first)
    else:
        text = f"{local.minute} {local.hour} * * {local.isoweekday() % 7}"
        recurrence = cron(zone, text, first)
    start = local.replace(tzinfo=UTC) - 9 * DAY

    found = recurrence.windows(start, start + 18 * DAY)

    assert [f"{each.starts_at:%H:%M}" for each in found] == [before, on, after]
    assert [each.ends_at - each.starts_at for each in found] == [HOUR] * 3


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", "2026-03-08", 24),
        ("America/New_York", "2026-11-01", 24),
        ("Australia/Lord_Howe", "2026-10-04", 24),
        ("Europe/Berlin", "2026-10-25", 24),
    ],
)
def test_a_window_across_a_clock_change_lasts_its_real_length(zone, day, hours):
    """F35: so it ends an hour, or half an hour, off by the clock."""
    recurrence = weekly(zone, day, timedelta(hours=hours))
    [window] = recurrence.windows(at(day) - DAY, at(day) + DAY)
    assert window.ends_at - window.starts_at == timedelta(hours=hours)
    assert local_of(window.ends_at, zone_of(zone)).hour in (0, 1, 23)


def test_every_half_hour_by_cron_happens_once_where_the_clock_is_jumped_over():
    """F35: two times in the hour that is missing are one instant."""
    recurrence = cron("Europe/Berlin", "0,30 2 * * *", "2026-03-29", HOUR / 4)
    [window] = recurrence.windows(at("2026-03-29"), at("2026-03-29 12:00"))
    assert window.starts_at == at("2026-03-29 01:00")


def test_every_half_hour_by_cron_happens_once_where_an_hour_comes_twice():
    """F35"""
    recurrence = cron("Europe/Berlin", "0,30 2 * * *", "2026-10-25", HOUR / 4)
    found = recurrence.windows(at("2026-10-25"), at("2026-10-25 12:00"))
    assert [f"{each.starts_at:%H:%M}" for each in found] == ["00:00", "00:30"]


def test_once_is_the_instants_that_were_typed():
    """X38"""
    window = Window(at("2026-03-29 00:30"), at("2026-03-29 02:30"))
    plan = Plan(once=window)
    assert plan.windows(at("2026-03-29"), at("2026-03-30")) == [(*window, False)]
    assert plan.windows(at("2026-03-29"), window.starts_at) == []
    assert plan.windows(window.ends_at, at("2026-03-30")) == []


def test_no_window_starts_before_the_first_day_or_after_the_last():
    """X38"""
    last_on = date(2026, 11, 15)
    recurrence = weekly("UTC", "2026-11-01 02:30", last_on=last_on)
    found = recurrence.windows(at("2026-01-01"), at("2026-12-31"))
    assert [each.starts_at.day for each in found] == [1, 8, 15]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_an_until_in_utc_is_an_instant(zone):
    """X38"""
    recurrence = Recurrence(
        rule=parse_repeat_rule("FREQ=DAILY;UNTIL=20261104T000000Z"),
        zone=zone_of(zone),
        first=datetime.fromisoformat("2026-11-01 22:00"),
        length=HOUR,
    )
    found = recurrence.windows(at("2026-10-30"), at("2026-12-01"))
    assert found[-1].starts_at <= at("2026-11-04") < found[-1].starts_at + DAY


def test_a_running_window_is_found_by_its_middle():
    recurrence = weekly("UTC", "2026-11-01 02:30", 7 * DAY)
    [window] = recurrence.windows(at("2026-11-05"), at("2026-11-05 00:01"))
    assert window.starts_at == at("2026-11-01 02:30")


def test_a_question_reaches_back_a_year_and_some_and_no_further():
    """X38: bounded, however long the question is."""
    recurrence = cron("UTC", "0 * * * *", "2000-01-01")
    found = recurrence.windows(at("2000-01-01"), at("2026-01-01"))
    assert len(found) <= 410 * 24 + 1
    assert found[-1].starts_at == at("2025-12-31 23:00")


def test_the_next_ones_begin_with_the_running_one():
    """X38"""
    recurrence = weekly("UTC", "2026-11-01 02:30")
    found = recurrence.upcoming(at("2026-11-08 03:00"), 3)
    assert [each.starts_at.day for each in found] == [8, 15, 22]


def test_the_next_ones_are_found_years_ahead():
    recurrence = Recurrence(
        rule=parse_repeat_rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
        zone=zone_of("UTC"),
        first=datetime.fromisoformat("2026-01-01 02:30"),
        length=HOUR,
    )
    found = recurrence.upcoming(at("2026-11-08"), 5)
    assert [each.starts_at.year for each in found] == [2028, 2032, 2036]


def test_a_length_of_nothing_or_of_weeks_is_refused():
    for length in (timedelta(0), timedelta(days=7, seconds=1)):
        with pytest.raises(ConfigError):
            weekly("UTC", "2026-11-01", length)


SUNDAYS = weekly("UTC", "2026-11-01 02:00")
MONTH = (at("2026-11-01"), at("2026-12-01"))


def spans(plan: Plan) -> list[str]:
    return [
        f"{each.starts_at:%d} {each.starts_at:%H:%M}-{each.ends_at:%H:%M}"
        for each in plan.windows(*MONTH)
        if not each.is_cancelled
    ]


def test_one_that_was_ended_early_ends_there_and_the_later_ones_stay():
    """X38"""
    kept = {at("2026-11-08 02:00"): at("2026-11-08 02:20")}
    assert spans(Plan(recurrence=SUNDAYS, kept=kept)) == [
        *("01 02:00-03:00", "08 02:00-02:20", "15 02:00-03:00"),
        *("22 02:00-03:00", "29 02:00-03:00"),
    ]


def test_a_skipped_one_is_told_to_calendars_only():
    """X18"""
    skipped = at("2026-11-08 02:00")
    plan = Plan(recurrence=SUNDAYS, kept={skipped: skipped})
    assert [each[:2] for each in spans(plan)] == ["01", "15", "22", "29"]
    [cancelled] = [each for each in plan.windows(*MONTH) if each.is_cancelled]
    assert cancelled == (skipped, skipped + HOUR, True)


def test_a_cancelled_plan_keeps_its_past_and_ends_what_runs():
    """X38"""
    plan = Plan(recurrence=SUNDAYS, cancelled_at=at("2026-11-08 02:20"))
    assert spans(plan) == ["01 02:00-03:00", "08 02:00-02:20"]
    assert plan.upcoming(at("2026-11-08 02:20"), 5) == []


def test_a_changed_plan_does_not_move_what_has_been():
    """X40: uptime of the past stays as it was told."""
    later = weekly("UTC", "2026-11-01 04:00")
    kept = {each.starts_at: each.ends_at for each in SUNDAYS.windows(*MONTH)[:2]}
    plan = Plan(recurrence=later, planned_from=at("2026-11-10"), kept=kept)
    assert spans(plan) == [
        *("01 02:00-03:00", "08 02:00-03:00", "15 04:00-05:00"),
        *("22 04:00-05:00", "29 04:00-05:00"),
    ]


def test_one_by_hand_is_what_was_kept():
    """X38"""
    kept = {at("2026-11-03 10:00"): at("2026-11-03 11:00")}
    plan = Plan(kept=kept)
    assert spans(plan) == ["03 10:00-11:00"]
    assert len(plan.upcoming(at("2026-11-03 10:30"), 5)) == 1
    assert plan.upcoming(at("2026-11-03 11:00"), 5) == []


@given(st.integers(0, 40 * 24), st.integers(1, 20 * 24))
def test_a_part_of_the_time_has_the_same_windows_as_all_of_it(skipped, hours):
    """X38: the runner and a page that ask for other stretches agree."""
    kept = {
        at("2026-11-08 02:00"): at("2026-11-08 02:20"),
        at("2026-11-15 02:00"): at("2026-11-15 02:00"),
        at("2026-11-20 02:00"): at("2026-11-22 02:00"),
    }
    plan = Plan(recurrence=SUNDAYS, kept=kept, cancelled_at=at("2026-12-06 02:30"))
    start = MONTH[0] + skipped * HOUR
    end = start + hours * HOUR
    whole = plan.windows(MONTH[0] - 30 * DAY, MONTH[1] + 90 * DAY)
    expected = [each for each in whole if each[0] < end and each[1] > start]
    assert plan.windows(start, end) == expected
