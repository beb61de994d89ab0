"""The page as one value, and its JSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pulseboard.core.status import Status
from pulseboard.dashboard.answer import answer_of
from pulseboard.dashboard.clock import Clock
from pulseboard.dashboard.icons import ICONS
from pulseboard.dashboard.itself import itself_of
from pulseboard.dashboard.marked import marked
from pulseboard.dashboard.observed import (
    Observed,
    ObservedAlert,
    ObservedMonitor,
    ObservedRun,
)
from pulseboard.dashboard.page import page_of
from pulseboard.dashboard.standing import Standing
from pulseboard.monitors.pulse import Pulse

NOW = datetime(2026, 11, 20, 22, 36, 4, tzinfo=UTC)
MADRID = Clock(NOW, ZoneInfo("Europe/Madrid"), "Europe/Madrid")
ALIVE = Pulse(ticked_at=NOW, mode="embedded")


def monitor(name: str, status: str = "healthy") -> ObservedMonitor:
    return ObservedMonitor(
        name=name,
        title=name.title(),
        status=Status(status),
        ran_at=NOW,
        due_at=NOW + timedelta(seconds=26),
    )


SEEN = Observed(
    monitors=[monitor("disk"), monitor("cache"), monitor("mail", "critical")],
    alerts=[
        ObservedAlert(
            id=7,
            severity="critical",
            title="Mail: no reply",
            message="3 failed checks",
            began_at=NOW - timedelta(minutes=151),
        )
    ],
    pulse=ALIVE,
)


def test_failing_cards_come_first_then_the_order_of_declaration() -> None:
    """G14"""
    cards = page_of(SEEN, MADRID).cards
    assert [card.name for card in cards] == ["mail", "disk", "cache"]


def test_the_freshness_line_names_time_next_run_and_zone() -> None:
    """G15"""
    fresh = page_of(SEEN, MADRID).freshness
    assert fresh.updated_text == "23:36:04"
    assert fresh.next_text == "Next check in 26 s."
    assert fresh.zone_label == "Europe/Madrid (UTC+1)"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("UTC", "UTC"),
        ("Asia/Kolkata", "Asia/Kolkata (UTC+5:30)"),
        ("America/St_Johns", "America/St_Johns (UTC-3:30)"),
    ],
)
def test_zones_are_labelled_with_their_offset(name: str, label: str) -> None:
    assert Clock(NOW, ZoneInfo(name), name).zone_label == label


def test_times_of_another_day_carry_their_date() -> None:
    assert MADRID.at(NOW - timedelta(hours=3)) == "20:36"
    assert MADRID.at(NOW - timedelta(days=1)) == "19 Nov 23:36"
    assert MADRID.at(NOW - timedelta(days=365)) == "20 Nov 2025 23:36"


def test_the_fingerprint_changes_with_the_facts_and_not_with_their_age() -> None:
    """G15"""
    first = page_of(SEEN, MADRID).fingerprint
    later = replace(MADRID, now=NOW + timedelta(seconds=2))
    assert page_of(SEEN, later).fingerprint == first
    other = replace(SEEN, waiting=1)
    assert page_of(other, MADRID).fingerprint != first


def test_the_fingerprint_changes_when_checks_fall_silent() -> None:
    silent = replace(MADRID, now=NOW + timedelta(seconds=31))
    assert page_of(SEEN, silent).fingerprint != page_of(SEEN, MADRID).fingerprint


def test_a_run_by_hand_names_who_started_it() -> None:
    run = ObservedRun(who="Ana", started_at=NOW - timedelta(seconds=3), done=3)
    line = page_of(replace(SEEN, run=run), MADRID).run
    assert line
    assert (line.sentence, line.done) == ("Ana started a run 3 s ago.", 3)


def test_the_json_has_overview_checks_alerts_and_performance() -> None:
    """G14"""
    answer = answer_of(page_of(SEEN, MADRID, service="shop"), SEEN)
    assert set(answer) == {"overview", "checks", "alerts", "performance"}
    assert answer["overview"]["sentence"] == "Critical: Mail is down"
    assert answer["overview"]["timestamp"] == "2026-11-20T22:36:04Z"
    assert answer["checks"][0]["service"] == "mail"
    assert answer["alerts"][0]["since"] == "2026-11-20T20:05:04Z"


def test_monitoring_itself_is_critical_without_a_tick() -> None:
    """ux point 10"""
    silent = replace(SEEN, pulse=Pulse(ticked_at=NOW - timedelta(minutes=86)))
    itself = itself_of(silent, MADRID)
    assert itself.standing is Standing.CRITICAL
    assert itself.sentence == "No checks have run since 22:10."
    assert itself.fix.startswith("Start the worker: `manage.py pulseboard run`")


def test_monitoring_itself_warns_of_notifications_nobody_got() -> None:
    itself = itself_of(replace(SEEN, given_up=2), MADRID)
    assert itself.standing is Standing.WARNING
    assert ("Notifications given up", "2") in itself.facts


def test_commands_in_sentences_are_marked_as_code() -> None:
    assert marked("Start `a b` or not.") == [
        (False, "Start "),
        (True, "a b"),
        (False, " or not."),
    ]


def test_every_standing_has_a_shape_of_its_own() -> None:
    """G19, ux point 4"""
    assert set(ICONS) == set(Standing)
    assert len(set(ICONS.values())) == len(Standing)
