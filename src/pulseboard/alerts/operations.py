"""Alerts as the API offers them: list, acknowledge, resolve."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from pulseboard.alerts import store
from pulseboard.alerts.models import SystemAlert
from pulseboard.core.caller import Caller
from pulseboard.core.operations import Operation, register
from pulseboard.core.problem import Problem
from pulseboard.core.roles import Role


class AlertRequest(BaseModel):
    """Which alert."""

    model_config = ConfigDict(extra="forbid")
    id: int = Field(ge=1, le=2**63 - 1)


class ListRequest(BaseModel):
    """Which alerts: open ones, or all, newest first."""

    model_config = ConfigDict(extra="forbid")
    resolved: bool | None = None
    limit: int = Field(default=100, ge=1, le=500)


class AlertModel(BaseModel):
    """One alert. Times are ISO 8601 UTC."""

    id: int
    alert_type: str
    subject: str
    title: str
    message: str
    severity: str
    state: str
    resolved: bool
    began_at: datetime
    created_at: datetime
    resolved_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str


class AlertList(BaseModel):
    """A page of alerts."""

    alerts: list[AlertModel]
    total: int


def listing(caller: Caller, request: ListRequest) -> AlertList:
    """Return alerts, newest first."""
    rows = SystemAlert.objects.all()
    if request.resolved is not None:
        rows = rows.filter(resolved=request.resolved)
    page = [_model(row) for row in rows[: request.limit]]
    return AlertList(alerts=page, total=rows.count())


def acknowledge(caller: Caller, request: AlertRequest) -> AlertModel:
    """Note that the caller is on it."""
    return _changed(store.acknowledge(request.id, caller.name, datetime.now(UTC)))


def resolve(caller: Caller, request: AlertRequest) -> AlertModel:
    """Close it by hand; who was told of it is told."""
    return _changed(store.resolve(request.id, caller.name, datetime.now(UTC)))


def _changed(alert: SystemAlert | None) -> AlertModel:
    if alert is None:
        raise Problem(404, "No open alert has this id.")
    return _model(alert)


def _model(alert: SystemAlert) -> AlertModel:
    return AlertModel.model_validate(alert, from_attributes=True)


register(
    Operation(
        path="api/alerts",
        method="GET",
        role=Role.VIEWER,
        function=listing,
        request=ListRequest,
        response=AlertList,
        summary="List alerts, newest first.",
    )
)
for name, function in (("acknowledge", acknowledge), ("resolve", resolve)):
    register(
        Operation(
            path=f"api/alerts/{{id}}/{name}",
            method="POST",
            role=Role.RESPONDER,
            function=function,
            request=AlertRequest,
            response=AlertModel,
            summary=f"{name.capitalize()} an open alert.",
            bucket="write",
        )
    )
