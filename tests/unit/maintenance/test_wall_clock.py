"""F35: times on a clock that jumps."""

# ruff: noqa: DTZ001  (these are times on a clock, naive on purpose)

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.errors import ConfigError
from pulseboard.maintenance.wall_clock import (
    instant_of,
    local_of,
    local_text,
    zone_of,
)

ZONES = (
    *("America/New_York", "Europe/Berlin", "Australia/Lord_Howe"),
    *("Africa/Casablanca", "Pacific/Apia", "UTC"),
)


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        # Spring: the clock jumps over the time, so it is at the jump.
        ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:00"),
        ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29 02:59", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29 00:59"),
        # Half an hour only: 02:00 to 02:30 is missing.
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30"),
        ("Australia/Lord_Howe", "2026-10-04 02:30", "2026-10-03 15:30"),
        ("Australia/Lord_Howe", "2026-10-04 02:45", "2026-10-03 15:45"),
        # Ramadan turns Morocco's clock back, and forward when it is over.
        ("Africa/Casablanca", "2026-03-22 02:30", "2026-03-22 02:00"),
        # Autumn: the time comes twice, the first counts.
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30"),
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45"),
        ("Africa/Casablanca", "2026-02-15 02:30", "2026-02-15 01:30"),
        # A whole day that never was.
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00"),
    ],
)
def test_a_time_stands_for_one_instant_whatever_the_clock_does(zone, local, instant):
    """F35"""
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert instant_of(datetime.fromisoformat(local), zone_of(zone)) == expected


@given(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)), st.sampled_from(ZONES))
def test_the_clock_shows_the_time_or_has_just_jumped_over_it(local, name):
    """F35"""
    local, zone = local.replace(microsecond=0), zone_of(name)
    instant = instant_of(local, zone)
    shown = local_of(instant, zone)
    before = local_of(instant - timedelta(seconds=1), zone)
    assert shown == local or before < local < shown


@pytest.mark.parametrize(
    "name",
    [
        *("", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "a\0b"),
        *("Europe/Berlin\n", "x" * 500, "Europe//Berlin", "É", "posix/../UTC"),
    ],
)
def test_what_is_no_zone_is_refused(name):
    with pytest.raises(ConfigError, match="time zone"):
        zone_of(name)


def test_a_time_for_people_names_its_zone_and_offset():
    """X18: the zone is printed with every time."""
    at = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
    text = local_text(at, "Europe/Madrid")
    assert text == "Sat 21 Nov 2026 20:30 Europe/Madrid (UTC+01:00)"
    assert local_text(at, "UTC") == "Sat 21 Nov 2026 19:30 UTC"
