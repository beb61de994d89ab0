"""
The Django adapter of the operations (see `core.operations.Adapter`).

    request -> caller -> rate -> role -> CSRF -> function and audit -> answer
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from django.core.exceptions import SuspiciousOperation
from django.db import router, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.views.decorators.csrf import csrf_exempt

from pulseboard.access import store
from pulseboard.access.errors import Unavailable
from pulseboard.access.headers import security_headers
from pulseboard.access.models import AuditEvent
from pulseboard.conf import get_settings
from pulseboard.core.caller import Caller, CallerKind
from pulseboard.core.log import get_logger
from pulseboard.core.operations import Answer, Operation, operations
from pulseboard.core.payload import (
    BODY_LIMIT_BYTES,
    answer_bytes,
    perform,
    problem_answer,
    refuse_without_role,
)
from pulseboard.core.problem import Problem
from pulseboard.core.redaction import one_line

log = get_logger("pulseboard.api")

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

View = Callable[..., HttpResponseBase]


def operation_view(path: str, among: Iterable[Operation] | None = None) -> View:
    """
    Return the view that answers every method of *path*.

    Args:
        among: Operations to choose from; by default all that are registered.
    """
    chosen = operations() if among is None else among
    by_method = {each.method: each for each in chosen if each.path == path}

    @transaction.non_atomic_requests  # we know which calls need one
    @csrf_exempt  # judged below, where it is known how the caller was recognised
    def view(request: HttpRequest, **path_values: str) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else request.method
        operation = by_method.get(cast("str", method))  # type: ignore[call-overload]
        if operation is None:
            return _other_method(request, tuple(by_method))
        return _respond(request, operation, _answer(request, operation, path_values))

    return view


@csrf_exempt
def not_found(request: HttpRequest, **path_values: str) -> HttpResponseBase:
    """Answer what lies below ``api/`` and is no operation."""
    return _plain_response(
        request, problem_answer(Problem(404, "There is nothing under this address."))
    )


def failure_answer(error: Exception) -> Answer:
    """Return a 500 problem with a reference under which the log has *error*."""
    reference = uuid.uuid4().hex[:12]
    log.error("internal error, reference %s", reference, exc_info=error)
    detail = "Something failed here; the log has more under the reference."
    return problem_answer(Problem(500, detail, reference=reference))


def _other_method(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponseBase:
    allowed = [*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])]
    headers = {"Allow": ", ".join(sorted(allowed))}
    if request.method == "OPTIONS":
        return _plain_response(request, Answer(status=204, headers=headers))
    return _plain_response(request, problem_answer(Problem(405, headers=headers)))


def _answer(
    request: HttpRequest, operation: Operation, path_values: Mapping[str, str]
) -> Answer:
    """Return the answer whatever happens; nothing but a killed process escapes."""
    try:
        return _call(request, operation, path_values)
    except Problem as problem:
        return problem_answer(problem)
    except Unavailable as error:
        return problem_answer(Problem(503, str(error), headers={"Retry-After": "10"}))
    except (SuspiciousOperation, UnreadablePostError):
        return problem_answer(Problem(400, "The request cannot be read."))
    except Exception as error:
        return failure_answer(error)


def _call(
    request: HttpRequest, operation: Operation, path_values: Mapping[str, str]
) -> Answer:
    caller = _caller(request, operation)
    target = ", ".join(f"{name}={value}" for name, value in path_values.items())
    try:
        _refuse_too_many(request, caller, operation)
        refuse_without_role(operation, caller)
        _refuse_form(request, operation)
        _refuse_without_csrf_token(request, caller, operation)
    except Problem:
        _note_refusal(caller, operation, target)
        raise
    if not operation.changes and operation.role is not None:
        store.log_access(caller, operation.name, target)
    with _transaction(operation):
        answer = perform(
            operation,
            caller=caller,
            path_values=path_values,
            query=dict(request.GET.lists()),
            media_type=request.META.get("CONTENT_TYPE") or "",
            body=_body(request, operation),
        )
        if operation.changes and answer.status < 400:
            store.audit(caller, operation.name, target, AuditEvent.Result.DONE)
    return answer


def _caller(request: HttpRequest, operation: Operation) -> Caller:
    """Return the caller; for public reads one that is recognised when asked."""
    if operation.role is not None or operation.changes:
        return store.caller_of(request)
    return cast("Caller", SimpleLazyObject(lambda: _caller_or_anonymous(request)))


def _caller_or_anonymous(request: HttpRequest) -> Caller:
    try:
        return store.caller_of(request)
    except Unavailable:
        return store.anonymous_caller(request)


def _refuse_too_many(
    request: HttpRequest, caller: Caller, operation: Operation
) -> None:
    is_public_read = operation.role is None and not operation.changes
    counted = store.anonymous_caller(request) if is_public_read else caller
    wait_seconds = store.check_rate(counted, operation.bucket)
    if wait_seconds is None and counted.kind is CallerKind.INVALID_TOKEN:
        wait_seconds = store.check_rate(counted, "sign_in")
    if wait_seconds is not None:
        raise Problem(429, headers={"Retry-After": str(wait_seconds)})


def _refuse_form(request: HttpRequest, operation: Operation) -> None:
    """
    Raise Problem 415 to a posted form, before Django would parse it.

    What takes no request may be a button of a form: the form is its CSRF token only.
    """
    if operation.request is None or not operation.changes:
        return
    if _is_form(request) and request.META.get("CONTENT_LENGTH") != "0":
        raise Problem(415, "Send the body as application/json.")


def _is_form(request: HttpRequest) -> bool:
    return request.content_type in FORMS


def _refuse_without_csrf_token(
    request: HttpRequest, caller: Caller, operation: Operation
) -> None:
    if not operation.changes or caller.kind is not CallerKind.USER:
        return
    check = _CsrfCheck(lambda request: HttpResponse())
    check.process_request(request)
    if check.process_view(request, lambda request: HttpResponse(), (), {}) is not None:
        raise Problem(403, "The CSRF token is missing or wrong; reload the page.")


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, for one request of a view that the middleware let through."""


def _note_refusal(caller: Caller, operation: Operation, target: str) -> None:
    refused = AuditEvent.Result.REFUSED
    # Anybody can make these; rows for them would let anybody fill the table.
    if caller.kind is CallerKind.ANONYMOUS and not operation.changes:
        store.log_access(caller, operation.name, target, refused)
    else:
        store.audit(caller, operation.name, target, refused)


def _transaction(operation: Operation) -> contextlib.AbstractContextManager[object]:
    if operation.bucket != "write":
        return contextlib.nullcontext()
    return transaction.atomic(using=router.db_for_write(AuditEvent))


def _body(request: HttpRequest, operation: Operation) -> bytes:
    """Return the body; one byte more than the limit when there is more."""
    if not operation.changes or _is_form(request):
        return b""
    return request.read(BODY_LIMIT_BYTES + 1)


def _respond(
    request: HttpRequest, operation: Operation, answer: Answer
) -> HttpResponseBase:
    response = _response(answer)
    if not operation.changes and answer.status == 200:
        response = _conditional(request, response)
    is_public = operation.role is None
    _add_headers(response, may_be_stored=is_public and answer.status < 400)
    if is_public and "Cache-Control" not in response:
        response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Authorization", "Cookie"))
    return _without_body_for_head(request, response)


def _plain_response(request: HttpRequest, answer: Answer) -> HttpResponseBase:
    response = _response(answer)
    _add_headers(response, may_be_stored=False)
    return _without_body_for_head(request, response)


def _response(answer: Answer) -> HttpResponse:
    body = answer_bytes(answer)
    response = HttpResponse(body, status=answer.status, content_type=answer.media_type)
    if not body:
        del response["Content-Type"]
    for name, value in answer.headers.items():
        response[name] = one_line(value, limit=2000)
    return response


def _conditional(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if "ETag" not in response:
        response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    found = get_conditional_response(request, etag=response["ETag"], response=response)
    return found or response


def _add_headers(response: HttpResponse, *, may_be_stored: bool) -> None:
    extra = get_settings().csp_extra
    for name, value in security_headers(extra, may_be_stored=may_be_stored).items():
        response.setdefault(name, value)


def _without_body_for_head(
    request: HttpRequest, response: HttpResponse
) -> HttpResponse:
    if request.method == "HEAD":
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response
