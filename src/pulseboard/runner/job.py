"""A question to ask, its answer, and the run between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulseboard.core.outcome import Outcome
from pulseboard.monitors.definition import Lane, Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One question to ask.

    Args:
        ticket: Comes back with the answer, untouched.
        lane: LOOP only for a question that returns an awaitable and never blocks.
    """

    name: str
    question: Question
    timeout_seconds: float
    ticket: Any = None
    lane: Lane = Lane.THREAD


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer to a job, whoever gave it: the question or its deadline."""

    job: Job
    outcome: Outcome
    duration_seconds: float


@dataclass(slots=True, eq=False)
class Run:
    """
    One run, for all the jobs that joined it.

    Args:
        started: By the monotonic clock, as is *ended*.
        place: Where it runs: the event loop, None on a thread of its own.
        overdue: Its jobs were answered at the deadline; what it says is thrown away.
        is_blamed: Overdue by its own doing, not because another held the loop up.
        outcome: None while it runs; a run that was cancelled ends without.
    """

    jobs: list[Job]
    started: float
    place: object = None
    overdue: bool = False
    is_blamed: bool = True
    outcome: Outcome | None = None
    ended: float = 0.0

    @property
    def name(self) -> str:
        return self.jobs[0].name

    @property
    def limit_seconds(self) -> float:
        """What is left to the first job; those that joined end with it."""
        return self.jobs[0].timeout_seconds
