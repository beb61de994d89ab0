"""
``api/overview``: how everything does, at a glance.
``api/run-health-checks``: run the checks now and answer with the results.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pulseboard.core.caller import Caller
from pulseboard.core.errors import UsageError
from pulseboard.core.operations import Answer, Operation, register
from pulseboard.core.problem import Problem
from pulseboard.core.roles import Role
from pulseboard.healthpaths.answers import timestamp
from pulseboard.healthpaths.store import board, health
from pulseboard.history.observed import Observed
from pulseboard.maintenance import store as maintenance
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.monitors import components
from pulseboard.monitors.components import visible
from pulseboard.monitors.public_status import PublicStatus, worst_of
from pulseboard.monitors.run_now import AlreadyRunning, run_now


class PublicOverview(BaseModel):
    """What anybody may know: the worst public status, and how many have which."""

    status: str
    timestamp: str
    services_total: int
    services_by_status: dict[str, int]


class Overview(PublicOverview):
    """What staff see besides: every monitor, private ones too."""

    overall_status: str
    monitors_total: int
    monitors_by_status: dict[str, int]
    active_alerts_count: int


def overview(caller: Caller, request: None) -> PublicOverview | Overview:
    """Return how the public components do; to who may view, every monitor as well."""
    now = datetime.now(UTC)
    windows = maintenance.open_windows(now)
    lines = components.lines(visible())
    shown = [_public_status(line, windows, now) for line in lines]
    public: dict[str, Any] = {
        "status": worst_of(shown).value,
        "timestamp": timestamp(now),
        "services_total": len(shown),
        "services_by_status": dict(Counter(each.value for each in shown)),
    }
    if not caller.may(Role.VIEWER):
        return PublicOverview(**public)
    found = health()
    statuses = Counter(each["status"] for each in found["health_checks"])
    return Overview(
        **public,
        overall_status=found["overall_status"],
        monitors_total=statuses.total(),
        monitors_by_status=dict(statuses),
        active_alerts_count=found["active_alerts_count"],
    )


def _public_status(
    line: components.Line, windows: Sequence[Occurrence], now: datetime
) -> PublicStatus:
    covered = any(
        each.covers(part.monitor, [line.slug])
        for each in windows
        for part in line.parts
    )
    return line.status(now, in_maintenance=covered)


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
        path="api/overview",
        method="GET",
        role=None,
        function=overview,
        request=None,
        response=Overview,
        summary="How everything does, at a glance.",
    )
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
