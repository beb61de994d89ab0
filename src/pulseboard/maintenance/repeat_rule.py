"""
Recurrence rules of RFC 5545, as far as a planned window needs them.

    FREQ=WEEKLY;BYDAY=SU          FREQ=MONTHLY;BYDAY=2SA;COUNT=6
    FREQ=MONTHLY;BYMONTHDAY=-1    FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24

A rule chooses days; the time of day is a field of its own. So whatever the rule, a
question costs one look at each day of the periods asked for: also a rule that never
matches (the 31st of February) answers at once.
"""

from __future__ import annotations

import calendar
import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from pulseboard.core.errors import ConfigError
from pulseboard.core.redaction import one_line

LONGEST_TEXT = 500
LARGEST_INTERVAL = 366
LARGEST_COUNT = 9999

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)
_WEEKDAY = re.compile(rf"([+-]?\d{{1,2}})?({'|'.join(WEEKDAYS)})", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,4}", re.ASCII)
_DAY = timedelta(days=1)


class Frequency(enum.Enum):
    """What *interval* counts."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRule:
    """
    Which days.

    Args:
        count: How many in all, from the first on; None: no end.
        until: Last time on the clock, naive and inclusive; None: no end.
        until_at: The same as an instant.
        months: 1 to 12. month_days: 1 to 31, or -1 (the last) to -31.
        weekdays: Pairs of ordinal and day (0 is Monday); ordinal 0 means every one.
        positions: Which of the days that match in one period; empty for all.
        week_starts_on: 0 is Monday.
    """

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    until_at: datetime | None = None
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    positions: frozenset[int] = frozenset()
    week_starts_on: int = 0

    def starts(
        self, first: datetime, after: datetime, before: datetime
    ) -> Iterator[datetime]:
        """
        Yield the starts from *after* up to, but without, *before*.

        Args:
            first: Earliest start, and the time of day of all; anchor of interval and
                count. All three are naive: times on the clock of the zone.
        """
        # What counts must be counted from the beginning.
        since = first.date() if self.count else max(first, after).date()
        days = _filled(self, first.date()).days(first.date(), since, before.date())
        for number, day in enumerate(days):
            start = datetime.combine(day, first.time())
            if self._is_past_end(start, number) or start >= before:
                return
            if start >= after:
                yield start

    def days(self, first: date, since: date, last: date) -> Iterator[date]:
        """Yield the days that match, from the later of *first* and *since*."""
        place = max(0, self._place(since, first))
        place -= place % self.interval
        while (begin := self._begin(place, first)) <= last:
            period = _days(begin, self._begin(place + 1, first))
            found = [day for day in period if self._fits(day)]
            for day in _chosen(found, self.positions):
                if day >= first and day >= since:
                    yield day
            place += self.interval

    def _is_past_end(self, start: datetime, number: int) -> bool:
        if self.count is not None and number >= self.count:
            return True
        return self.until is not None and start > self.until

    def _place(self, day: date, first: date) -> int:
        """Return how many periods after that of *first* the one of *day* is."""
        if self.frequency is Frequency.DAILY:
            return (day - first).days
        if self.frequency is Frequency.WEEKLY:
            return (self._week(day) - self._week(first)).days // 7
        years = day.year - first.year
        if self.frequency is Frequency.MONTHLY:
            return years * 12 + day.month - first.month
        return years

    def _begin(self, place: int, first: date) -> date:
        """Return the first day of the period at *place*."""
        if self.frequency is Frequency.DAILY:
            return first + place * _DAY
        if self.frequency is Frequency.WEEKLY:
            return self._week(first) + 7 * place * _DAY
        if self.frequency is Frequency.MONTHLY:
            years, month = divmod(first.month - 1 + place, 12)
            return date(first.year + years, month + 1, 1)
        return date(first.year + place, 1, 1)

    def _week(self, day: date) -> date:
        return day - (day.weekday() - self.week_starts_on) % 7 * _DAY

    def _fits(self, day: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        length = calendar.monthrange(day.year, day.month)[1]
        if self.month_days and self.month_days.isdisjoint(
            (day.day, day.day - length - 1)
        ):
            return False
        return not self.weekdays or not self.weekdays.isdisjoint(self._names(day))

    def _names(self, day: date) -> set[tuple[int, int]]:
        """Return what *day* may be called: a Sunday, the 2nd, the last but two."""
        weekday = day.weekday()
        if self.frequency is Frequency.YEARLY and not self.months:
            place = day.timetuple().tm_yday
            length = 366 if calendar.isleap(day.year) else 365
        else:
            place, length = day.day, calendar.monthrange(day.year, day.month)[1]
        forward, backward = (place - 1) // 7 + 1, (length - place) // 7 + 1
        return {(0, weekday), (forward, weekday), (-backward, weekday)}


def parse_repeat_rule(text: str) -> RepeatRule:
    """
    Return the rule in *text*, with or without ``RRULE:`` before it.

    Raises:
        ConfigError: It is no rule, contradicts itself, or has a part that is not
            for planned windows.
    """
    if len(text) > LONGEST_TEXT:
        raise ConfigError(f"Expected at most {LONGEST_TEXT} characters.")
    parts = _parts(text.strip().upper().removeprefix("RRULE:"))
    rule = RepeatRule(
        frequency=_frequency(parts),
        interval=_one(parts, "INTERVAL", 1, LARGEST_INTERVAL) or 1,
        count=_one(parts, "COUNT", 1, LARGEST_COUNT),
        months=frozenset(_numbers(parts, "BYMONTH", 1, 12)),
        month_days=frozenset(_numbers(parts, "BYMONTHDAY", -31, 31)),
        weekdays=frozenset(_weekdays(parts)),
        positions=frozenset(_numbers(parts, "BYSETPOS", -366, 366)),
        week_starts_on=_week_start(parts),
    )
    rule = _with_end(rule, parts.get("UNTIL"))
    _refuse_contradictions(rule)
    return rule


def _filled(rule: RepeatRule, first: date) -> RepeatRule:
    """Return *rule* with what it leaves out taken from its first day."""
    if rule.weekdays or rule.month_days or rule.frequency is Frequency.DAILY:
        return rule
    if rule.frequency is Frequency.WEEKLY:
        return replace(rule, weekdays=frozenset({(0, first.weekday())}))
    months = rule.months
    if rule.frequency is Frequency.YEARLY and not months:
        months = frozenset({first.month})
    return replace(rule, months=months, month_days=frozenset({first.day}))


def _days(begin: date, end: date) -> Iterator[date]:
    for number in range((end - begin).days):
        yield begin + number * _DAY


def _chosen(days: list[date], positions: frozenset[int]) -> list[date]:
    if not positions:
        return days
    length = len(days)
    return [
        day
        for place, day in enumerate(days)
        if place + 1 in positions or place - length in positions
    ]


_KNOWN = {
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY"),
    *("BYSETPOS", "WKST"),
}
_TIMES = {"BYHOUR", "BYMINUTE", "BYSECOND"}


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for each in text.split(";"):
        name, equals, value = each.partition("=")
        if not equals or not value:
            raise ConfigError(
                "Expected a rule such as FREQ=WEEKLY;BYDAY=SU, "
                f"got {one_line(each, limit=40)!r}."
            )
        if name in _TIMES:
            raise ConfigError(f"{name} is not for here: the start is its own field.")
        if name not in _KNOWN:
            raise ConfigError(f"{one_line(name, limit=40)} is not known here.")
        if name in parts:
            raise ConfigError(f"{name} is given twice.")
        parts[name] = value
    return parts


def _frequency(parts: Mapping[str, str]) -> Frequency:
    try:
        return Frequency(parts.get("FREQ", ""))
    except ValueError:
        raise ConfigError(
            "FREQ: expected DAILY, WEEKLY, MONTHLY or YEARLY. Several times a day "
            "is what cron is for."
        ) from None


def _one(parts: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    found = _numbers(parts, name, least, most)
    if len(found) > 1:
        raise ConfigError(f"{name}: expected one number.")
    return found[0] if found else None


def _numbers(parts: Mapping[str, str], name: str, least: int, most: int) -> list[int]:
    if name not in parts:
        return []
    numbers = []
    for each in parts[name].split(","):
        number = int(each) if _NUMBER.fullmatch(each) else 0
        if number == 0 or not least <= number <= most:
            without = " without 0" if least < 0 else ""
            raise ConfigError(f"{name}: expected {least} to {most}{without}.")
        numbers.append(number)
    return numbers


def _weekdays(parts: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    if "BYDAY" not in parts:
        return
    for each in parts["BYDAY"].split(","):
        found = _WEEKDAY.fullmatch(each)
        ordinal = int(found[1] or 0) if found else 0
        if not found or (found[1] and not 1 <= abs(ordinal) <= 53):
            raise ConfigError("BYDAY: expected days such as MO,WE or 2SA or -1SU.")
        yield ordinal, WEEKDAYS.index(found[2])


def _week_start(parts: Mapping[str, str]) -> int:
    given = parts.get("WKST", "MO")
    if given not in WEEKDAYS:
        raise ConfigError("WKST: expected a day such as MO.")
    return WEEKDAYS.index(given)


def _with_end(rule: RepeatRule, text: str | None) -> RepeatRule:
    if text is None:
        return rule
    try:
        found = _UNTIL.fullmatch(text)
        if found is None:
            raise ValueError(text)
        day = datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007 (a date)
        clock = found[2] or "235959"
        at = time(int(clock[:2]), int(clock[2:4]), min(int(clock[4:]), 59))
    except ValueError:
        raise ConfigError(
            "UNTIL: expected a day such as 20261231 or an instant such as "
            "20261231T220000Z."
        ) from None
    until = datetime.combine(day, at)
    if found[3]:
        return replace(rule, until_at=until.replace(tzinfo=UTC))
    return replace(rule, until=until)


def _refuse_contradictions(rule: RepeatRule) -> None:
    is_short = rule.frequency in (Frequency.DAILY, Frequency.WEEKLY)
    if rule.count is not None and (rule.until or rule.until_at):
        raise ConfigError("Expected COUNT or UNTIL, not both.")
    if rule.frequency is Frequency.WEEKLY and rule.month_days:
        raise ConfigError("BYMONTHDAY does not go with FREQ=WEEKLY.")
    if is_short and any(ordinal for ordinal, _ in rule.weekdays):
        raise ConfigError("BYDAY: 2SA or -1SU go with FREQ=MONTHLY or YEARLY.")
    if rule.positions and not (rule.weekdays or rule.month_days or rule.months):
        raise ConfigError("BYSETPOS chooses among BYDAY, BYMONTHDAY or BYMONTH.")
