"""Days and hours as bars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pulseboard.core.buckets import epoch_ms
from pulseboard.core.intervals import Span, StatusSpan
from pulseboard.core.status import Status
from pulseboard.incidents.story import Phase, Story
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.assemble import Source, history_of, service_of
from pulseboard.statuspage.calendar import Calendar
from pulseboard.statuspage.policy import Policy
from pulseboard.statuspage.receipt import receipt
from pulseboard.statuspage.sentences import uptime_sentence
from pulseboard.statuspage.snapshot import Service
from pulseboard.statuspage.strip import share_of, strip_of
from pulseboard.statuspage.texts import WINDOWS, percent
from pulseboard.statuspage.timeline import Track

NOW = datetime(2026, 11, 20, 22, 36, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def source(
    *troubles: tuple[Status, datetime, timedelta],
    since: datetime = NOW - 400 * DAY,
    holes: list[Span] | None = None,
) -> Source:
    """Return a component healthy since *since* but for *troubles*."""
    spans, at = [], since
    for status, began, length in troubles:
        spans += [
            _span(at, began, Status.HEALTHY),
            _span(began, began + length, status),
        ]
        at = began + length
    if at < NOW:
        spans.append(_span(at, NOW, Status.HEALTHY))
    return Source(slug="shop", name="Shop", tracks=[Track(spans, holes or [])])


def _span(began: datetime, ended: datetime, status: Status) -> StatusSpan:
    return StatusSpan(epoch_ms(began), epoch_ms(ended), status)


def service(
    *troubles: tuple[Status, datetime, timedelta],
    zone: ZoneInfo = MADRID,
    policy: Policy | None = None,
    now: datetime = NOW,
    stories: tuple[Story, ...] = (),
    **values: object,
) -> Service:
    policy = policy or Policy()
    made = source(*troubles, **values)  # type: ignore[arg-type]
    return service_of(made, Calendar.at(now, zone, policy), policy, stories)


def test_ninety_days_end_today_and_twenty_four_hours_end_now() -> None:
    """S13"""
    found = service()
    assert len(found.days) == 90
    assert len(found.hours) == 24
    assert found.days[-1].day.isoformat() == "2026-11-20"
    assert found.days[-1].ended_at == NOW
    assert found.hours[-1].hour == 23
    assert found.hours[-1].ended_at == NOW


@pytest.mark.parametrize(
    ("now", "day", "hours"),
    [
        (datetime(2026, 11, 20, tzinfo=UTC), "2026-10-25", 25),
        (datetime(2026, 5, 20, tzinfo=UTC), "2026-03-29", 23),
    ],
)
def test_days_with_a_clock_change_have_their_real_length(
    now: datetime, day: str, hours: int
) -> None:
    """S6, X38"""
    found = service(now=now, since=now - 400 * DAY)
    bar = next(each for each in found.days if each.day.isoformat() == day)
    assert bar.ended_at - bar.began_at == hours * HOUR


def test_the_seconds_of_every_bar_add_up_to_its_length() -> None:
    found = service((Status.CRITICAL, NOW - 3 * DAY, 3 * HOUR))
    for bar in (*found.days, *found.hours):
        parts = bar.up_seconds + bar.degraded_seconds + bar.down_seconds
        parts += bar.maintenance_seconds + bar.unknown_seconds
        assert parts == pytest.approx((bar.ended_at - bar.began_at).total_seconds())


def test_a_two_minute_outage_is_seen_and_said() -> None:
    """S14: at least 30 % of the height, and never 100 %."""
    found = service((Status.CRITICAL, NOW - 3 * DAY, 2 * MINUTE))
    bar = found.days[-4]
    assert bar.status is PublicStatus.MAJOR_OUTAGE
    assert bar.affected_seconds == 120
    assert share_of(bar.affected_seconds) == 0.30
    assert bar.ratio is not None
    assert bar.ratio < 1
    assert str(percent(found.uptimes["90d"] or 0)) == "99.99%"


@pytest.mark.parametrize(
    ("minutes", "share"),
    [(4.9, 0.30), (5, 0.45), (29, 0.45), (30, 0.65), (119, 0.65), (120, 1), (180, 1)],
)
def test_the_damaged_part_grows_in_steps(minutes: float, share: float) -> None:
    """S14"""
    assert share_of(minutes * 60) == share


def test_every_status_has_a_silhouette_of_its_own() -> None:
    """S14: what is left when all colours are one grey."""
    drawn = set()
    for status in PublicStatus:
        bar = service().days[0]
        (found,) = [_drawn(bar, status)]
        drawn.add(found)
    # Partial and major outages differ by colour and word; both have a mark below.
    assert len(drawn) >= 5


def _drawn(bar: object, status: PublicStatus) -> str:
    from dataclasses import replace

    down = status in (PublicStatus.PARTIAL_OUTAGE, PublicStatus.MAJOR_OUTAGE)
    changed = replace(  # type: ignore[type-var]
        bar,
        status=status,
        down_seconds=60.0 if down else 0.0,
        degraded_seconds=60.0 if status is PublicStatus.DEGRADED else 0.0,
    )
    if status is PublicStatus.PARTIAL_OUTAGE:
        changed = replace(changed, down_seconds=6000.0)
    return "".join(path for _token, path in strip_of([changed]).paths)


def test_unknown_time_neither_helps_nor_harms() -> None:
    """S6"""
    found = service(
        (Status.UNKNOWN, NOW - 12 * HOUR, 6 * HOUR),
        (Status.CRITICAL, NOW - 3 * HOUR, HOUR),
    )
    assert found.uptimes["24h"] == pytest.approx(17 / 18)


def test_maintenance_is_cut_out_of_an_outage() -> None:
    """X38"""
    hole = Span(epoch_ms(NOW - 3 * HOUR), epoch_ms(NOW - 2 * HOUR))
    found = service((Status.CRITICAL, NOW - 3 * HOUR, 2 * HOUR), holes=[hole])
    assert found.uptimes["24h"] == pytest.approx(22 / 23)
    assert found.days[-1].maintenance_seconds == 3600
    assert found.days[-1].down_seconds == 3600


def test_young_data_are_not_counted_before_they_began() -> None:
    began = NOW - 3 * DAY
    found = service(since=began, policy=Policy(unknown_is_down=True))
    assert found.collecting_since == began
    assert found.uptimes["90d"] == 1.0
    assert found.days[0].status is PublicStatus.NO_DATA


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ("24h", "100% over 24 hours"),
        ("90d", "100% over 90 days"),
        ("365d", "100% over 120 days"),
    ],
)
def test_no_window_is_longer_than_what_is_known(window: str, said: str) -> None:
    """S6"""
    found = service(since=NOW - 120 * DAY)
    assert found.collecting_since is None
    assert str(uptime_sentence(found, window, NOW)) == said


def test_old_data_fill_the_longest_window() -> None:
    """S6"""
    found = service(since=NOW - 400 * DAY)
    assert found.known_from is None
    assert str(uptime_sentence(found, "365d", NOW)) == "100% over 365 days"


def test_an_incident_of_sixty_days_paints_no_bar() -> None:
    """S16: measured bars are never rewritten."""
    story = Story(
        key="k",
        title="Old",
        impact=PublicStatus.MAJOR_OUTAGE,
        phase=Phase.MONITORING,
        components=("shop",),
        started_at=NOW - 60 * DAY,
    )
    found = service(stories=(story,))
    assert {bar.status for bar in found.days} == {PublicStatus.OPERATIONAL}
    # Sixty days back, by summer time, it was past midnight in Madrid.
    assert sum(bool(bar.incidents) for bar in found.days) == 60


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("policy", [Policy(), Policy(degraded_is_down=True)])
def test_every_receipt_agrees_with_its_percentage(window: str, policy: Policy) -> None:
    """X40"""
    made = source(
        (Status.CRITICAL, NOW - 200 * DAY, 5 * HOUR),
        (Status.WARNING, NOW - 20 * DAY, HOUR),
        (Status.CRITICAL, NOW - 2 * DAY, 7 * MINUTE),
        (Status.UNKNOWN, NOW - 2 * HOUR, MINUTE),
    )
    now_ms = epoch_ms(NOW)
    printed = service_of(made, Calendar.at(NOW, MADRID, policy), policy).uptimes
    found = receipt(history_of(made, now_ms), window, now_ms, policy)
    assert found.ratio == printed[window]
    length = (found.span.ended_ms - found.span.began_ms) / 1000
    assert sum(found.divided) == pytest.approx(length)
    listed = sum(e - b for b, e, _ in found.stretches) / 1000
    assert listed == pytest.approx(length - found.divided.up_seconds)
