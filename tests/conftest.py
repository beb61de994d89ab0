"""Real servers for any test that asks: one of each per process, started lazily."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support import servers


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    yield from _served(servers.Postgres())


@pytest.fixture(scope="session")
def mariadb() -> Iterator[servers.MariaDB]:
    yield from _served(servers.MariaDB())


@pytest.fixture(scope="session")
def redis() -> Iterator[servers.Redis]:
    yield from _served(servers.Redis())


@pytest.fixture(scope="session")
def memcached() -> Iterator[servers.Memcached]:
    yield from _served(servers.Memcached())


@pytest.fixture(scope="session")
def smtp_sink() -> Iterator[servers.SmtpSink]:
    yield from _served(servers.SmtpSink())


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    return servers.find("chromium")


def pytest_configure() -> None:
    """Let the servers we start hear Ctrl-C, though we may run in the background."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)


_started: list[servers.Server] = []


def _served(server: Any) -> Iterator[Any]:
    with server:
        _started.append(server)
        yield server
        _started.remove(server)


@pytest.fixture(autouse=True)
def _servers_repaired() -> Iterator[None]:
    """What one test stopped, killed or paused serves the next one again."""
    yield
    for server in _started:
        if server.is_disturbed or not server.is_running:
            server.start()
