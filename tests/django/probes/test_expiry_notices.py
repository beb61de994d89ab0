"""One notice for each step before a certificate ends. X39"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
from django.test import Client
from tests.support.certificates import write_pair

from pulseboard.alerts import store as alerts
from pulseboard.core.outcome import NOTICE, Outcome
from pulseboard.core.status import Status
from pulseboard.monitors import registry
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.run_now import run_now
from pulseboard.monitors.store import Change
from pulseboard.notifiers.models import Channel, Notification
from pulseboard.probes import store
from pulseboard.probes.models import Endpoint

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIRST, SECOND = (f"The certificate ends within {days} days." for days in (14, 7))


def _see(sentence: str) -> Outcome:
    """Let the monitor's last result say *sentence*."""
    Monitor.objects.filter(name="endpoint:shop").update(
        summary=sentence, details={NOTICE: sentence}
    )
    return Outcome(Status.WARNING, sentence, details={NOTICE: sentence})


def test_a_step_is_told_once_and_the_next_at_once() -> None:
    store.create({"title": "Shop", "target": "https://example.org/"}, NOW)
    outcome = _see(FIRST)
    change = Change(
        "endpoint:shop", "Shop", Status.HEALTHY, Status.WARNING, NOW, NOW, outcome
    )
    alerts.apply([change])

    assert alerts.remind(NOW + timedelta(days=5), HOUR) == 0

    _see(SECOND)
    assert alerts.remind(NOW + timedelta(days=7), HOUR) == 1
    assert alerts.remind(NOW + timedelta(days=9), HOUR) == 0


class Shop:
    """A server with a certificate that can be renewed, and the endpoint that asks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def sees(self, days: float) -> None:
        """Let it show a certificate of so many *days*, and ask it now."""
        now = datetime.now(UTC)
        pair = write_pair(self.folder, now - timedelta(days=60), now + days * DAY)
        self.context.load_cert_chain(*pair)
        run_now(["endpoint:shop"], "sue")


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Iterator[Shop]:
    settings.PULSEBOARD = {
        **settings.PULSEBOARD,
        "ALLOWED_NETWORKS": ["127.0.0.0/8"],
        "CHECKS": {},
    }
    Channel.objects.create(name="Ops", kind="log")
    made = Shop(tmp_path)
    with ThreadingTCPServer(("127.0.0.1", 0), StreamRequestHandler) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        server.socket = made.context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        spec = {
            **{"title": "Shop", "kind": "tls", "verify_tls": False, "retries": 0},
            "target": f"127.0.0.1:{server.server_address[1]}",
        }
        store.create(spec, datetime.now(UTC))
        yield made
        server.shutdown()
    registry._stored[-1].seen, registry._stored[-1].found = None, ()
    registry.forget()


def _told() -> list[str]:
    rows = Notification.objects.order_by("pk")
    return [row.subject.partition("] ")[2] for row in rows]


@pytest.mark.django_db(transaction=True)
def test_a_renewal_in_time_closes_the_notice_and_tells_nobody(
    shop: Shop, admin_client: Client
) -> None:
    """X39, X33"""
    shop.sees(days=40)
    shop.sees(days=13)
    shop.sees(days=89)

    assert _told() == ["Warning: Shop is beyond its limit"]
    (shown,) = admin_client.get("/health/api/alerts?resolved=true").json()["alerts"]
    assert shown["resolved"] is True
    assert "ends within 14 days" in shown["message"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("days", [0.5, -1])
def test_what_was_critical_is_closed_with_a_message(shop: Shop, days: float) -> None:
    """X39, X33"""
    shop.sees(days=13)
    shop.sees(days=days)
    shop.sees(days=89)

    opened, worse, closed = _told()
    assert opened.startswith("Warning: Shop")
    assert worse == "Critical: Shop got worse"
    assert closed.startswith("Recovered: Shop")


@pytest.mark.django_db(transaction=True)
def test_other_trouble_of_the_same_endpoint_is_closed_with_a_message(
    shop: Shop,
) -> None:
    """X33"""
    row = Endpoint.objects.get()
    spec = {**store.spec_of(row), "conditions": "warning: cert.days > 50"}
    store.change(row, spec, datetime.now(UTC))
    shop.sees(days=40)
    shop.sees(days=89)

    assert _told()[-1].startswith("Recovered: Shop")
