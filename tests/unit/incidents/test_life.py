"""Where an incident stands, by its updates. S16"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.incidents.address import canonical, digest_of, masked
from pulseboard.incidents.life import lies_ahead, standing
from pulseboard.incidents.placeholders import filled, unknown_in
from pulseboard.incidents.story import Phase

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
LETTERS = {
    "I": Phase.INVESTIGATING,
    "D": Phase.IDENTIFIED,
    "M": Phase.MONITORING,
    "R": Phase.RESOLVED,
}


@pytest.mark.parametrize(
    ("letters", "phase", "resolved_minute"),
    [
        ("", "I", None),
        ("I", "I", None),
        ("ID", "D", None),
        ("DI", "I", None),  # the order is free
        ("IR", "R", 1),
        ("R", "R", 0),
        ("IRR", "R", 1),  # a second word does not end it later
        ("IRM", "M", None),  # opened again
        ("IRMR", "R", 3),
    ],
)
def test_phase_and_end_follow_from_the_updates(
    letters: str, phase: str, resolved_minute: int | None
) -> None:
    updates = [
        (LETTERS[letter], START + timedelta(minutes=minute))
        for minute, letter in enumerate(letters)
    ]
    resolved_at = (
        None if resolved_minute is None else START + timedelta(minutes=resolved_minute)
    )
    assert standing(updates) == (LETTERS[phase], resolved_at)


@pytest.mark.parametrize(("seconds", "ahead"), [(-1, False), (60, False), (61, True)])
def test_a_clock_may_be_a_minute_ahead(seconds: int, ahead: bool) -> None:
    assert lies_ahead(START + timedelta(seconds=seconds), START) is ahead


def test_placeholders_are_filled_once_and_flatly() -> None:
    """A20"""
    values = {"component": "{since} Mail", "since": "12:00"}
    assert filled("{component} since {since}", values) == "{since} Mail since 12:00"


@pytest.mark.parametrize(
    "text", ["{0.__class__}", "{component.pk}", "{}", "{component!r}", "{name}"]
)
def test_other_placeholders_are_unknown_and_stay_as_they_are(text: str) -> None:
    """A20"""
    assert unknown_in(text) == [text[1:-1]]
    assert filled(text, {"component": "Mail", "since": "12:00"}) == text


def test_a_masked_address_names_nobody() -> None:
    assert masked("anna.berg@mail.example.org") == "an•••@m•••.org"
    assert masked("bo@example.org") == "b•••@e•••.org"
    assert masked("") == masked("junk") == "•••"


def test_an_address_is_the_same_in_capitals() -> None:
    assert canonical(" Anna@Example.org ") == "anna@example.org"
    assert digest_of("Anna@Example.org", "s") == digest_of("anna@example.org", "s")
    assert digest_of("anna@example.org", "s") != digest_of("anna@example.org", "t")
