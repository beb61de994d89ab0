"""A site with a public component, and letters that land in Django's outbox."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail

from pulseboard.access import store as access
from pulseboard.access.limiter import Limiter
from pulseboard.incidents.models import Incident
from pulseboard.monitors.models import Component
from pulseboard.notifiers import store as outbox

START = datetime(2025, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Without the calls that another test made, and with an address for links."""
    monkeypatch.setattr(access, "_limiter", Limiter())
    settings.PULSEBOARD = {
        "SERVICE_NAME": "Acme",
        "PUBLIC_URL": "https://status.example",
    }


@pytest.fixture
def email() -> Component:
    return Component.objects.create(slug="email", name="Email delivery", is_public=True)


@pytest.fixture
def search() -> Component:
    return Component.objects.create(slug="search", name="Search", is_public=True)


@pytest.fixture
def incident(email: Component) -> Incident:
    """A draft about mail, half an hour old."""
    row = Incident.objects.create(
        title="Email delivery is failing",
        impact="partial_outage",
        started_at=START,
        created_at=START,
    )
    row.components.set([email])
    return row


@pytest.fixture
def delivered() -> Callable[[], list[Any]]:
    """Send what waits, and return the mails that were sent for it."""

    def delivered() -> list[Any]:
        before = len(mail.outbox)
        while outbox.deliver("test", lambda: datetime.now(UTC)):
            pass
        return mail.outbox[before:]

    return delivered


def links_in(message: Any) -> dict[str, str]:
    """Return the links of a mail by their words, without the host."""
    found = re.findall(r"^([\w ]+): https://status\.example(\S+)$", message.body, re.M)
    return dict(found)
