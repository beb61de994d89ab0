"""What ends on a known day is told in steps. X39"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.core.outcome import NOTICE
from pulseboard.core.status import Status
from pulseboard.guard.verdict import Trust
from pulseboard.probes.assertions.conditions import Conditions
from pulseboard.probes.expiry import step_of, told_once, with_notices
from pulseboard.probes.facts import Certificate, Facts
from pulseboard.probes.options import Surroundings, read_spec
from pulseboard.probes.verdict import verdict

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAYS = (14, 7, 1)


def _facts(days: float) -> Facts:
    ends_at = NOW + timedelta(days=days)
    certificate = Certificate(not_before=NOW - timedelta(days=30), not_after=ends_at)
    return Facts(total_seconds=0.1, summary="fine", certificate=certificate)


@pytest.mark.parametrize(
    ("days", "step"),
    [(14.01, None), (14, 14), (7.01, 14), (7, 7), (1.01, 7), (1, 1), (0, 1), (-1, 1)],
)
def test_the_step_is_the_smallest_that_is_reached(days: float, step: int) -> None:
    assert step_of(timedelta(days=days), DAYS) == step


def test_a_step_warns_with_one_sentence_until_the_next() -> None:
    texts = []
    for days in (13.9, 8.5, 6.9):
        seen = with_notices(_facts(days), DAYS, NOW)
        outcome = told_once(verdict(seen, Conditions(()), now=NOW), seen, DAYS, NOW)
        assert outcome.status is Status.WARNING
        texts.append((outcome.summary, outcome.details[NOTICE]))

    assert texts[0] == texts[1] != texts[2]
    assert texts[2][0] == "The certificate ends within 7 days."


def test_a_renewed_certificate_is_quiet() -> None:
    seen = with_notices(_facts(89), DAYS, NOW)
    outcome = told_once(verdict(seen, Conditions(()), now=NOW), seen, DAYS, NOW)

    assert outcome.status is Status.HEALTHY
    assert NOTICE not in outcome.details


def test_nothing_is_said_without_days() -> None:
    assert with_notices(_facts(1), (), NOW).warnings == ()


@pytest.mark.parametrize(
    ("days", "status"),
    [(14, Status.WARNING), (1, Status.WARNING), (0.9, Status.CRITICAL)],
)
def test_past_the_last_step_it_is_critical(days: float, status: Status) -> None:
    seen = with_notices(_facts(days), DAYS, NOW)
    outcome = told_once(verdict(seen, Conditions(()), now=NOW), seen, DAYS, NOW)
    assert outcome.status is status


def _days(**options: object) -> tuple[int, ...]:
    around = Surroundings(trust=Trust.CODE, clock=lambda: NOW)
    return read_spec({"name": "end", **options}, around).expiry_days


def test_certificates_and_domains_have_days_of_their_own() -> None:
    assert _days(kind="tls", target="example.org") == (14, 7, 3, 1)
    assert _days(kind="domain", target="example.org") == (30, 14, 7, 3, 1)
    assert _days(kind="tls", target="example.org", expiry_days=[5, 9]) == (9, 5)
    assert _days(kind="tls", target="example.org", expiry_days=[]) == ()
    assert _days(target="https://example.org/") == ()
