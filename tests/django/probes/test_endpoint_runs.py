"""An endpoint is asked by the runner and shown. S2, S4, S5"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from pulseboard.monitors import registry
from pulseboard.monitors.models import Monitor
from pulseboard.probes import store
from pulseboard.probes.models import Endpoint
from pulseboard.runner.tick import Runner

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def listening() -> Iterator[int]:
    """A port that answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def accept() -> None:
            while not stop.is_set():
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        stop.set()


@pytest.fixture(autouse=True)
def _own_monitors_only(settings) -> Iterator[None]:
    settings.PULSEBOARD = {
        **settings.PULSEBOARD,
        "ALLOWED_NETWORKS": ["127.0.0.0/8"],
        "CHECKS": {},
    }
    yield
    registry._stored[-1].seen, registry._stored[-1].found = None, ()
    registry.forget()


def _run() -> None:
    runner = Runner("called", max_workers=4, tick_every=timedelta(seconds=1))
    runner.step()
    runner.drain()
    runner.stop()


def test_a_new_endpoint_is_shown_as_not_yet_and_then_asked(
    listening: int, admin_client: Client
) -> None:
    """S2"""
    spec = {"title": "Front door", "kind": "tcp", "target": f"127.0.0.1:{listening}"}

    row = store.create(spec, NOW, who="sue")

    assert row.monitor.ran_at is None
    assert "Front door" in admin_client.get("/health/dashboard/").content.decode()
    _run()
    row.monitor.refresh_from_db()
    assert row.monitor.status == "healthy"
    assert row.monitor.ran_at is not None


def test_an_endpoint_of_the_settings_is_asked_and_listed_read_only(
    listening: int, settings
) -> None:
    """S2"""
    settings.PULSEBOARD = {
        **settings.PULSEBOARD,
        "ENDPOINTS": {
            "Front door": {"kind": "tcp", "target": f"127.0.0.1:{listening}"}
        },
    }

    _run()

    row = Endpoint.objects.get()
    assert row.source == "PULSEBOARD.ENDPOINTS"
    assert Monitor.objects.get(name="endpoint:front-door").status == "healthy"
