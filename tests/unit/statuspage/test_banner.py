"""The one sentence at the top."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.incidents.story import Phase, Story
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.banner import banner_of
from pulseboard.statuspage.snapshot import Look, Service, Snapshot

NOW = datetime(2026, 11, 20, 22, 36, tzinfo=UTC)
LETTERS = {
    "o": PublicStatus.OPERATIONAL,
    "d": PublicStatus.DEGRADED,
    "p": PublicStatus.PARTIAL_OUTAGE,
    "x": PublicStatus.MAJOR_OUTAGE,
    "m": PublicStatus.MAINTENANCE,
    "n": PublicStatus.NO_DATA,
}


def snapshot(letters: str, **values: object) -> Snapshot:
    """Return a page with one service for each of *letters*, called A, B, C…"""
    services = tuple(
        Service(
            slug=chr(97 + place),
            name=chr(65 + place),
            status=LETTERS[letter],
            since=NOW - timedelta(hours=2, minutes=31),
        )
        for place, letter in enumerate(letters)
    )
    made = {
        "look": Look(),
        "built_at": NOW,
        "observed_at": NOW,
        "services": services,
        **values,
    }
    return Snapshot(**made)  # type: ignore[arg-type]


def story(impact: str, **values: object) -> Story:
    made = {
        "key": "k",
        "title": "Mail is slow",
        "impact": LETTERS[impact],
        "phase": Phase.IDENTIFIED,
        "components": ("a",),
        "started_at": NOW - timedelta(days=60),
        **values,
    }
    return Story(**made)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("letters", "sentence"),
    [
        ("", "No data yet"),
        ("nn", "No data yet"),
        ("oo", "All systems operational"),
        ("on", "All systems operational"),
        ("oom", "Maintenance in progress: C"),
        ("odm", "Degraded: B is slow"),
        ("oddo", "Degraded: B and C are slow"),
        ("oopd", "Partial outage: C is partly down"),
        ("ooxo", "Partial outage: C is down"),
        ("oopxoo", "Partial outage: D and C are down"),
        ("xoopxxoooo", "Partial outage: A, E and 2 more are down"),
        ("ox", "Major outage: B is down"),
        ("x", "Major outage: A is down"),
        ("xxxxxoo", "Major outage: A, B and 3 more are down"),
    ],
)
def test_the_first_rule_that_matches_wins(letters: str, sentence: str) -> None:
    """S13"""
    assert str(banner_of(snapshot(letters), NOW, UTC).sentence) == sentence


def test_it_says_how_many_since_when() -> None:
    (line,) = banner_of(snapshot("oxoooooo"), NOW, UTC).lines
    assert str(line) == "1 of 8 services affected since 20:05 (2 h 31 min)."
    (line,) = banner_of(snapshot("oooooooo"), NOW, UTC).lines
    assert str(line) == "8 of 8 services operational."


def test_stale_comes_before_everything_and_keeps_what_was_known() -> None:
    """X22"""
    old = snapshot("ox", observed_at=NOW - timedelta(seconds=91))
    banner = banner_of(old, NOW, UTC)
    assert banner.is_stale
    assert banner.status is PublicStatus.NO_DATA
    assert str(banner.sentence) == "Status unknown since 22:34"
    assert "Last known: Major outage: B is down." in map(str, banner.lines)
    fresh = snapshot("ox", observed_at=NOW - timedelta(seconds=90))
    assert not banner_of(fresh, NOW, UTC).is_stale


@pytest.mark.parametrize(
    ("letters", "impact", "sentence"),
    [
        ("oo", "p", "Partial outage: Mail is slow"),
        ("oo", "d", "Degraded: Mail is slow"),
        ("oo", "o", "All systems operational"),
        ("ooxo", "d", "Partial outage: C is down"),
        ("ooxo", "x", "Major outage: Mail is slow"),
        ("oom", "d", "Degraded: Mail is slow"),
    ],
)
def test_an_incident_raises_and_never_lowers(
    letters: str, impact: str, sentence: str
) -> None:
    """S16"""
    told = snapshot(letters, stories=(story(impact),))
    assert str(banner_of(told, NOW, UTC).sentence) == sentence


def test_what_is_resolved_raises_nothing() -> None:
    over = story("x", phase=Phase.RESOLVED, resolved_at=NOW)
    banner = banner_of(snapshot("oo", stories=(over,)), NOW, UTC)
    assert banner.status is PublicStatus.OPERATIONAL


def test_maintenance_names_its_end_and_an_incident_its_next_word() -> None:
    window = Occurrence(
        key="w",
        title="Upgrade",
        starts_at=NOW - timedelta(hours=1),
        ends_at=NOW + timedelta(minutes=54),
    )
    banner = banner_of(snapshot("om", windows=(window,)), NOW, UTC)
    assert str(banner.sentence) == "Maintenance in progress: B, until 23:30"
    promised = story("d", next_update_at=NOW + timedelta(minutes=9))
    banner = banner_of(snapshot("od", stories=(promised,)), NOW, UTC)
    assert str(banner.lines[-1]) == "Next update by 22:45."
