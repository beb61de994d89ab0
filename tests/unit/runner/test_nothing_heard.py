"""X31: what it means that nothing came back from a target."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.assertions.conditions import Conditions
from pulseboard.probes.verdict import verdict
from pulseboard.runner.network import is_nothing_heard

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure.TIMEOUT, True),
        (Failure.UNREACHABLE, True),
        (Failure.RESOLVER, True),
        (Failure.NAME, False),  # somebody said that there is none
        (Failure.REFUSED, False),
        (Failure.CLOSED, False),
    ],
)
def test_only_silence_is_silence(failure, expected):
    """X31: told by the kind of the failure, whatever the sentence says."""
    outcome = verdict(ConnectFailed(failure), Conditions(()), now=AT)
    assert is_nothing_heard(outcome) is expected


def test_a_sentence_that_reads_like_silence_is_none():
    """X31: a server may say what it likes."""
    said = f"It says: {Failure.UNREACHABLE.value}"
    assert not is_nothing_heard(Outcome(Status.CRITICAL, said, reason=Reason.ERROR))
