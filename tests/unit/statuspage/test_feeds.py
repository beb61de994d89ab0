"""X18, X46, A36-A39: the page in other forms."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.errors import ConfigError
from pulseboard.incidents.story import Note, Phase, Story
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.feeds.atom import Links, atom
from pulseboard.statuspage.feeds.badge import (
    badge,
    checked_label,
    colour_of,
    colour_of_uptime,
)
from pulseboard.statuspage.feeds.document import document
from pulseboard.statuspage.feeds.markdown import markdown
from pulseboard.statuspage.feeds.words import Words
from pulseboard.statuspage.snapshot import Bar, Look, Service, Snapshot

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
LINKS = Links(
    page="https://status.example.org/",
    feed="https://status.example.org/status-page.atom",
    incident="https://status.example.org/status-page/incidents/",
)
HOSTILE = "]]><script>alert(1)</script>&\x00\r\nBEGIN:VEVENT"


def bar(day: int, status: PublicStatus, affected: float = 0.0) -> Bar:
    began = datetime(2026, 11, day, tzinfo=UTC)
    return Bar(
        day=date(2026, 11, day),
        began_at=began,
        ended_at=began + timedelta(days=1),
        status=status,
        down_seconds=affected,
        up_seconds=86400 - affected,
    )


SERVICE = Service(
    slug="api",
    name="Public API",
    group="Customer facing",
    status=PublicStatus.PARTIAL_OUTAGE,
    since=NOW - timedelta(minutes=9),
    response_seconds=0.121,
    uptimes={"24h": 0.99, "90d": 0.99999999},
    days=(
        bar(20, PublicStatus.OPERATIONAL),
        bar(21, PublicStatus.PARTIAL_OUTAGE, 120),
    ),
)
STORY = Story(
    key="5a1c",
    title="Slow *checkout*",
    impact=PublicStatus.PARTIAL_OUTAGE,
    phase=Phase.IDENTIFIED,
    components=("api",),
    started_at=NOW - timedelta(hours=1),
    next_update_at=NOW + timedelta(hours=1),
    notes=(
        Note(
            phase=Phase.IDENTIFIED,
            text="# We **know**",
            html="<p>We <strong>know</strong></p>",
            at=NOW,
        ),
    ),
)
WINDOW = Occurrence(
    key="w1",
    title="Database upgrade",
    starts_at=NOW + timedelta(days=1),
    ends_at=NOW + timedelta(days=1, hours=1),
    components=frozenset({"api"}),
)
SNAPSHOT = Snapshot(
    look=Look(title="Acme Status"),
    built_at=NOW,
    observed_at=NOW,
    services=(SERVICE,),
    stories=(STORY,),
    windows=(WINDOW,),
)


def read(snapshot: Snapshot) -> ElementTree.Element:
    return ElementTree.fromstring(atom(snapshot, LINKS, Words()))


def test_the_feed_has_an_entry_per_incident_and_window() -> None:
    """X18"""
    titles = [
        each.findtext(f"{ATOM}title") for each in read(SNAPSHOT).iter(f"{ATOM}entry")
    ]
    assert titles == ["Slow *checkout*", "Maintenance: Database upgrade"]


def test_an_entry_keeps_its_id_and_its_time_rises_with_each_update() -> None:
    """X18: readers show it again instead of twice"""
    later = replace(STORY.notes[0], at=NOW + timedelta(minutes=5))
    moved = replace(SNAPSHOT, stories=(replace(STORY, notes=(later,)),))
    before, after = (
        next(iter(read(each).iter(f"{ATOM}entry"))) for each in (SNAPSHOT, moved)
    )
    assert before.findtext(f"{ATOM}id") == after.findtext(f"{ATOM}id")
    assert before.findtext(f"{ATOM}updated") < after.findtext(f"{ATOM}updated")


def test_the_feed_does_not_change_while_nothing_happens() -> None:
    """X18: a feed that is new every minute is polled for nothing"""
    later = replace(SNAPSHOT, built_at=NOW + timedelta(minutes=7))
    assert atom(SNAPSHOT, LINKS, Words()) == atom(later, LINKS, Words())


@given(st.text(max_size=60))
def test_any_text_makes_a_well_formed_feed(text: str) -> None:
    """A38"""
    story = replace(STORY, title=text)
    snapshot = replace(SNAPSHOT, stories=(story,), look=Look(title=text or "x"))
    assert len(list(read(snapshot).iter(f"{ATOM}entry"))) == 2


def test_hostile_text_neither_ends_an_entry_nor_opens_one() -> None:
    """A38"""
    story = replace(STORY, title=HOSTILE)
    feed = read(replace(SNAPSHOT, stories=(story,)))
    assert len(list(feed.iter(f"{ATOM}entry"))) == 2
    assert feed.find(f".//{ATOM}script") is None


def test_the_document_says_what_the_page_says() -> None:
    """X46"""
    body = document(
        SNAPSHOT,
        status=PublicStatus.PARTIAL_OUTAGE,
        headline="Partial outage: Public API is down",
        stale=False,
        language="en",
    )
    found = json.loads(body)
    assert found["status"] == "partial_outage"
    assert found["services"][0]["days"]["codes"] == "op"
    assert found["services"][0]["days"]["affected_seconds"] == {"1": 120}
    assert found["services"][0]["uptimes"]["90d"] == 0.999999
    assert found["incidents"][0]["updates"][0]["phase"] == "identified"
    assert found["maintenance"][0]["services"] == ["api"]


def test_what_the_operator_hides_is_not_in_the_document() -> None:
    """S15"""
    look = Look(shows_uptime=False, shows_response_times=False)
    body = document(
        replace(SNAPSHOT, look=look),
        status=PublicStatus.OPERATIONAL,
        headline="",
        stale=False,
        language="en",
    )
    assert "uptimes" not in json.loads(body)["services"][0]
    assert "response_seconds" not in json.loads(body)["services"][0]


def test_the_markdown_twin_takes_names_literally() -> None:
    """X46, A28"""
    text = markdown(SNAPSHOT, Words(headline="Partial outage"))
    assert "### Slow \\*checkout\\*" in text
    assert "> # We **know**" in text
    assert "- **Public API**: Partial outage, since 2026-11-21 11:51 UTC" in text
    assert "99.99%" in text


def test_a_badge_escapes_its_label() -> None:
    """A39"""
    picture = badge("<script>", 'a"b', colour_of("operational"))
    root = ElementTree.fromstring(picture)
    assert root.get("aria-label") == '<script>: a"b'
    assert "<script>" not in picture


@pytest.mark.parametrize("label", ["x" * 65, "a\nb", "\x1b[31m", "\u202e"])
def test_a_label_that_is_no_label_is_refused(label: str) -> None:
    """A39"""
    with pytest.raises(ConfigError, match="label"):
        checked_label(label)


@pytest.mark.parametrize("colour", ["url(javascript:1)", "red", "", "#fff"])
def test_only_the_colours_of_the_house_are_taken(colour: str) -> None:
    """A39"""
    with pytest.raises(ConfigError, match="expected one of"):
        colour_of(colour)


@pytest.mark.parametrize(
    ("ratio", "same_as"),
    [
        (None, "no_data"),
        (1.0, "operational"),
        (0.999, "operational"),
        (0.9989, "degraded"),
        (0.98, "partial_outage"),
    ],
)
def test_the_colour_of_an_uptime_follows_its_height(
    ratio: float | None, same_as: str
) -> None:
    """X18"""
    assert colour_of_uptime(ratio) == colour_of(same_as)


def test_every_badge_colour_carries_white_text() -> None:
    """X21: contrast of at least 4.5"""
    for status in PublicStatus:
        assert _contrast_with_white(colour_of(status.value)) >= 4.5


def _contrast_with_white(colour: str) -> float:
    parts = [int(part, 16) / 255 for part in re.findall("[0-9a-f]{2}", colour)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (light + 0.05)
