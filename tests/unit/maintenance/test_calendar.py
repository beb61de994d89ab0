"""X18, A38: calendars that two parsers read as they are meant."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulseboard.maintenance.calendar import LONGEST_LINE, calendar
from pulseboard.maintenance.occurrence import Occurrence

START = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)
FRONTEND = Path(__file__).parents[3] / "frontend"
HOSTILE = (
    "Upgrade\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:stolen; a, b \\n c\u2028d\x85e\x00f"
)
READ = """
import ICAL from "ical.js";
let text = "";
for await (const chunk of process.stdin) text += chunk;
const root = new ICAL.Component(ICAL.parse(text));
const events = root.getAllSubcomponents("vevent").map((each) => {
  const event = new ICAL.Event(each);
  return {
    uid: event.uid, title: event.summary, text: event.description,
    start: event.startDate.toJSDate().toISOString(),
    end: event.endDate.toJSDate().toISOString(),
    status: each.getFirstPropertyValue("status"), sequence: event.sequence,
  };
});
console.log(JSON.stringify(events));
"""


def window(**more) -> Occurrence:
    values = {
        "key": "a1b2",
        "title": "Database upgrade",
        "description": "Slow for an hour.",
        "starts_at": START,
        "ends_at": START + timedelta(hours=1),
        "zone": "Europe/Madrid",
        "changed_at": START - timedelta(days=3),
    }
    return Occurrence(**(values | more))


def events(text: str) -> list[icalendar.Event]:
    parsed = icalendar.Calendar.from_ical(text)
    assert [each.errors for each in parsed.walk() if each.errors] == []
    return list(parsed.walk("VEVENT"))


def read_by_javascript(text: str) -> list[dict[str, object]]:
    node = shutil.which("node")
    if node is None or not (FRONTEND / "node_modules" / "ical.js").exists():
        pytest.skip("node and its packages are not installed")
    done = subprocess.run(
        [node, "--input-type=module", "-e", READ],
        cwd=FRONTEND,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_window_is_an_event_at_its_time():
    """X18"""
    [event] = events(calendar([window(sequence=4)], title="Acme maintenance"))
    assert event["UID"] == "a1b2"
    assert event.decoded("DTSTART") == START
    assert event.decoded("DTEND") == START + timedelta(hours=1)
    assert event["SUMMARY"] == "Database upgrade"
    assert event["STATUS"] == "CONFIRMED"
    assert event["SEQUENCE"] == 4


def test_one_that_will_not_be_is_cancelled_under_its_key():
    """X18: saved calendars hear of it."""
    [event] = events(calendar([window(is_cancelled=True)], title="Acme"))
    assert (event["UID"], event["STATUS"]) == ("a1b2", "CANCELLED")


def test_the_same_windows_give_the_same_bytes():
    assert calendar([window()], title="a") == calendar([window()], title="a")


def test_hostile_text_stays_text_and_adds_no_event():
    """A38: for both parsers."""
    text = calendar([window(title=HOSTILE, description=HOSTILE)], title=HOSTILE)

    [event] = events(text)
    assert event["UID"] == "a1b2"
    assert "BEGIN:VEVENT" in event["DESCRIPTION"]
    [event] = read_by_javascript(text)
    assert event["uid"] == "a1b2"
    assert "UID:stolen; a, b \\n c" in event["text"]


def test_both_parsers_read_the_same():
    """X18"""
    first = window(title="Ünïcödé; and, so on " * 8, description="one\ntwo\\three")
    second = window(key="c3", starts_at=START + timedelta(days=7), is_cancelled=True)
    text = calendar([first, second], title="Acme")

    ours = [
        (str(e["UID"]), str(e["SUMMARY"]), str(e["DESCRIPTION"]), str(e["STATUS"]))
        for e in events(text)
    ]
    theirs = read_by_javascript(text)
    assert ours == [(e["uid"], e["title"], e["text"], e["status"]) for e in theirs]
    assert theirs[0]["start"] == "2026-11-21T19:30:00.000Z"
    assert theirs[0]["text"] == "one\ntwo\\three"


def test_an_empty_calendar_is_one():
    text = calendar([], title="Acme")
    assert events(text) == []
    assert read_by_javascript(text) == []


TEXT = st.text(st.one_of(st.characters(), st.sampled_from('\r\n\\;,:"\u2028\x85')))


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT, st.integers(0, 2**31 - 1))
def test_any_text_gives_one_event_in_short_lines(title, description, sequence):
    """A38"""
    one = window(title=title, description=description, sequence=sequence)
    text = calendar([one], title=title)

    assert max(len(line.encode()) for line in text.split("\r\n")) <= LONGEST_LINE
    assert "\n" not in text.replace("\r\n", "")
    assert len(events(text)) == 1
