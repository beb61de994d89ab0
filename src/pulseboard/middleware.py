"""
Counts the host's requests, times them, and starts the runner of the process.

One class for WSGI and ASGI: an old-style hop to a thread would cost an ASGI host
more than everything else we do.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from pulseboard.conf import get_settings
from pulseboard.core.errors import ConfigError
from pulseboard.runner import embedded
from pulseboard.traffic.store import note

HEADER = "X-Response-Time"
UNMATCHED = "(no route)"


class PulseboardMiddleware:
    """Put it first, so that its time covers everything below."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.sends_header = _starts()
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(
        self, request: HttpRequest
    ) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._acall(request)
        embedded.before_request()
        started = time.perf_counter()
        response: HttpResponseBase = self.get_response(request)
        written = self._count(request, response, time.perf_counter() - started)
        if written is not None:
            written.wait(embedded.WRITTEN_SECONDS)
        return response

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        embedded.before_request()
        started = time.perf_counter()
        response: HttpResponseBase = await self.get_response(request)
        written = self._count(request, response, time.perf_counter() - started)
        if written is not None:
            await asyncio.to_thread(written.wait, embedded.WRITTEN_SECONDS)
        return response

    def _count(
        self, request: HttpRequest, response: HttpResponseBase, seconds: float
    ) -> threading.Event | None:
        """Never raises: a request must not fail because it was counted."""
        try:
            if self.sends_header:
                response.headers[HEADER] = f"{seconds:.6f}"
            match = request.resolver_match
            route = f"/{match.route}" if match is not None else UNMATCHED
            note(route, request.method or "", response.status_code, seconds)
            return embedded.after_request()
        except Exception:
            self.sends_header = False
            return None


def _starts() -> bool:
    """Start the runner; return whether answers get the header."""
    try:
        settings = get_settings()
    except ConfigError:
        return False  # `manage.py check` says what is wrong; the host goes on
    if not settings.enabled:
        raise MiddlewareNotUsed("PULSEBOARD['ENABLED'] is off")
    embedded.arm()
    return settings.response_time_header
