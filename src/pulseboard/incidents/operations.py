"""Incidents as the API offers them: list, begin, change, update, publish."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from django.core.exceptions import ValidationError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pulseboard.alerts.models import SystemAlert
from pulseboard.core.caller import Caller
from pulseboard.core.operations import Answer, Operation, register
from pulseboard.core.problem import Problem
from pulseboard.core.roles import Role
from pulseboard.incidents import store
from pulseboard.incidents.markdown import LIMIT
from pulseboard.incidents.models import Incident, IncidentUpdate
from pulseboard.incidents.store.drafting import link
from pulseboard.incidents.story import Phase
from pulseboard.monitors.models import Component

ImpactWord = Literal["operational", "degraded", "partial_outage", "major_outage"]
PhaseWord = Literal["investigating", "identified", "monitoring", "resolved"]
ResponseWord = Literal["open", "acknowledged", "mitigating", "done"]
SLUGS_LIMIT = 200


class Asked(BaseModel):
    """What every request of this room has in common."""

    model_config = ConfigDict(extra="forbid")


class IncidentsRequest(Asked):
    """Which incidents, newest first."""

    published: bool | None = None
    resolved: bool | None = None
    limit: int = Field(default=100, ge=1, le=500)


class IncidentRequest(Asked):
    """Which incident."""

    key: uuid.UUID


class NewIncident(Asked):
    """An incident to begin. It is a draft until it is published."""

    title: str = Field(min_length=1, max_length=150)
    impact: ImpactWord = "degraded"
    components: list[str] = Field(default_factory=list, max_length=SLUGS_LIMIT)
    affects_everything: bool = False
    started_at: AwareDatetime | None = None
    next_update_at: AwareDatetime | None = None
    alert: int | None = Field(default=None, ge=1, le=2**63 - 1)


class ChangedIncident(Asked):
    """What to change; what is left out stays as it is."""

    key: uuid.UUID
    title: str | None = Field(default=None, min_length=1, max_length=150)
    impact: ImpactWord | None = None
    response: ResponseWord | None = None
    components: list[str] | None = Field(default=None, max_length=SLUGS_LIMIT)
    affects_everything: bool | None = None
    started_at: AwareDatetime | None = None
    next_update_at: AwareDatetime | None = None
    postmortem: str | None = Field(default=None, max_length=LIMIT)


class NewUpdate(Asked):
    """One word to the public."""

    key: uuid.UUID
    phase: PhaseWord
    text: str = Field(min_length=1, max_length=LIMIT)
    at: AwareDatetime | None = None
    notify: bool = False


class PublishRequest(Asked):
    """Which incident, and whether subscribers are told."""

    key: uuid.UUID
    notify: bool = False


class UpdateModel(BaseModel):
    """One word to the public."""

    phase: str
    text: str
    at: datetime
    author: str
    edited_at: datetime | None


class IncidentModel(BaseModel):
    """One incident. Times are ISO 8601 UTC."""

    key: uuid.UUID
    title: str
    impact: str
    response: str
    phase: str
    components: list[str]
    affects_everything: bool
    is_published: bool
    published_at: datetime | None
    started_at: datetime
    resolved_at: datetime | None
    recovered_at: datetime | None
    next_update_at: datetime | None
    postmortem: str
    created_at: datetime
    created_by: str
    alerts: list[int]
    updates: list[UpdateModel]


class IncidentList(BaseModel):
    """A page of incidents."""

    incidents: list[IncidentModel]
    total: int


def listing(caller: Caller, request: IncidentsRequest) -> IncidentList:
    """Return incidents, drafts among them, newest first."""
    rows = Incident.objects.all()
    if request.published is not None:
        rows = rows.filter(is_published=request.published)
    if request.resolved is not None:
        rows = rows.filter(resolved_at__isnull=not request.resolved)
    page = rows.prefetch_related("updates", "components", "alerts")[: request.limit]
    return IncidentList(incidents=[_model(row) for row in page], total=rows.count())


def one(caller: Caller, request: IncidentRequest) -> IncidentModel:
    """Return one incident."""
    return _model(_found(request.key))


@store.writing()
def begin(caller: Caller, request: NewIncident) -> Answer:
    """Begin an incident; it is a draft."""
    now = datetime.now(UTC)
    components = _components(request.components)
    row = Incident(
        title=request.title,
        impact=request.impact,
        affects_everything=request.affects_everything,
        started_at=request.started_at or now,
        next_update_at=request.next_update_at,
    )
    try:
        store.begin(row, components, caller.name, now)
    except ValidationError as error:
        raise _problem(error) from None
    if request.alert is not None:
        _link(row, request.alert)
    return Answer(status=201, body=_model(row))


@store.writing()
def change(caller: Caller, request: ChangedIncident) -> IncidentModel:
    """Change what is said in the request, and nothing else."""
    row = _found(request.key)
    given = request.model_dump(exclude_unset=True, exclude={"key", "components"})
    for name, value in given.items():
        if value is None and name != "next_update_at":
            raise Problem(400, errors=[(name, "Expected a value.")])
        setattr(row, name, value)
    try:
        store.amend(row, datetime.now(UTC))
    except ValidationError as error:
        raise _problem(error) from None
    if request.components is not None:
        row.components.set(_components(request.components))
    return _model(row)


@store.writing()
def update(caller: Caller, request: NewUpdate) -> Answer:
    """Add a word to the public; a resolving one ends the incident."""
    row = _found(request.key)
    try:
        made = store.add_update(
            row,
            Phase(request.phase),
            request.text,
            caller.name,
            datetime.now(UTC),
            at=request.at,
            notify=request.notify,
        )
    except ValidationError as error:
        raise _problem(error) from None
    return Answer(status=201, body=_update(made))


@store.writing()
def publish(caller: Caller, request: PublishRequest) -> IncidentModel:
    """Show it to the public."""
    row = _found(request.key)
    if not store.publish(row, datetime.now(UTC), notify=request.notify):
        raise Problem(409, "This incident is published already.")
    return _model(row)


def _found(key: uuid.UUID) -> Incident:
    row = Incident.objects.filter(key=key).first()
    if row is None:
        raise Problem(404, "No incident has this key.")
    return row


def _components(slugs: Iterable[str]) -> list[Component]:
    wanted = set(slugs)
    rows = list(Component.objects.filter(slug__in=wanted))
    if missing := wanted - {row.slug for row in rows}:
        errors = [
            ("components", f"There is no component {slug!r}.") for slug in missing
        ]
        raise Problem(400, errors=errors)
    return rows


def _link(row: Incident, alert_id: int) -> None:
    alert = SystemAlert.objects.filter(pk=alert_id).first()
    if alert is None:
        raise Problem(400, errors=[("alert", "There is no such alert.")])
    link(row, alert)
    if not row.alerts.filter(alert_id=alert_id).exists():
        raise Problem(409, "Another incident has this alert.")


def _problem(error: ValidationError) -> Problem:
    messages = error.message_dict.items()
    return Problem(
        400, errors=[(name, str(text)) for name, all_ in messages for text in all_]
    )


def _model(row: Incident) -> IncidentModel:
    fields = set(IncidentModel.model_fields) - {"components", "alerts", "updates"}
    return IncidentModel(
        **{name: getattr(row, name) for name in fields},
        components=[each.slug for each in row.components.all()],
        alerts=[each.alert_id for each in row.alerts.all()],
        updates=[_update(each) for each in row.updates.all()],
    )


def _update(row: IncidentUpdate) -> UpdateModel:
    return UpdateModel.model_validate(row, from_attributes=True)


register(
    Operation(
        path="api/incidents",
        method="GET",
        role=Role.VIEWER,
        function=listing,
        request=IncidentsRequest,
        response=IncidentList,
        summary="List incidents, newest first.",
    )
)
register(
    Operation(
        path="api/incidents/{key}",
        method="GET",
        role=Role.VIEWER,
        function=one,
        request=IncidentRequest,
        response=IncidentModel,
        summary="Return one incident.",
    )
)
register(
    Operation(
        path="api/incidents",
        method="POST",
        role=Role.EDITOR,
        function=begin,
        request=NewIncident,
        response=IncidentModel,
        summary="Begin an incident; it is a draft until published.",
        bucket="write",
    )
)
register(
    Operation(
        path="api/incidents/{key}",
        method="PATCH",
        role=Role.EDITOR,
        function=change,
        request=ChangedIncident,
        response=IncidentModel,
        summary="Change an incident.",
        bucket="write",
    )
)
register(
    Operation(
        path="api/incidents/{key}/updates",
        method="POST",
        role=Role.EDITOR,
        function=update,
        request=NewUpdate,
        response=UpdateModel,
        summary="Add an update to an incident.",
        bucket="write",
    )
)
register(
    Operation(
        path="api/incidents/{key}/publish",
        method="POST",
        role=Role.EDITOR,
        function=publish,
        request=PublishRequest,
        response=IncidentModel,
        summary="Publish an incident.",
        bucket="write",
    )
)
