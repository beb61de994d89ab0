"""``api/run-health-checks``: run the checks now and answer with the results."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pulseboard.core.caller import Caller
from pulseboard.core.errors import UsageError
from pulseboard.core.operations import Answer, Operation, register
from pulseboard.core.problem import Problem
from pulseboard.core.roles import Role
from pulseboard.healthpaths.store import board
from pulseboard.history.observed import Observed
from pulseboard.monitors.run_now import AlreadyRunning, run_now


class RunRequest(BaseModel):
    """Which checks; without a name all of them."""

    model_config = ConfigDict(extra="forbid")
    checks: list[str] = Field(default_factory=list, max_length=500)


class RunResult(BaseModel):
    """One result of the run."""

    service: str
    status: str
    summary: str
    response_time_ms: float


class RunReport(BaseModel):
    """The finished run."""

    checks: list[RunResult]
    counts: dict[str, int]
    took_seconds: float


def run(caller: Caller, request: RunRequest) -> RunReport | Answer:
    """Run, record, answer; 409 with who and when while another run is under way."""
    started = time.monotonic()
    try:
        observed = run_now(request.checks or None, caller.name or "somebody")
    except AlreadyRunning as running:
        return _conflict(running)
    except UsageError as error:
        raise Problem(400, str(error)) from None
    board.forget()
    return RunReport(
        checks=[_result(each) for each in observed],
        counts=dict(Counter(each.outcome.status.value for each in observed)),
        took_seconds=round(time.monotonic() - started, 3),
    )


def _conflict(running: AlreadyRunning) -> Answer:
    ago = max(0, int((datetime.now(UTC) - running.started_at).total_seconds()))
    problem = Problem(409, f"{running.who or 'Somebody'} started a run {ago} s ago.")
    body: dict[str, Any] = problem.body() | {"started_by": running.who}
    return Answer(status=409, body=body, media_type="application/problem+json")


def _result(each: Observed) -> RunResult:
    return RunResult(
        service=each.monitor,
        status=each.outcome.status.value,
        summary=each.outcome.summary,
        response_time_ms=round(each.duration_seconds * 1000, 3),
    )


register(
    Operation(
        path="api/run-health-checks",
        method="POST",
        role=Role.RESPONDER,
        function=run,
        request=RunRequest,
        response=RunReport,
        summary="Run the health checks now and wait for the results.",
        bucket="run",
    )
)
