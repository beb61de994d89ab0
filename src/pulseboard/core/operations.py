"""
The registry of operations: what can be asked of us, whatever framework carries it.

    room/operations.py --register--> operations() --+--> Django views (api)
                                                    +--> FastAPI routes
                                                    +--> OpenAPI document

An adapter brings the transport (recognising the caller, rate limits, CSRF, audit,
transaction, headers); `payload.perform` is the part that all of them share.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from pulseboard.core.caller import Caller
from pulseboard.core.errors import ConfigError
from pulseboard.core.roles import Role

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

#: Which of `RATE_LIMITS` counts the call.
Bucket = Literal["read", "write", "run"]

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}", re.ASCII)
PATH = re.compile(
    r"(?:[A-Za-z0-9._-]+|\{[a-z][a-z0-9_]*\})(?:/(?:[A-Za-z0-9._-]+|\{[a-z][a-z0-9_]*\}))*",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What an operation answers when a plain response model is not enough.

    Args:
        body: A model or plain data, sent as JSON; text or bytes, sent as they are
            under *media_type*; None for an empty body.
        headers: Added, and stronger than those of the adapter.
    """

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


#: Gets the caller and the request model, None when the operation declares none.
#: Returns the response model or an `Answer`, or raises `Problem`.
OperationFunction = Callable[[Caller, Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """
    One thing that can be asked.

    Args:
        path: Below the mount point, no slash at either end; ``{name}`` stands for
            one segment and fills the field *name* of the request model.
        role: The least role that may call. None: anyone; the function then decides by
            `caller.role` what to show.
        response: Model or dataclass of a good answer; None when there is no body.
        request: Model or dataclass filled from path and query (GET, DELETE) or path
            and JSON body. Names it does not declare are refused.
        bucket: ``write`` runs in one transaction with its audit row; ``run`` may take
            long and therefore does not.

    Raises:
        ConfigError: The parts contradict each other.
    """

    path: str
    method: Method
    role: Role | None
    function: OperationFunction
    response: type | None
    request: type | None = None
    summary: str = ""
    bucket: Bucket = "read"

    def __post_init__(self) -> None:
        if not PATH.fullmatch(self.path):
            raise ConfigError(
                f"expected a path such as 'api/alerts/{{id}}', got {self.path!r}"
            )
        if self.method not in METHODS:
            raise ConfigError(f"{self.path}: expected a method of {', '.join(METHODS)}")
        if self.changes == (self.bucket == "read"):
            raise ConfigError(
                f"{self.name}: GET goes with the bucket 'read', others with 'write' "
                "or 'run'"
            )
        for placeholder in self.placeholders:
            if placeholder not in names_of(self.request):
                raise ConfigError(
                    f"{self.name}: the request model has no field {placeholder!r}"
                )

    @property
    def name(self) -> str:
        """Method and path, as the audit names it."""
        return f"{self.method} {self.path}"

    @property
    def changes(self) -> bool:
        """Whether a call may change something; GET never does."""
        return self.method != "GET"

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Names between braces in the path."""
        return tuple(PLACEHOLDER.findall(self.path))


def names_of(request: type | None) -> tuple[str, ...]:
    """Return the names that the request model *request* takes from outside."""
    if request is None:
        return ()
    if issubclass(request, BaseModel):
        return tuple(each.alias or name for name, each in request.model_fields.items())
    if is_dataclass(request):
        return tuple(each.name for each in fields(request))
    raise ConfigError(f"expected a model or dataclass, got {request.__name__}")


_registered: dict[tuple[str, str], Operation] = {}


def register(operation: Operation) -> Operation:
    """
    Add *operation* to what every adapter offers, and return it.

    Raises:
        ConfigError: Another one has this path and method.
    """
    key = (operation.path, operation.method)
    if _registered.get(key, operation) != operation:
        raise ConfigError(f"two operations are {operation.name}")
    _registered[key] = operation
    return operation


def operations() -> tuple[Operation, ...]:
    """Return every registered operation, by path and method."""
    return tuple(_registered[key] for key in sorted(_registered))


class Adapter(Protocol):
    """
    What carries calls between a web framework and the operations.

    Each adapter, in this order: recognises the caller; answers 429 past the rate
    limit; 401 or 403 to a caller without the role; 403 to a signed-in browser that
    changes something without its CSRF token; 400, 413 or 415 to a request it cannot
    read; then calls the function, once. A change and its audit row are one
    transaction. Whatever is raised becomes a problem document, never a traceback.
    A public operation costs no query of the adapter's own.
    """

    def answer(
        self,
        operation: Operation,
        *,
        caller: Caller,
        path_values: Mapping[str, str],
        query: Mapping[str, list[str]],
        media_type: str,
        body: bytes,
    ) -> Answer:
        """Return the answer to one call; refusals are answers too."""
        ...
