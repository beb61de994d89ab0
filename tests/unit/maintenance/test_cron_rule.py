"""X38: windows by cron."""

# ruff: noqa: DTZ001  (these are times on a clock, naive on purpose)

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulseboard.core.errors import ConfigError
from pulseboard.maintenance.cron_rule import parse_cron_rule

FIRST = datetime(2026, 11, 1)


def days(text: str, until: datetime) -> list[str]:
    rule = parse_cron_rule(text)
    return [f"{at:%d %H:%M}" for at in rule.starts(FIRST, FIRST, until)]


def test_every_sunday_at_half_past_two():
    """X38"""
    found = days("30 2 * * SUN", datetime(2026, 11, 16))
    assert found == ["01 02:30", "08 02:30", "15 02:30"]


def test_day_of_month_or_weekday_as_cron_has_it():
    """X38: both given means either, one with a star means both."""
    assert days("0 3 15 * MON", datetime(2026, 11, 17)) == [
        *("02 03:00", "09 03:00", "15 03:00", "16 03:00")
    ]
    assert days("0 3 */14 * SUN", datetime(2026, 11, 30)) == [
        *("01 03:00", "15 03:00", "29 03:00")
    ]


def test_the_first_moment_counts_and_the_last_does_not():
    assert days("0 0 * * *", datetime(2026, 11, 3)) == ["01 00:00", "02 00:00"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "* * * * *", "*/4 2 * * *", "0,2 2 * * *", "58,1 2-4 * * *"),
        *("*/5 0-4 * * *", "0 0 30 2 *", "61 * * * *", "@daily", "0 2 * *"),
        *("0 0 2 * * *", "1#2/3 * * * *", "0 0 L-2 * *", "0 0 * * 9"),
        *("0 0 * * MON#6", "0 " * 100, "²  0 * * *"),
    ],
)
def test_what_is_no_cron_rule_or_starts_too_often_is_refused(text):
    """X38"""
    with pytest.raises(ConfigError) as refused:
        parse_cron_rule(text)
    assert len(str(refused.value)) < 200


FIELD = st.text("0123456789*,/-#LWMONSU", max_size=9)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=120), st.tuples(*[FIELD] * 5).map(" ".join)))
def test_arbitrary_text_is_a_cron_rule_or_refused(text):
    """X38"""
    try:
        rule = parse_cron_rule(text)
    except ConfigError:
        return
    assert len(list(rule.starts(FIRST, FIRST, datetime(2026, 12, 1)))) <= 30 * 24
