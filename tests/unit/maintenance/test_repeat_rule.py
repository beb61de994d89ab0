"""X38: RRULE, compared with another implementation, and bounded."""

# ruff: noqa: DTZ001  (these are times on a clock, naive on purpose)

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from pulseboard.core.errors import ConfigError
from pulseboard.maintenance.repeat_rule import WEEKDAYS, parse_repeat_rule

FIRST = datetime(2026, 1, 15, 2, 30)
END = datetime(2031, 1, 1)


def starts(text: str, first: datetime = FIRST, end: datetime = END) -> list[datetime]:
    return list(parse_repeat_rule(text).starts(first, first, end))


def reference(text: str, first: datetime = FIRST, end: datetime = END):
    found = rrulestr(text, dtstart=first)
    return list(itertools.takewhile(lambda at: at < end, found))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3;COUNT=7",
        "FREQ=DAILY;BYDAY=MO,FR;BYMONTH=1,6",
        "FREQ=DAILY;BYMONTHDAY=-1",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU",
        "FREQ=WEEKLY;UNTIL=20260401",
        "FREQ=WEEKLY;UNTIL=20260212T023000",
        "FREQ=WEEKLY;BYDAY=MO;BYMONTH=3",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=-1,15",
        "FREQ=MONTHLY;BYDAY=2SA",
        "FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=5",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=5SU",
        "FREQ=YEARLY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYDAY=-1WE,3TH",
        "FREQ=YEARLY;BYMONTHDAY=1",
        "FREQ=YEARLY;BYMONTH=5",
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=1,7;BYDAY=1MO;BYSETPOS=2",
        "RRULE:FREQ=WEEKLY;COUNT=1",
    ],
)
def test_a_rule_chooses_the_days_that_the_standard_says(rule):
    """X38"""
    assert starts(rule) == reference(rule.removeprefix("RRULE:"))


def lists(values, most: int = 3):
    chosen = st.lists(values, min_size=1, max_size=most, unique=True)
    return chosen.map(lambda each: ",".join(map(str, each)))


def numbers(least: int, most: int):
    return st.integers(least, most).filter(bool)


@st.composite
def rules(draw):
    """Rules with a match in most years: the reference never ends without."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 3))}"]
    if frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(lists(numbers(-28, 28)))}")
    elif draw(st.booleans()):
        ordinals = st.just("")
        # Not both in one rule: the reference then asks for days that are both.
        if frequency in ("MONTHLY", "YEARLY") and draw(st.booleans()):
            ordinals = numbers(-4, 4).map(str)
        names = st.tuples(ordinals, st.sampled_from(WEEKDAYS)).map("".join)
        parts.append(f"BYDAY={draw(lists(names))}")
    if frequency in ("DAILY", "YEARLY") and draw(st.booleans()):
        parts.append(f"BYMONTH={draw(lists(st.integers(1, 12)))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    return ";".join(parts)


@settings(max_examples=200, deadline=None)
@given(rules(), st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31)))
def test_any_rule_agrees_with_another_implementation(rule, first):
    """X38"""
    first = first.replace(second=0, microsecond=0)
    end = first + timedelta(days=1500)
    assert starts(rule, first, end) == reference(rule, first, end)


@settings(max_examples=100, deadline=None)
@given(rules(), st.integers(0, 1200), st.integers(1, 300))
def test_a_question_about_a_part_finds_the_part(rule, skipped, length):
    """X38: looking later does not move the days."""
    after = FIRST + timedelta(days=skipped)
    before = after + timedelta(days=length)
    part = list(parse_repeat_rule(rule).starts(FIRST, after, before))
    assert part == [at for at in starts(rule, end=before) if at >= after]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=6",
        "FREQ=YEARLY;INTERVAL=366;BYDAY=MO;BYSETPOS=-366",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=9999",
    ],
)
def test_a_rule_that_never_matches_answers_nothing_and_ends(rule):
    """X38: the other implementation would go on for minutes, or for good."""
    first = datetime(2000, 1, 1)
    parsed = parse_repeat_rule(rule)
    found = list(parsed.starts(first, datetime(2099, 1, 1), datetime(2100, 1, 1)))
    assert len(found) <= 1


REFUSED = [
    ("", "such as"),
    ("nonsense", "such as"),
    ("FREQ=", "such as"),
    ("FREQ=SECONDLY", "FREQ"),
    ("FREQ=MINUTELY;INTERVAL=5", "cron"),
    ("FREQ=HOURLY", "FREQ"),
    ("INTERVAL=2", "FREQ"),
    ("FREQ=DAILY;FREQ=DAILY", "twice"),
    ("FREQ=DAILY;", "such as"),
    ("FREQ=DAILY;X=1", "not known"),
    ("FREQ=DAILY;BYHOUR=2", "its own field"),
    ("FREQ=DAILY;BYEASTER=0", "not known"),
    ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
    ("FREQ=DAILY;INTERVAL=367", "INTERVAL"),
    ("FREQ=DAILY;INTERVAL=1,2", "one number"),
    ("FREQ=DAILY;INTERVAL=" + "9" * 400, "INTERVAL"),
    ("FREQ=DAILY;COUNT=-1", "COUNT"),
    ("FREQ=DAILY;COUNT=10000", "COUNT"),
    ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "not both"),
    ("FREQ=DAILY;UNTIL=20260231", "UNTIL"),
    ("FREQ=DAILY;UNTIL=00000101", "UNTIL"),
    ("FREQ=DAILY;UNTIL=20260101T250000Z", "UNTIL"),
    ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL"),
    ("FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY"),
    ("FREQ=DAILY;BYMONTHDAY=32", "BYMONTHDAY"),
    ("FREQ=DAILY;BYMONTH=13", "BYMONTH"),
    ("FREQ=DAILY;BYMONTH=-1", "BYMONTH"),
    ("FREQ=DAILY;BYDAY=XX", "BYDAY"),
    ("FREQ=DAILY;BYDAY=2SA", "MONTHLY"),
    ("FREQ=WEEKLY;BYMONTHDAY=3", "WEEKLY"),
    ("FREQ=MONTHLY;BYDAY=54SA", "BYDAY"),
    ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
    ("FREQ=WEEKLY;WKST=1", "WKST"),
    ("FREQ=DAILY;BYMONTHDAY=" + ",".join(["1"] * 300), "500"),
    ("FREQ=DAİLY", "FREQ"),
    ("FREQ=DAILY;COUNT=٣", "COUNT"),
]


@pytest.mark.parametrize(("rule", "says"), REFUSED)
def test_what_is_no_rule_is_refused_with_a_reason(rule, says):
    """X38"""
    with pytest.raises(ConfigError, match=says) as refused:
        parse_repeat_rule(rule)
    assert len(str(refused.value)) < 200


WORDS = st.one_of(
    st.text(max_size=520),
    lists(
        st.sampled_from(
            [
                *("FREQ=DAILY", "FREQ=YEARLY", "BYDAY=-53MO", "BYMONTHDAY=-31"),
                *("COUNT=9999", "BYSETPOS=-1", "UNTIL=99991231T235959Z", "WKST=SU"),
                *("UNTIL=00010101", "INTERVAL=366", "BYMONTH=2", "BYDAY=MO,TU"),
                *("FREQ=MONTHLY", "="),
            ]
        ),
        most=6,
    ).map(lambda text: text.replace(",", ";")),
)


@settings(max_examples=300, deadline=None)
@given(WORDS)
def test_arbitrary_text_is_a_rule_or_refused_and_never_hangs(text):
    """X38"""
    try:
        rule = parse_repeat_rule(text)
    except ConfigError:
        return
    found = rule.starts(FIRST, datetime(2030, 1, 1), datetime(2031, 1, 1))
    assert len(list(found)) <= 366
