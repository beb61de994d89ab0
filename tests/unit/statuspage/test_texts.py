"""Numbers and times as the page says them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pulseboard.statuspage.text import Listed, Number, Text, _, ngettext, say
from pulseboard.statuspage.texts import (
    duration,
    percent,
    response,
    time_of,
    window_name,
    zone_name,
)

NOW = datetime(2026, 11, 20, 22, 36, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (1.0, "100%"),
        (129_599 / 129_600, "99.99%"),
        (0.999999, "99.99%"),
        (0.9999, "99.99%"),
        (0.99995, "99.99%"),
        (0.9673, "96.73%"),
        (0.96739, "96.73%"),
        (0.29, "29.00%"),
        (0.0, "0.00%"),
    ],
)
def test_uptime_is_cut_and_whole_only_without_any_downtime(
    ratio: float, said: str
) -> None:
    """S6: 129,599 good minutes of 129,600 are no 100 %."""
    assert str(percent(ratio)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (120, "2 min"),
        (3600, "1 h"),
        (9060, "2 h 31 min"),
        (86_400, "1 day"),
        (2 * 86_400 + 3600, "2 days 1 h"),
    ],
)
def test_durations_have_two_units_at_most(seconds: float, said: str) -> None:
    assert str(duration(seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0006, "0.6 ms"),
        (0.00994, "9.9 ms"),
        (0.00996, "10 ms"),
        (0.143, "143 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1.0 s"),
        (1.24, "1.2 s"),
        (31, "31 s"),
    ],
)
def test_response_times_have_a_unit_for_their_size(seconds: float, said: str) -> None:
    assert str(response(seconds)) == said


def test_a_time_of_today_needs_no_date() -> None:
    assert str(_("%(t)s", t=time_of(NOW, NOW, MADRID))) == "23:36"
    other = NOW.replace(day=17)
    assert str(_("%(t)s", t=time_of(other, NOW, MADRID))) == "Tue 17 Nov, 23:36"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("UTC", "UTC"),
        ("Europe/Madrid", "Europe/Madrid (UTC+1)"),
        ("America/Los_Angeles", "America/Los_Angeles (UTC-8)"),
        ("Asia/Kathmandu", "Asia/Kathmandu (UTC+5:45)"),
    ],
)
def test_the_zone_is_named_with_its_offset(name: str, said: str) -> None:
    assert zone_name(name, NOW, ZoneInfo(name)) == said


def test_windows_are_named() -> None:
    assert [str(window_name(each)) for each in ("24h", "7d")] == ["24 hours", "7 days"]


def test_names_are_listed_as_people_list_them() -> None:
    listed = [str(_("%(n)s", n=Listed(tuple("ABC"[:count])))) for count in (1, 2, 3)]
    assert listed == ["A", "A and B", "A, B and C"]


class Loud:
    """A voice that shows what it was asked for."""

    def gettext(self, message: str) -> str:
        return message.upper().replace("%(N)S", "%(n)s")

    def ngettext(self, one: str, many: str, count: int) -> str:
        return one if count == 1 else many

    def number(self, value: float, decimals: int) -> str:
        return f"{value:.{decimals}f}".replace(".", ",")

    def moment(self, at: datetime, form: object) -> str:
        return "then"


def test_whole_sentences_are_translated_and_numbers_are_the_language_s() -> None:
    """X21"""
    inner: Text = _("half of %(n)s", n=Number(1.5, 1))
    assert say(_("about %(n)s", n=inner), Loud()) == "ABOUT HALF OF 1,5"


def test_a_percent_sign_in_a_name_harms_nothing() -> None:
    assert str(ngettext("%(count)s %(n)s", "x", 1, n="50%s off")) == "1 50%s off"
