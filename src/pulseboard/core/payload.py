"""Requests read, checked and answered: what every adapter of operations shares."""

from __future__ import annotations

import functools
import json
import math
import re
import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter, ValidationError

from pulseboard.core.caller import Caller, CallerKind
from pulseboard.core.operations import Answer, Operation, names_of
from pulseboard.core.problem import PROBLEM_TYPE, Problem

BODY_LIMIT_BYTES = 256 * 1024
DEPTH_LIMIT = 32
#: Larger whole numbers do not fit the databases we run on.
INTEGER_LIMIT = 2**63
#: NUL and lone surrogates: PostgreSQL refuses the first, every driver the second.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def perform(
    operation: Operation,
    *,
    caller: Caller,
    path_values: Mapping[str, str],
    query: Mapping[str, list[str]],
    media_type: str,
    body: bytes,
) -> Answer:
    """
    Check role and request, call the function and return its answer.

    Raises:
        Problem: The call was refused, by us or by the function.
    """
    refuse_without_role(operation, caller)
    request = request_of(operation, path_values, query, media_type, body)
    result = operation.function(caller, request)
    return result if isinstance(result, Answer) else Answer(body=result)


def refuse_without_role(operation: Operation, caller: Caller) -> None:
    """Raise Problem 401 or 403 unless *caller* may call *operation*."""
    # Public first: asking a lazily recognised caller anything may cost a query.
    if operation.role is None or caller.may(operation.role):
        return
    if caller.is_recognised:
        raise Problem(403, f"This needs the role {operation.role.value}.")
    challenge = 'Bearer realm="pulseboard"'
    detail = "Sign in, or send a token."
    if caller.kind is CallerKind.INVALID_TOKEN:
        challenge += ', error="invalid_token"'
        detail = "The token is not valid, has expired or was revoked."
    raise Problem(401, detail, headers={"WWW-Authenticate": challenge})


def request_of(
    operation: Operation,
    path_values: Mapping[str, str],
    query: Mapping[str, list[str]],
    media_type: str,
    body: bytes,
) -> Any:
    """
    Return the request model filled from the call; None when none is declared.

    Raises:
        Problem: 400 with the names at fault, 413 or 415.
    """
    given = _query_values(operation, query)
    if operation.method not in ("GET", "DELETE"):
        _refuse_names(given, ())
        given = json_object(body, media_type)
    _refuse_names(given, set(names_of(operation.request)) - set(operation.placeholders))
    if operation.request is None:
        return None
    try:
        return _adapter(operation.request).validate_python({**given, **path_values})
    except ValidationError as error:
        raise _invalid(error, operation) from None


def json_object(body: bytes, media_type: str) -> dict[str, Any]:
    """
    Return the JSON object in *body*, empty when there is no body.

    Raises:
        Problem: Too large (413), not declared as JSON (415), or not an object that
            can be stored: malformed, too deep, ``NaN``, lone surrogates (400).
    """
    if len(body) > BODY_LIMIT_BYTES:
        raise Problem(413, f"The body may have at most {BODY_LIMIT_BYTES} bytes.")
    if not body.strip():
        return {}
    if not is_json(media_type):
        raise Problem(415, "Send the body as application/json.")
    value = read_json(body)
    if not isinstance(value, dict):
        raise Problem(400, "Expected a JSON object.")
    return value


def is_json(media_type: str) -> bool:
    """Return whether the header value *media_type* announces JSON."""
    kind = media_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def read_json(body: bytes) -> Any:
    """
    Return the value in *body*, safe to walk and to store.

    Raises:
        Problem: 400. Python's own reader takes NaN, duplicate names, lone
            surrogates and NUL, which the databases do not.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
        )
    # RecursionError is no ValueError, and 5,000 digits are one without being bad JSON.
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not well-formed JSON.") from None
    _refuse_unstorable(value)
    return value


def answer_bytes(answer: Answer) -> bytes:
    """Return the body of *answer* as it goes over the wire."""
    if answer.body is None:
        return b""
    if isinstance(answer.body, bytes):
        return answer.body
    if isinstance(answer.body, str):
        return answer.body.encode("utf-8", "replace")
    kind: type = type(answer.body)
    return _adapter(kind).dump_json(answer.body, by_alias=True)


def problem_answer(problem: Problem) -> Answer:
    """Return *problem* as an answer."""
    return Answer(
        status=problem.status,
        body=problem.body(),
        headers=problem.headers,
        media_type=PROBLEM_TYPE,
    )


def _query_values(
    operation: Operation, query: Mapping[str, list[str]]
) -> dict[str, Any]:
    lists = _list_names(operation.request)
    values: dict[str, Any] = {}
    for name, texts in query.items():
        if any("\x00" in text for text in [name, *texts]):
            raise Problem(400, "The query holds a NUL character.")
        if name not in lists and len(texts) != 1:
            raise Problem(400, errors=[(name, "Give it once.")])
        values[name] = texts if name in lists else texts[0]
    return values


def _refuse_names(given: Mapping[str, Any], known: set[str] | tuple[str, ...]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise Problem(
            400,
            "The request has names that are not known here.",
            errors=[(name, "Unknown name.") for name in unknown],
        )


def _invalid(error: ValidationError, operation: Operation) -> Problem:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    errors = [
        (".".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, "))
        for each in found
    ]
    # A path that names nothing possible, as alerts/abc, is not there.
    if any(name in operation.placeholders for name, _ in errors):
        return Problem(404, "There is nothing under this address.")
    return Problem(400, "The request has wrong values.", errors=errors)


@functools.cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@functools.cache
def _list_names(request: type | None) -> frozenset[str]:
    """Return which names of *request* may be given more than once in a query."""
    if request is None:
        return frozenset()
    if issubclass(request, BaseModel):
        kinds = {
            each.alias or name: each.annotation
            for name, each in request.model_fields.items()
        }
    else:
        kinds = get_type_hints(request)
    return frozenset(name for name, kind in kinds.items() if _is_list(kind))


def _is_list(kind: Any) -> bool:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return any(_is_list(each) for each in get_args(kind))
    return (origin or kind) in (list, tuple, set, frozenset)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate name")
    return found


def _refuse_unstorable(value: object) -> None:
    """Walk without recursion; stop at the first thing a database would refuse."""
    waiting: list[tuple[object, int]] = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > DEPTH_LIMIT:
            raise Problem(400, f"The body is nested deeper than {DEPTH_LIMIT}.")
        if isinstance(each, dict):
            waiting += [(part, depth + 1) for pair in each.items() for part in pair]
        elif isinstance(each, list):
            waiting += [(part, depth + 1) for part in each]
        elif not _is_storable(each):
            raise Problem(400, "The body holds a value that cannot be stored.")


def _is_storable(value: object) -> bool:
    if isinstance(value, str):
        return _UNSTORABLE.search(value) is None
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < INTEGER_LIMIT
