"""
One request to each route, inside this process, undone afterwards.

Nothing has to be running for it. What a view writes to the databases is rolled back;
only those addresses are asked that mean to answer a stranger.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
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
def visitor() -> Iterator[Client]:
    """Give a client whose requests leave nothing in the databases, nor send mail."""
    with override_settings(**_silent_mail()):
        yield Client(raise_request_exception=False, headers={"host": _host()})


def ask(client: Client, route: Route, method: str) -> Measured:
    """Return what *route* answers to *method*; POST sends ``{}``."""
    started = time.perf_counter()
    try:
        with _rolled_back():
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
        with _rolled_back():
            response = client.get(path, headers={"accept": "application/json"})
            body = response.content
        return json.loads(body) if len(body) <= MOST_BYTES else None
    except Exception:  # no schema, or a view that streams, or raises
        return None


@contextlib.contextmanager
def _rolled_back() -> Iterator[None]:
    """Undo what is written inside: for each request alone, or one error spoils all."""
    with contextlib.ExitStack() as stack:
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        yield


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
    nowhere = "django.core.mail.backends.dummy.EmailBackend"
    if getattr(settings, "MAILERS", None):  # Django 6.1 and later
        return {"MAILERS": {"default": {"BACKEND": nowhere}}}
    return {"EMAIL_BACKEND": nowhere}
