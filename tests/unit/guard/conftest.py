"""Listeners for the guard's tests."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from tests.unit.guard.listeners import Listener, listening


@pytest.fixture
def serve() -> Iterator[Callable[..., Listener]]:
    """Start as many listeners as the test asks for."""
    with contextlib.ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(listening(*args, **kwargs))
