"""What one run of a check, probe, heartbeat or integrity rule found."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulseboard.core.status import Status


class Reason(enum.Enum):
    """Why an outcome has its status. From BLOCKED on they go with UNKNOWN only."""

    OK = "ok"
    THRESHOLD = "threshold"  # measured, and beyond a limit
    TIMEOUT = "timeout"  # no answer by the deadline
    ERROR = "error"  # raised
    BAD_RESULT = "bad_result"  # answered, but not as it should
    CRASHED = "crashed"  # took its process or thread with it
    BLOCKED = "blocked"  # not asked: policy or a failed parent forbade it
    LATE = "late"  # not asked in time; our own trouble, not the target's
    OFFLINE = "offline"  # our own network is gone, not the target
    NOT_APPLICABLE = "not_applicable"  # the question makes no sense here


#: A detail: such trouble is told once for each value of it, without reminders.
NOTICE = "notice"

#: What people read is cut to this many characters.
SUMMARY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    The answer of one run.

    Args:
        status: The verdict.
        summary: One line for people. It must not name hosts, addresses or secrets.
        readings: Name to measured value, in the unit the name ends with
            (``_seconds``, ``_bytes``, ``_ratio``). Each is stored as a sample.
            Put the one a card should show first.
        reason: Why; by default OK when healthy and THRESHOLD when not.
        details: More facts for staff pages and ``detailed``: short plain values.
        reference: Id under which the log holds the traceback; empty without one.
        degraded: What poorer source was used and why; empty with the full one.
    """

    status: Status
    summary: str
    readings: Mapping[str, float] = field(default_factory=dict)
    reason: Reason | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    reference: str = ""
    degraded: str = ""

    def __post_init__(self) -> None:
        if self.reason is None:
            ok = self.status is Status.HEALTHY
            object.__setattr__(self, "reason", Reason.OK if ok else Reason.THRESHOLD)

    @property
    def trouble(self) -> str:
        """What is the matter, as the end of a sentence: a busy CPU is not down."""
        if self.reason is Reason.THRESHOLD and self.readings:
            return "is beyond its limit"
        return "is down" if self.status is Status.CRITICAL else "needs attention"


def healthy(summary: str, **readings: float) -> Outcome:
    """Return a HEALTHY outcome with *readings*, units in their names."""
    return Outcome(Status.HEALTHY, summary, readings)


def warning(summary: str, **readings: float) -> Outcome:
    """Return a WARNING outcome with *readings*, units in their names."""
    return Outcome(Status.WARNING, summary, readings)


def critical(summary: str, **readings: float) -> Outcome:
    """Return a CRITICAL outcome with *readings*, units in their names."""
    return Outcome(Status.CRITICAL, summary, readings)


def unknown(summary: str, reason: Reason = Reason.NOT_APPLICABLE) -> Outcome:
    """Return an UNKNOWN outcome: the question could not be answered."""
    return Outcome(Status.UNKNOWN, summary, reason=reason)


def problem_with(outcome: object) -> str | None:
    """
    Return what makes *outcome* unfit to be stored, None when it is fit.

    A forgotten ``return`` or a ``nan`` is not health.
    """
    if not isinstance(outcome, Outcome):
        return f"expected an Outcome, got {type(outcome).__name__}"
    if not isinstance(outcome.status, Status) or not isinstance(outcome.summary, str):
        return "expected a Status and a text in the Outcome"
    if not isinstance(outcome.reason, Reason):
        return f"expected a Reason in the Outcome, got {type(outcome.reason).__name__}"
    for name, value in outcome.readings.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"expected a number as reading {name!r}, got {type(value).__name__}"
        try:
            finite = math.isfinite(value)
        except OverflowError:
            finite = False
        if not finite:
            return f"expected a finite number as reading {name!r}, got {value!s:.20}"
    return None
