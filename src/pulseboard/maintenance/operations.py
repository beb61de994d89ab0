"""Planned windows as the API offers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from pulseboard.core.caller import Caller
from pulseboard.core.errors import ConfigError
from pulseboard.core.operations import Answer, Operation, register
from pulseboard.core.problem import Problem
from pulseboard.core.roles import Role
from pulseboard.maintenance import store
from pulseboard.maintenance.models import Maintenance
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.maintenance.wall_clock import local_of, zone_of

#: Occurrences told with each window.
UPCOMING = 5
STRICT = ConfigDict(extra="forbid")

Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=150)]
Names = Annotated[list[Name], Field(max_length=200)]
Kind = Literal["once", "rrule", "cron", "manual"]


class WindowRequest(BaseModel):
    """Which window."""

    model_config = STRICT
    id: Id


class ListRequest(BaseModel):
    """Which windows: newest first."""

    model_config = STRICT
    open: bool | None = None
    limit: int = Field(default=100, ge=1, le=500)


class PlanRequest(BaseModel):
    """
    A window to plan. Which times are needed depends on *kind*.

    *starts_at* and *ends_at* carry their offset; *start_time* is on the clock of
    *zone*; *first_on* is today unless given.
    """

    model_config = STRICT
    title: str = Field(min_length=1, max_length=150)
    description: str = Field(default="", max_length=2000)
    kind: Kind = "once"
    zone: str | None = Field(default=None, max_length=64)
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    rule: str = Field(default="", max_length=500)
    first_on: date | None = None
    last_on: date | None = None
    start_time: time | None = None
    duration_minutes: int | None = None
    everything: bool = False
    monitors: Names = []
    components: Names = []
    groups: Names = []
    mutes: bool = True
    excludes: bool = True
    shows: bool = True


class ChangeRequest(BaseModel):
    """What to change of a window; what is left out stays."""

    model_config = STRICT
    id: Id
    title: str | None = Field(default=None, min_length=1, max_length=150)
    description: str | None = Field(default=None, max_length=2000)
    kind: Kind | None = None
    zone: str | None = Field(default=None, max_length=64)
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    rule: str | None = Field(default=None, max_length=500)
    first_on: date | None = None
    last_on: date | None = None
    start_time: time | None = None
    duration_minutes: int | None = None
    everything: bool | None = None
    monitors: Names | None = None
    components: Names | None = None
    groups: Names | None = None
    mutes: bool | None = None
    excludes: bool | None = None
    shows: bool | None = None


class OccurrenceModel(BaseModel):
    """One time of a window. Times are ISO 8601 UTC."""

    key: str
    starts_at: datetime
    ends_at: datetime
    open: bool


class WindowModel(BaseModel):
    """One window as planned, its next times, and those it meets."""

    id: int
    title: str
    description: str
    kind: str
    zone: str
    starts_at: datetime | None
    ends_at: datetime | None
    rule: str
    first_on: date | None
    last_on: date | None
    start_time: time | None
    duration_minutes: int | None
    everything: bool
    monitors: list[str]
    components: list[str]
    groups: list[str]
    mutes: bool
    excludes: bool
    shows: bool
    created_by: str
    cancelled_at: datetime | None
    upcoming: list[OccurrenceModel]
    conflicts: list[str] = []


class WindowList(BaseModel):
    """A page of windows."""

    maintenance: list[WindowModel]
    total: int


def listing(caller: Caller, request: ListRequest) -> WindowList:
    """Return windows, newest first; those that run now when asked for."""
    now, rows = datetime.now(UTC), Maintenance.objects.all()
    if request.open is not None:
        uids = {each.key.partition("-")[0] for each in store.open_windows(now)}
        rows = (rows.filter if request.open else rows.exclude)(uid__in=uids)
    page = [_model(row, now) for row in rows[: request.limit]]
    return WindowList(maintenance=page, total=rows.count())


def read(caller: Caller, request: WindowRequest) -> WindowModel:
    """Return one window."""
    return _model(_row(request.id), datetime.now(UTC))


def plan(caller: Caller, request: PlanRequest) -> Answer:
    """Plan a window."""
    row = Maintenance(created_by=caller.name[:150])
    stored = _stored(row, request.model_dump(exclude_none=True), caller)
    return Answer(status=201, body=stored)


def change(caller: Caller, request: ChangeRequest) -> WindowModel:
    """Change a window; what has been stays as it was."""
    values = request.model_dump(exclude_unset=True, exclude={"id"})
    for name in ("title", "description", "kind", "zone", "rule", *_LISTS, *_FLAGS):
        if name in values and values[name] is None:
            raise Problem(400, errors=[(name, "Expected a value.")])
    return _stored(_row(request.id), values, caller)


def delete(caller: Caller, request: WindowRequest) -> Answer:
    """Delete a window with its past: what it left out of uptime counts again."""
    _row(request.id).delete()
    return Answer(status=204)


def start(caller: Caller, request: WindowRequest) -> WindowModel:
    """Begin a window of the kind `manual`."""
    row, now = _row(request.id), datetime.now(UTC)
    if store.start_manual(row, caller.name, now) is None:
        raise Problem(409, "It is open, cancelled, or not started by hand.")
    return _model(_row(row.pk), now)


def end(caller: Caller, request: WindowRequest) -> WindowModel:
    """End what runs; later times stay."""
    row, now = _row(request.id), datetime.now(UTC)
    if store.end_now(row, None, caller.name, now) is None:
        raise Problem(409, "It does not run now.")
    return _model(_row(row.pk), now)


def skip(caller: Caller, request: WindowRequest) -> WindowModel:
    """Leave out the next time of a window that repeats."""
    row, now = _row(request.id), datetime.now(UTC)
    if store.skip_next(row, caller.name, now) is None:
        raise Problem(409, "It has no next time to skip.")
    return _model(_row(row.pk), now)


def cancel(caller: Caller, request: WindowRequest) -> WindowModel:
    """End a window for good; its past stays."""
    row, now = _row(request.id), datetime.now(UTC)
    if not store.cancel(row, now):
        raise Problem(409, "It is cancelled already.")
    return _model(_row(row.pk), now)


_LISTS = ("monitors", "components", "groups")
_FLAGS = ("everything", "mutes", "excludes", "shows")


def _row(number: int) -> Maintenance:
    row = Maintenance.objects.filter(pk=number).first()
    if row is None:
        raise Problem(404, "No maintenance has this id.")
    return row


def _stored(row: Maintenance, values: dict[str, Any], caller: Caller) -> WindowModel:
    now = datetime.now(UTC)
    for name, value in values.items():
        setattr(row, name, value)
    _begin_today(row, now)
    errors = list(_errors(row))
    if errors:
        raise Problem(400, "The window cannot be planned so.", errors=errors)
    store.save(row, caller.name, now)
    return _model(_row(row.pk), now)


def _begin_today(row: Maintenance, now: datetime) -> None:
    if row.first_on is not None or row.kind not in ("rrule", "cron"):
        return
    try:
        row.first_on = local_of(now, zone_of(row.zone)).date()
    except ConfigError:
        return  # told below, with the rest


def _errors(row: Maintenance) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with *row*, by field."""
    try:
        row.full_clean()
    except ValidationError as error:
        for name, texts in error.message_dict.items():
            yield name, " ".join(texts)
        return
    for name, unknown in store.unknown_names(row).items():
        yield name, f"Not known: {', '.join(unknown[:5])}."


def _model(row: Maintenance, now: datetime) -> WindowModel:
    fields = {
        name: getattr(row, name)
        for name in WindowModel.model_fields
        if hasattr(row, name)
    }
    fields["upcoming"] = [
        _occurrence(each, now) for each in store.upcoming(row, now, UPCOMING)
    ]
    fields["conflicts"] = [each.other.title for each in store.conflicts_of(row, now)]
    return WindowModel(**fields)


def _occurrence(each: Occurrence, now: datetime) -> OccurrenceModel:
    return OccurrenceModel(
        key=each.key,
        starts_at=each.starts_at.astimezone(UTC),
        ends_at=each.ends_at.astimezone(UTC),
        open=each.is_open(now),
    )


Method = Literal["GET", "POST", "PATCH", "DELETE"]


def _offer(
    method: Method,
    path: str,
    function: Callable[[Caller, Any], Any],
    request: type,
    response: type | None,
    summary: str,
) -> None:
    reads = method == "GET"
    register(
        Operation(
            path=path,
            method=method,
            role=Role.VIEWER if reads else Role.EDITOR,
            function=function,
            request=request,
            response=response,
            summary=summary,
            bucket="read" if reads else "write",
        )
    )


_ALL, _ONE = "api/maintenance", "api/maintenance/{id}"

_offer("GET", _ALL, listing, ListRequest, WindowList, "List maintenance.")
_offer("POST", _ALL, plan, PlanRequest, WindowModel, "Plan maintenance.")
_offer("GET", _ONE, read, WindowRequest, WindowModel, "Read one window.")
_offer("PATCH", _ONE, change, ChangeRequest, WindowModel, "Change a window.")
_offer("DELETE", _ONE, delete, WindowRequest, None, "Delete a window and its past.")
for name, function, summary in (
    ("start", start, "Begin a window by hand."),
    ("end", end, "End what runs now."),
    ("skip", skip, "Skip the next time."),
    ("cancel", cancel, "End a window for good."),
):
    _offer("POST", f"{_ONE}/{name}", function, WindowRequest, WindowModel, summary)
