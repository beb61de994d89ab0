"""Listeners for the guard's tests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import pytest
from tests.unit.guard.listeners import Listener, listening


@pytest.fixture
def serve() -> Iterator[Callable[..., Listener]]:
    """Start as many listeners as the test asks for."""
    with contextlib.ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(listening(*args, **kwargs))


@pytest.fixture(params=["asyncio", "uvloop"])
def event_loop_kind(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run `asyncio.run` on the event loop of the library, then on uvloop."""
    if request.param == "uvloop":
        uvloop = pytest.importorskip("uvloop")
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    try:
        yield request.param
    finally:
        asyncio.set_event_loop_policy(None)
