"""S5, X5: from what a try saw to an outcome."""

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.core.outcome import Reason, problem_with
from pulseboard.core.status import Status
from pulseboard.guard.errors import OURS, Blocked, ConnectFailed, Failure
from pulseboard.probes.assertions.conditions import Conditions
from pulseboard.probes.assertions.parse import expected_status, parse_conditions
from pulseboard.probes.facts import Certificate, Facts, Phases
from pulseboard.probes.verdict import verdict

NOW = datetime(2026, 5, 17, tzinfo=UTC)
NOTHING = Conditions(())


def test_a_good_answer_is_healthy_and_says_how_fast_it_came():
    """S4"""
    seen = Facts(total_seconds=0.143, status=200, summary="200 OK")

    outcome = verdict(seen, expected_status("200-299"), now=NOW)

    assert (outcome.status, outcome.reason) == (Status.HEALTHY, Reason.OK)
    assert outcome.summary == "200 in 143 ms"
    assert outcome.details == {"status": 200}


def test_what_is_no_http_says_what_it_answered():
    """X6"""
    seen = Facts(total_seconds=0.002, summary="replied PONG")

    assert verdict(seen, NOTHING, now=NOW).summary == "replied PONG in 2.0 ms"
    assert verdict(Facts(total_seconds=1), NOTHING, now=NOW).summary == (
        "answered in 1.0 s"
    )


def test_a_broken_critical_condition_is_critical():
    """X5"""
    outcome = verdict(
        Facts(total_seconds=0.1, status=503), parse_conditions("status == 200"), now=NOW
    )

    assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.BAD_RESULT)
    assert outcome.summary == "status == 200: got 503"
    assert outcome.readings == {"response_seconds": 0.1}


def test_a_broken_warning_is_a_warning():
    """X5"""
    outcome = verdict(
        Facts(total_seconds=0.1, status=503),
        parse_conditions("warning: status == 200"),
        now=NOW,
    )

    assert outcome.status is Status.WARNING


def test_the_worst_is_said_first_and_the_others_are_counted():
    """X5"""
    conditions = parse_conditions(
        "warning: status < 400\ntime.total < 2s\nstatus != 503"
    )

    outcome = verdict(
        Facts(total_seconds=0.1, status=503),
        conditions,
        now=NOW,
        slow_after_seconds=0.05,
    )

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == "status != 503: got 503 (and 2 more)"


@pytest.mark.parametrize(
    ("took_seconds", "status", "summary"),
    [
        (2.0, Status.HEALTHY, "200 in 2.0 s"),
        (2.3, Status.WARNING, "slow: 2.3 s, limit 2.0 s"),
    ],
)
def test_slow_is_a_warning_above_its_limit(took_seconds, status, summary):
    """S5"""
    seen = Facts(total_seconds=took_seconds, status=200)

    outcome = verdict(seen, NOTHING, now=NOW, slow_after_seconds=2.0)

    assert (outcome.status, outcome.summary) == (status, summary)


def test_every_phase_that_was_measured_is_a_reading():
    """X7"""
    seen = Facts(
        total_seconds=0.5,
        status=200,
        phases=Phases(dns_seconds=0.1, connect_seconds=0.2, first_byte_seconds=0.3),
        certificate=Certificate(not_before=NOW, not_after=NOW + timedelta(days=14)),
        expires_at=NOW + timedelta(hours=36),
    )

    readings = verdict(seen, NOTHING, now=NOW).readings

    assert list(readings) == [
        "response_seconds",
        "dns_seconds",
        "connect_seconds",
        "first_byte_seconds",
        "certificate_days",
        "domain_days",
    ]
    assert (readings["certificate_days"], readings["domain_days"]) == (14, 1.5)


def test_blocked_is_unknown_and_always_the_same():
    """A09, S2"""
    one = verdict(Blocked(), expected_status("200"), now=NOW)
    other = verdict(Blocked(), NOTHING, now=NOW + timedelta(days=1))

    assert one == other
    assert (one.status, one.reason) == (Status.UNKNOWN, Reason.BLOCKED)
    assert one.summary == "The target is not allowed."


@pytest.mark.parametrize(
    ("failure", "status", "reason"),
    [
        (Failure.TIMEOUT, Status.CRITICAL, Reason.TIMEOUT),
        *((each, Status.UNKNOWN, Reason.LATE) for each in Failure if each in OURS),
        *(
            (each, Status.CRITICAL, Reason.ERROR)
            for each in Failure
            if each not in {Failure.TIMEOUT, *OURS}
        ),
    ],
)
def test_no_answer_says_why_in_our_words(failure, status, reason):
    """S4, A14"""
    outcome = verdict(ConnectFailed(failure), expected_status("200"), now=NOW)

    assert (outcome.status, outcome.reason) == (status, reason)
    assert outcome.summary == failure.value


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (ConnectFailed(Failure.REFUSED), Status.HEALTHY),
        (ConnectFailed(Failure.TIMEOUT), Status.HEALTHY),
        (ConnectFailed(Failure.NAME), Status.CRITICAL),
        (Blocked(), Status.UNKNOWN),
        (Facts(total_seconds=0.1), Status.CRITICAL),
    ],
)
def test_a_door_that_should_be_shut(seen, status):
    """X5"""
    for text in ("connected == false", "connected != true"):
        assert verdict(seen, parse_conditions(text), now=NOW).status is status


def test_redirects_and_a_cut_body_are_told_to_staff():
    """X5"""
    seen = Facts(total_seconds=0.1, status=200, redirects=2, truncated=True)

    assert verdict(seen, NOTHING, now=NOW).details == {
        "status": 200,
        "redirects": 2,
        "body": "cut",
    }


def test_hostile_answers_make_sound_outcomes():
    """A15, A18"""
    seen = Facts(
        total_seconds=0.1, summary="\x1b[31m http://10.0.0.1/\r\n" + "x" * 9999
    )

    outcome = verdict(seen, NOTHING, now=NOW)

    assert problem_with(outcome) is None
    assert outcome.summary.isprintable()
    assert "10.0.0.1" not in outcome.summary
    assert len(outcome.summary) <= 200
