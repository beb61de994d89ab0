"""
The health paths. They read the last results and never wait for a check, except
``ready`` before the first results: that asks the deciding checks once.
"""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from pulseboard.access.errors import Unavailable
from pulseboard.access.headers import security_headers
from pulseboard.access.store import Result as Access
from pulseboard.access.store import audit, caller_of, check_rate, log_access
from pulseboard.conf import get_settings
from pulseboard.core.caller import Caller
from pulseboard.core.errors import ConfigError
from pulseboard.core.log import get_logger
from pulseboard.core.problem import PROBLEM_TYPE, Problem
from pulseboard.core.roles import Role
from pulseboard.core.status import Status
from pulseboard.healthpaths import answers
from pulseboard.healthpaths.snapshot import Snapshot, is_ready, public_status, unready
from pulseboard.healthpaths.store import board, health

logger = get_logger("pulseboard.healthpaths")

View = Callable[[HttpRequest], HttpResponse]


def path(view: View) -> View:
    """Make *view* a health path: read only, without CSRF, and it never raises."""

    @functools.wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except ConfigError:
            return _problem(Problem(503, "The settings of pulseboard are not sound."))
        except Exception:
            reference = uuid.uuid4().hex[:12]
            logger.exception("A health path failed [%s]", reference)
            return _problem(Problem(500, "This is our fault.", reference=reference))

    return csrf_exempt(require_safe(guarded))


@path
def basic(request: HttpRequest) -> HttpResponse:
    """Answer the one word for load balancers."""
    now = datetime.now(UTC)
    if not get_settings().enabled:
        return _status_answer(request, Status.UNKNOWN, now, ready=True)
    status = public_status(board.snapshot(), now)
    return _status_answer(request, status, now, ready=status is not Status.CRITICAL)


@path
def live(request: HttpRequest) -> HttpResponse:
    """Answer that the process answers: no database, no cache, no check."""
    try:
        return _status_answer(request, Status.HEALTHY, datetime.now(UTC), ready=True)
    except ConfigError:  # wrong settings do not make the process dead
        return HttpResponse('{"status": "healthy"}', content_type="application/json")


@path
def ready(request: HttpRequest) -> HttpResponse:
    """Answer whether to send traffic here; the reasons only to who may know."""
    now = datetime.now(UTC)
    if not get_settings().enabled:  # nobody asks, so nobody may conclude
        return _status_answer(request, Status.UNKNOWN, now, ready=True)
    snapshot = board.snapshot()
    if "checks" in request.GET:
        return _selected(request, snapshot, now)
    good = is_ready(snapshot, now)
    status = public_status(snapshot, now) if good else _unready_status(snapshot, now)
    reasons = unready(snapshot, now)
    shown = {"reason": reasons} if reasons and _may_know(request) else {}
    return _status_answer(request, status, now, ready=good, extra=shown)


@path
def startup(request: HttpRequest) -> HttpResponse:
    """Answer whether the first results are there."""
    now = datetime.now(UTC)
    begun = any(each.ran_at is not None for each in board.snapshot().deciding)
    status = Status.HEALTHY if begun else Status.UNKNOWN
    return _status_answer(request, status, now, ready=begun)


@path
def detailed(request: HttpRequest) -> HttpResponse:
    """Answer everything, to viewers and tokens."""
    try:
        caller = caller_of(request)
    except Unavailable as error:
        return _problem(Problem(503, str(error)))
    refusal = _refusal(caller)
    if refusal is not None:
        audit(caller, "read detailed health", result=Access.REFUSED)
        return _problem(refusal)
    log_access(caller, "read detailed health")
    return _json(health())


def _selected(request: HttpRequest, snapshot: Snapshot, now: datetime) -> HttpResponse:
    """Answer for the checks that the caller names, if they may know of them."""
    if not _may_know(request):
        return _problem(Problem(403, "Choosing checks needs a token or a viewer."))
    names = [name for name in request.GET["checks"].split(",") if name]
    chosen = [each for each in snapshot.known if each.name in names]
    missing = sorted(set(names) - {each.name for each in chosen})
    if missing or not names:
        return _problem(Problem(400, "Expected names of checks in 'checks'."))
    reasons = [
        f"{each.title}: {each.summary}"
        if not each.is_stale(now)
        else f"{each.title}: stale"
        for each in chosen
        if each.status is Status.CRITICAL or each.is_stale(now)
    ]
    status = Status.CRITICAL if reasons else Status.HEALTHY
    extra = {"reason": reasons} if reasons else {}
    return _status_answer(request, status, now, ready=not reasons, extra=extra)


def _unready_status(snapshot: Snapshot, now: datetime) -> Status:
    bad = any(each.status is Status.CRITICAL for each in snapshot.deciding)
    return Status.CRITICAL if bad else Status.UNKNOWN


def _may_know(request: HttpRequest) -> bool:
    """Return whether the caller holds a role; without the database only a token."""
    try:
        return caller_of(request).may(Role.VIEWER)
    except Unavailable:
        return False


def _refusal(caller: Caller) -> Problem | None:
    wait = check_rate(caller, "read")
    if wait is not None:
        return Problem(
            429, f"Try again in {wait} s.", headers={"Retry-After": str(wait)}
        )
    if caller.may(Role.VIEWER):
        return None
    if caller.is_recognised:
        return Problem(403, "This needs the role viewer.")
    return Problem(
        401, "Sign in or send a token.", headers={"WWW-Authenticate": "Bearer"}
    )


def _status_answer(
    request: HttpRequest,
    status: Status,
    now: datetime,
    *,
    ready: bool,
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    code = 200 if ready else 503
    if answers.HEALTH_JSON in request.META.get("HTTP_ACCEPT", ""):
        word = answers.health_json(status if ready else Status.CRITICAL)
        return _json(word | (extra or {}), code, answers.HEALTH_JSON)
    body = answers.basic(status, get_settings().service_name, now)
    return _json(body | (extra or {}), code)


def _problem(problem: Problem) -> HttpResponse:
    response = _json(problem.body(), problem.status, PROBLEM_TYPE)
    for name, value in problem.headers.items():
        response[name] = value
    return response


def _json(
    body: dict[str, Any], status: int = 200, media_type: str = "application/json"
) -> HttpResponse:
    response = HttpResponse(json.dumps(body), status=status, content_type=media_type)
    for name, value in security_headers(may_be_stored=False).items():
        response[name] = value
    return response
