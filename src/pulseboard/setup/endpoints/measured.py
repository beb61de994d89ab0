"""
One request to each route, inside this process, undone afterwards.

Nothing has to be running for it. What a view writes to the databases is rolled back;
only those addresses are asked that mean to answer a stranger.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.http import HttpResponseBase
from django.test import Client, override_settings

from pulseboard.setup.endpoints.route import Route

#: A body larger than this is no schema that we would read.
MOST_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """
    What a route answered.

    Args:
        status: 0 when it raised.
        allows: What a refusal of GET says it would take instead.
        is_json: Whether the answer was JSON.
    """

    route: Route
    method: str
    status: int
    seconds: float
    allows: frozenset[str] = frozenset()
    is_json: bool = False


@contextlib.contextmanager
def undone() -> Iterator[Client]:
    """Give a client whose requests leave nothing in the databases, nor send mail."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(override_settings(**_silent_mail()))
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        host = _host()
        yield Client(raise_request_exception=False, headers={"host": host})


def measure(client: Client, routes: Iterable[Route]) -> list[Measured]:
    """Return what each of *routes* answers to GET."""
    return [ask(client, route, "GET") for route in routes]


def ask(client: Client, route: Route, method: str) -> Measured:
    """Return what *route* answers to *method*; POST sends ``{}``."""
    started = time.perf_counter()
    try:
        response: Any = client.generic(
            method,
            route.path,
            data="{}" if method == "POST" else "",
            content_type="application/json",
            secure=bool(getattr(settings, "SECURE_SSL_REDIRECT", False)),
        )
    except Exception:  # a view of the host's may do anything
        seconds = time.perf_counter() - started
        return Measured(route=route, method=method, status=0, seconds=seconds)
    return Measured(
        route=route,
        method=method,
        status=response.status_code,
        seconds=time.perf_counter() - started,
        allows=_allowed(response),
        is_json="json" in response.headers.get("Content-Type", ""),
    )


def read_document(client: Client, path: str) -> object:
    """Return the JSON at *path*, None when there is none."""
    try:
        response = client.get(path, headers={"accept": "application/json"})
        body = response.content
        return json.loads(body) if len(body) <= MOST_BYTES else None
    except Exception:  # no schema, or a view that streams, or raises
        return None


def _allowed(response: HttpResponseBase) -> frozenset[str]:
    text = response.headers.get("Allow", "") if response.status_code == 405 else ""
    return frozenset(part.strip().upper() for part in text.split(",") if part.strip())


def _host() -> str:
    """Return a host name that Django accepts."""
    for name in settings.ALLOWED_HOSTS:
        if name.startswith("."):
            return f"www{name}"
        if name != "*":
            return str(name)
    return "localhost"


def _silent_mail() -> dict[str, Any]:
    memory = "django.core.mail.backends.locmem.EmailBackend"
    if getattr(settings, "MAILERS", None):  # Django 6.1 and later
        return {"MAILERS": {"default": {"BACKEND": memory}}}
    return {"EMAIL_BACKEND": memory}
