"""
From what one try saw, or why it saw nothing, to an outcome.

Blocked and late are not down: the target was not asked. What stands in a summary may
be read by the public, so it names no host and quotes little.
"""

from __future__ import annotations

from datetime import datetime

from pulseboard.core.outcome import SUMMARY_LENGTH, Outcome, Reason
from pulseboard.core.redaction import one_line
from pulseboard.core.status import Status
from pulseboard.core.text import seconds_text
from pulseboard.guard.errors import FAILURE, OURS, Blocked, ConnectFailed, Failure
from pulseboard.probes.assertions.conditions import Broken, Conditions
from pulseboard.probes.assertions.quoting import piece
from pulseboard.probes.assertions.sight import days_until
from pulseboard.probes.assertions.syntax import Severity
from pulseboard.probes.facts import Facts

#: Failures that mean nobody was there, for those who want it so.
_NOBODY = frozenset({Failure.REFUSED, Failure.UNREACHABLE, Failure.TIMEOUT})


def verdict(
    seen: Facts | ConnectFailed | Blocked,
    conditions: Conditions,
    *,
    now: datetime,
    slow_after_seconds: float | None = None,
) -> Outcome:
    """
    Return the outcome of one try.

    Args:
        now: When it ended; certificates and domains count their days from it.
        slow_after_seconds: A longer time in all is a warning; None knows no slow.
    """
    if isinstance(seen, Blocked):
        return Outcome(Status.UNKNOWN, str(Blocked()), reason=Reason.BLOCKED)
    if isinstance(seen, ConnectFailed):
        return _failed(seen, conditions)
    broken = conditions.judge(seen, now=now)
    remarks = [*seen.warnings, *_slow(seen, slow_after_seconds)]
    status = _status(broken, remarks)
    summary = _trouble(broken, remarks) or _answered(seen)
    return Outcome(
        status,
        one_line(summary, limit=SUMMARY_LENGTH),
        _readings(seen, now),
        # Not a limit that was passed: people are told that it is down.
        reason=Reason.BAD_RESULT if status is Status.CRITICAL else None,
        details=_details(seen),
    )


def _failed(seen: ConnectFailed, conditions: Conditions) -> Outcome:
    failure = seen.failure
    if failure in OURS:
        return Outcome(Status.UNKNOWN, failure.value, reason=Reason.LATE)
    if failure in _NOBODY and conditions.wants_no_connection:
        return Outcome(Status.HEALTHY, "Not connected, as expected.")
    reason = Reason.TIMEOUT if failure is Failure.TIMEOUT else Reason.ERROR
    # A journey names the step that failed.
    summary, details = one_line(str(seen)), {FAILURE: failure.name.lower()}
    return Outcome(Status.CRITICAL, summary, reason=reason, details=details)


def _slow(seen: Facts, slow_after_seconds: float | None) -> list[str]:
    """Return the sentence about a slow answer, none for one in time."""
    if slow_after_seconds is None or seen.total_seconds <= slow_after_seconds:
        return []
    took, limit = seconds_text(seen.total_seconds), seconds_text(slow_after_seconds)
    return [f"slow: {took}, limit {limit}"]


def _status(broken: list[Broken], remarks: list[str]) -> Status:
    if any(each.severity is Severity.CRITICAL for each in broken):
        return Status.CRITICAL
    return Status.WARNING if broken or remarks else Status.HEALTHY


def _trouble(broken: list[Broken], remarks: list[str]) -> str:
    """Return the worst sentence and how many more there are, empty without any."""
    worst_first = sorted(broken, key=lambda each: each.severity is Severity.WARNING)
    sentences = [*(each.said for each in worst_first), *remarks]
    if len(sentences) < 2:
        return "".join(sentences)
    return f"{sentences[0][: SUMMARY_LENGTH - 20]} (and {len(sentences) - 1} more)"


def _answered(seen: Facts) -> str:
    answer = str(seen.status) if seen.status is not None else piece(seen.summary)
    return f"{answer or 'answered'} in {seconds_text(seen.total_seconds)}"


def _readings(seen: Facts, now: datetime) -> dict[str, float]:
    phases, certificate = seen.phases, seen.certificate
    measured = {
        "response_seconds": seen.total_seconds,
        "dns_seconds": phases.dns_seconds,
        "connect_seconds": phases.connect_seconds,
        "tls_seconds": phases.tls_seconds,
        "first_byte_seconds": phases.first_byte_seconds,
        "transfer_seconds": phases.transfer_seconds,
        "certificate_days": days_until(
            certificate.not_after if certificate else None, now
        ),
        "domain_days": days_until(seen.expires_at, now),
    }
    known = {name: value for name, value in measured.items() if value is not None}
    return {**known, **seen.readings}


def _details(seen: Facts) -> dict[str, object]:
    """Return what staff may want to know besides."""
    details: dict[str, object] = {}
    if seen.status is not None:
        details["status"] = seen.status
    if seen.redirects:
        details["redirects"] = seen.redirects
    if seen.truncated:
        details["body"] = "cut"
    return details
