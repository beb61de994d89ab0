"""
Endpoints as the API offers them.

Anyone gets the public components and nothing else; who may view gets the endpoints.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from pulseboard.access.store import audit, check_rate
from pulseboard.core.caller import Caller
from pulseboard.core.duration import parse_duration
from pulseboard.core.operations import Answer, Operation, register
from pulseboard.core.problem import Problem
from pulseboard.core.roles import Role
from pulseboard.core.text import percent_text
from pulseboard.history import store as history
from pulseboard.maintenance import store as maintenance
from pulseboard.monitors import components
from pulseboard.monitors.components import Line
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.run_now import AlreadyRunning, run_now
from pulseboard.monitors.schedule import GRACE
from pulseboard.probes import store
from pulseboard.probes.exchanged import (
    SPEC_FIELDS,
    ChangeRequest,
    EndpointList,
    EndpointModel,
    OneRequest,
    PauseRequest,
    PublicEndpoint,
    PublicList,
    SpecRequest,
    TestRequest,
    TrialModel,
)
from pulseboard.probes.models import Endpoint
from pulseboard.probes.options import WrongSpec, lowered, spec_text
from pulseboard.probes.trial import try_out
from pulseboard.probes.whereabouts import during_request

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LONGEST_PAUSE = timedelta(days=365)
NO_SUCH = "No endpoint has this id."


def listing(caller: Caller, request: None) -> EndpointList | PublicList:
    """Return all endpoints to who may view, else the public components."""
    if not caller.may(Role.VIEWER):
        shown = _public(components.lines(components.visible()))
        return PublicList(endpoints=shown, total=len(shown))
    models = _models(list(_rows()))
    order = {"critical": 0, "warning": 1, "unknown": 2, "healthy": 3}
    models.sort(key=lambda each: (order[each.status], each.name))
    return EndpointList(endpoints=models, total=len(models))


def one(caller: Caller, request: OneRequest) -> EndpointModel | PublicEndpoint:
    """Return one endpoint, or one public component."""
    if caller.may(Role.VIEWER):
        return _model(_row(request.id))
    visible = components.visible().filter(slug=request.id)
    found = _public(components.lines(visible))
    if not found:
        raise Problem(404, NO_SUCH)
    return found[0]


def create(caller: Caller, request: SpecRequest) -> Answer:
    """Store a new endpoint; it is asked from the next tick on."""
    _refuse_trust(caller, request)
    spec = _spec(request)
    if not spec.get("name") and not spec.get("title"):
        raise Problem(400, errors=[("title", "Expected a title.")])
    try:
        row = store.create(
            spec,
            datetime.now(UTC),
            who=caller.name,
            is_trusted=bool(request.trusted),
        )
    except WrongSpec as error:
        raise _problem(error) from None
    return Answer(status=201, body=_model(row))


def change(caller: Caller, request: ChangeRequest) -> EndpointModel:
    """Change what is given; secrets that are not given stay."""
    _refuse_trust(caller, request)
    row = _changeable(caller, request.id)
    if request.trusted is not None:
        row.is_trusted = request.trusted
    try:
        row = store.change(row, _merged(row, request), datetime.now(UTC))
    except WrongSpec as error:
        raise _problem(error) from None
    if request.enabled is not None:
        store.set_enabled(row, request.enabled)
    return _model(_row(row.name))


def delete(caller: Caller, request: OneRequest) -> Answer:
    """Delete the endpoint; its history stays."""
    store.delete(_changeable(caller, request.id))
    return Answer(status=204)


def run(caller: Caller, request: OneRequest) -> EndpointModel:
    """Ask it now and record the result."""
    row = _row(request.id)
    if not row.monitor.declared:
        raise Problem(409, "This endpoint is not asked any more.")
    try:
        run_now([row.monitor.name], caller.name)
    except AlreadyRunning as error:
        raise Problem(409, str(error), headers={"Retry-After": "5"}) from None
    return _model(_row(request.id))


def enable(caller: Caller, request: OneRequest) -> EndpointModel:
    """Ask it from now on."""
    store.set_enabled(_row(request.id), enabled=True)
    return _model(_row(request.id))


def disable(caller: Caller, request: OneRequest) -> EndpointModel:
    """Ask it no more; its history stays."""
    store.set_enabled(_row(request.id), enabled=False)
    return _model(_row(request.id))


def pause(caller: Caller, request: PauseRequest) -> EndpointModel:
    """Ask it nothing for a while."""
    until = FOREVER
    if request.duration is not None:
        until = datetime.now(UTC) + _pause(request.duration)
    store.pause(_row(request.id), until)
    return _model(_row(request.id))


def resume(caller: Caller, request: OneRequest) -> EndpointModel:
    """Ask it again."""
    store.pause(_row(request.id), None)
    return _model(_row(request.id))


def test(caller: Caller, request: TestRequest) -> TrialModel:
    """Ask once what the request describes; nothing is stored, nobody is told."""
    if (wait_seconds := check_rate(caller, "test")) is not None:
        raise Problem(429, headers={"Retry-After": str(wait_seconds)})
    _refuse_trust(caller, request)
    spec = {"title": "Test", **_spec(request)}
    try:
        plan = store.plan_from(
            store.with_secrets_of(None, spec), is_trusted=bool(request.trusted)
        )
    except WrongSpec as error:
        raise _problem(error) from None
    audit(caller, "test endpoint", plan.target, kind=plan.kind)
    with during_request([plan.target]):
        trial = asyncio.run(try_out(plan, show_body=request.show_body))
    return TrialModel.model_validate(asdict(trial))


def _rows() -> Any:
    return Endpoint.objects.select_related("monitor")


def _row(name: str) -> Endpoint:
    row: Endpoint | None = _rows().filter(name=name).first()
    if row is None:
        raise Problem(404, NO_SUCH)
    return row


def _changeable(caller: Caller, name: str) -> Endpoint:
    """Return the endpoint *name*, or refuse: of the settings, or not theirs to aim."""
    row = _row(name)
    if row.source:
        raise Problem(409, "This endpoint is declared in the settings.")
    if row.is_trusted and not caller.may(Role.ADMIN):
        raise Problem(403, "This endpoint may reach private targets: ask an admin.")
    return row


def _refuse_trust(caller: Caller, request: SpecRequest) -> None:
    if request.trusted and not caller.may(Role.ADMIN):
        raise Problem(403, "Only an admin may let endpoints reach private targets.")


def _problem(error: WrongSpec) -> Problem:
    sentences = [
        (key, text[:1].upper() + text[1:]) for key, text in error.errors.items()
    ]
    return Problem(400, "The endpoint cannot be as it was written.", errors=sentences)


def _spec(request: SpecRequest) -> dict[str, Any]:
    """Return what was given, the options of the kind beside the others."""
    given = {
        key: value
        for key in SPEC_FIELDS
        if (value := getattr(request, key)) is not None
    }
    try:
        options = lowered(request.options)
    except WrongSpec as error:
        raise _problem(error) from None
    twice = sorted(options.keys() & set(SPEC_FIELDS))
    if twice:
        raise Problem(400, errors=[(key, "Give it outside options.") for key in twice])
    return {**options, **given}


def _merged(row: Endpoint, request: SpecRequest) -> dict[str, Any]:
    given = _spec(request)
    before = store.shown_spec(row)
    if "target" in given or "url" in given:
        before = {k: v for k, v in before.items() if k not in ("target", "url")}
    return {**before, **given, "name": given.get("name", row.name)}


def _pause(text: str) -> timedelta:
    try:
        duration = parse_duration(text)
    except ValueError as error:
        raise Problem(400, errors=[("duration", str(error))]) from None
    if not timedelta(0) < duration <= LONGEST_PAUSE:
        raise Problem(400, errors=[("duration", "Expected at most 365d.")])
    return duration


def _public(lines: Sequence[Line]) -> list[PublicEndpoint]:
    now = datetime.now(UTC)
    names = [part.monitor for line in lines for part in line.parts]
    muted = maintenance.muted(names, now)
    known = {
        part.monitor: part.known_until or now - DAY
        for line in lines
        for part in line.parts
    }
    uptimes = _uptimes(names, known, now)
    return [
        PublicEndpoint(
            id=line.slug,
            name=line.name,
            group=line.group,
            status=line.status(now, in_maintenance=_is_muted(line, muted)).value,
            uptime_24h=_worst(uptimes[part.monitor] for part in line.parts),
        )
        for line in lines
    ]


def _is_muted(line: Line, muted: Collection[str]) -> bool:
    return any(part.monitor in muted for part in line.parts)


def _worst(uptimes: Any) -> float | None:
    known = [each for each in uptimes if each is not None]
    return min(known, default=None)


def _models(rows: Sequence[Endpoint]) -> list[EndpointModel]:
    now = datetime.now(UTC)
    known = {row.monitor.name: _known_until(row.monitor, now) for row in rows}
    uptimes = _uptimes(list(known), known, now)
    public = store.public_names()
    return [_model_of(row, uptimes[row.monitor.name], public) for row in rows]


def _model(row: Endpoint) -> EndpointModel:
    return _models([row])[0]


def _model_of(
    row: Endpoint, uptime: float | None, public: Collection[str]
) -> EndpointModel:
    monitor = row.monitor
    return EndpointModel(
        id=row.name,
        name=row.title,
        kind=row.kind,
        target=row.target,
        group=row.group,
        status=monitor.confirmed,
        status_since=monitor.confirmed_since,
        summary=monitor.summary,
        every=spec_text(monitor.interval),
        last_run_at=monitor.ran_at,
        response_seconds=monitor.readings.get("response_seconds"),
        uptime_24h=uptime,
        enabled=monitor.enabled,
        paused_until=monitor.paused_until,
        public=monitor.name in public,
        trusted=row.is_trusted,
        declared_in=row.source,
    )


def _known_until(row: Monitor, now: datetime) -> datetime:
    return row.ran_at + 2 * row.interval + GRACE if row.ran_at else now - DAY


def _uptimes(
    names: Collection[str], known_until: Mapping[str, datetime], now: datetime
) -> dict[str, float | None]:
    """Return the percentage of the last 24 h, floored, without planned maintenance."""
    excluded = maintenance.windows_for(list(names), now - DAY, now)
    found = history.uptime_of(
        names, now - DAY, now, excluded=excluded, known_until=known_until
    )
    return {
        name: None if each.ratio is None else float(percent_text(each.ratio)[:-1])
        for name, each in found.items()
    }


def _offer(
    path: str,
    method: Any,
    function: Any,
    role: Role | None,
    summary: str,
    *,
    request: type | None = OneRequest,
    response: type | None = EndpointModel,
    bucket: Any = "write",
) -> None:
    register(
        Operation(
            path=path,
            method=method,
            role=role,
            function=function,
            request=request,
            response=response,
            summary=summary,
            bucket=bucket,
        )
    )


ALL, ONE = "api/endpoints", "api/endpoints/{id}"

_offer(
    ALL,
    "GET",
    listing,
    None,
    "List the endpoints; without a role, the public components.",
    request=None,
    response=EndpointList,
    bucket="read",
)
_offer(ONE, "GET", one, None, "Show one endpoint.", bucket="read")
_offer(ALL, "POST", create, Role.EDITOR, "Add an endpoint.", request=SpecRequest)
_offer(ONE, "PATCH", change, Role.EDITOR, "Change it.", request=ChangeRequest)
_offer(ONE, "DELETE", delete, Role.EDITOR, "Delete it.", response=None)
_offer(f"{ONE}/run", "POST", run, Role.RESPONDER, "Ask it now.", bucket="run")
_offer(f"{ONE}/enable", "POST", enable, Role.EDITOR, "Ask it from now on.")
_offer(f"{ONE}/disable", "POST", disable, Role.EDITOR, "Ask it no more.")
_offer(
    f"{ONE}/pause",
    "POST",
    pause,
    Role.EDITOR,
    "Ask it nothing for a while.",
    request=PauseRequest,
)
_offer(f"{ONE}/resume", "POST", resume, Role.EDITOR, "Ask it again.")
_offer(
    f"{ALL}/test",
    "POST",
    test,
    Role.EDITOR,
    "Ask once what is described; nothing is stored.",
    request=TestRequest,
    response=TrialModel,
    bucket="run",
)
