"""X39: the ends of certificates and domains, told once a step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.core.outcome import Outcome, Reason, critical, healthy, warning
from pulseboard.core.status import Status
from pulseboard.probes.expiry import (
    Step,
    is_news,
    step_of,
    steps_seen,
    usual_days,
    worsened,
)
from pulseboard.probes.facts import Certificate, Facts

DAYS = (30, 14, 7, 3, 1)
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("days_left", "step"),
    [
        (30.1, None),
        (30, 30),
        (14.1, 30),
        (14, 14),
        (7, 7),
        (3.5, 7),
        (1.01, 3),
        (1, 1),
        (0, 1),
        (-5, 1),
    ],
)
def test_a_step_is_the_smallest_of_the_days_that_were_come_to(days_left, step) -> None:
    assert step_of(days_left, DAYS) == step
    assert step_of(days_left, sorted(DAYS)) == step


def test_without_days_there_is_no_step() -> None:
    assert step_of(-1, ()) is None


@pytest.mark.parametrize(
    ("step", "announced", "news"),
    [
        (None, None, False),
        (30, None, True),
        (30, 30, False),
        (14, 30, True),
        (1, 30, True),
        (None, 7, False),
        (30, 7, False),
    ],
)
def test_each_step_is_news_once(step, announced, news) -> None:
    assert is_news(step, announced) is news


def told(days_left: list[float]) -> list[int]:
    """Return the steps that are told while the days go by."""
    announced, found = None, []
    for each in days_left:
        step = step_of(each, DAYS)
        if is_news(step, announced):
            found.append(step)
        announced = step
    return found


def test_ninety_days_without_a_renewal_tell_every_step_once() -> None:
    assert told([days / 4 for days in range(360, -40, -1)]) == list(DAYS)


def test_a_renewal_in_time_is_quiet() -> None:
    assert told([60, 45, 31, 89, 60, 31, 89]) == []


def test_a_renewal_is_quiet_and_the_next_end_is_told_anew() -> None:
    assert told([31, 29, 12, 89, 60, 29, 13]) == [30, 14, 30, 14]


def test_a_renewal_for_few_days_tells_only_what_is_nearer() -> None:
    assert told([8, 5, 12, 10, 6]) == [14, 7, 7]


@pytest.mark.parametrize(
    ("lifetime_days", "days"),
    [(365, (30, 14, 7, 3, 1)), (90, (14, 7, 3, 1)), (47, (14, 7, 3, 1)), (6, (1,))],
)
def test_days_before_the_usual_renewal_are_no_news(lifetime_days, days) -> None:
    assert usual_days("tls", lifetime_days * DAY) == days


@pytest.mark.parametrize("kind", ["dns", "redis", "journey"])
def test_other_kinds_have_no_end(kind: str) -> None:
    assert usual_days(kind) == ()


def seen(ends_in: timedelta, lifetime: timedelta = 365 * DAY) -> Facts:
    ends_at = NOW + ends_in
    shown = Certificate(not_before=ends_at - lifetime, not_after=ends_at)
    return Facts(total_seconds=0.1, certificate=shown)


def judged(
    outcome: Outcome, ends_in: timedelta, days: tuple[int, ...] = (), **options: int
) -> Outcome:
    steps = steps_seen("tls", seen(ends_in), NOW, days)
    return worsened(outcome, steps, days, **options)


@pytest.mark.parametrize(
    ("ends_in", "status", "summary"),
    [
        (31 * DAY, Status.HEALTHY, "fine"),
        (30 * DAY, Status.WARNING, "The certificate expires in 30 days."),
        (2 * DAY, Status.WARNING, "The certificate expires in 2 days."),
        (1 * DAY, Status.WARNING, "The certificate expires in 1 day."),
        (DAY / 2, Status.CRITICAL, "The certificate expires in less than a day."),
        (-DAY, Status.CRITICAL, "The certificate has expired."),
    ],
)
def test_a_near_end_warns_and_the_last_step_is_critical(
    ends_in, status, summary
) -> None:
    outcome = judged(healthy("fine"), ends_in)
    assert (outcome.status, outcome.summary) == (status, summary)
    assert outcome.reason is (Reason.OK if summary == "fine" else Reason.THRESHOLD)


@pytest.mark.parametrize(("critical_days", "status"), [(5, "critical"), (1, "warning")])
def test_when_it_is_critical_can_be_set(critical_days, status) -> None:
    outcome = judged(healthy("fine"), 4 * DAY, DAYS, critical_days=critical_days)
    assert outcome.status.value == status


def test_own_days_count_whatever_the_lifetime() -> None:
    steps = steps_seen("http", seen(20 * DAY, lifetime=47 * DAY), NOW, (21,))
    assert steps == {"certificate": Step(21, 20)}
    assert steps_seen("http", seen(20 * DAY, lifetime=47 * DAY), NOW) == {}


def test_what_is_bad_already_keeps_its_words() -> None:
    for outcome in (critical("down"), warning("slow")):
        assert judged(outcome, 5 * DAY) == outcome


def test_an_expired_certificate_is_worse_than_slow() -> None:
    outcome = judged(warning("slow"), -DAY)
    assert outcome.status is Status.CRITICAL
    assert outcome.summary == "The certificate has expired."


def test_a_domain_ends_too() -> None:
    facts = Facts(total_seconds=0.1, expires_at=NOW + 6 * DAY)
    steps = steps_seen("domain", facts, NOW)
    assert steps == {"domain": Step(7, 6)}
    assert worsened(healthy("fine"), steps).summary == "The domain expires in 6 days."
