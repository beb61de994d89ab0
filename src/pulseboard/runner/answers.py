"""What is answered in place of a question that gives no answer of its own."""

from __future__ import annotations

import traceback
import uuid

from pulseboard.core.log import get_logger
from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.redaction import redact
from pulseboard.core.status import Status
from pulseboard.core.text import seconds_text

logger = get_logger("pulseboard.checks")


def raised(name: str, error: BaseException) -> Outcome:
    """Return what *error* is for people; the log has all of it."""
    reference = uuid.uuid4().hex[:12]
    text = "".join(traceback.format_exception(error))
    logger.error("%s raised [%s]\n%s", name, reference, redact(text, limit=8000))
    return Outcome(
        Status.CRITICAL,
        f"raised {type(error).__name__}",
        reason=Reason.ERROR,
        reference=reference,
    )


def timed_out(limit_seconds: float) -> Outcome:
    return Outcome(
        Status.CRITICAL,
        f"timed out after {seconds_text(limit_seconds)}",
        reason=Reason.TIMEOUT,
    )


def still_hanging(seconds: float) -> Outcome:
    return Outcome(
        Status.CRITICAL,
        f"timed out, its last run has been hanging for {seconds_text(seconds)}",
        reason=Reason.TIMEOUT,
    )


def late() -> Outcome:
    return Outcome(
        Status.UNKNOWN,
        "not asked in time: every worker was busy",
        reason=Reason.LATE,
    )


def held_up() -> Outcome:
    """Return the answer to a question that shared its loop with one that blocked."""
    return Outcome(
        Status.UNKNOWN,
        "not answered in time: another question held up the event loop",
        reason=Reason.LATE,
    )


def not_started() -> Outcome:
    return Outcome(
        Status.UNKNOWN,
        "not asked: this process cannot start another thread",
        reason=Reason.ERROR,
    )
