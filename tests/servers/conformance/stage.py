"""
Fills a project with everything that its public pages can show; run by its own shell.

Prints one JSON object: addresses to look at, and mails as they were written.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from tests.support import pages

from pulseboard.incidents import store as incidents
from pulseboard.incidents.models import Incident, Subscriber
from pulseboard.incidents.store.links import CHOOSE, CONFIRM, UNSUBSCRIBE, token_of
from pulseboard.incidents.story import Phase
from pulseboard.maintenance.models import Maintenance
from pulseboard.monitors.models import Component
from pulseboard.notifiers import store as outbox
from pulseboard.notifiers.channels.email import _html
from pulseboard.notifiers.message import Message
from pulseboard.statuspage import store
from pulseboard.statuspage.models import StatusPage

PAGE = "/health/status-page"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def main() -> None:
    now = datetime.now(UTC)
    pages.acme(now)
    pages.tick(now)
    _subscriber(now)
    row = _incident(now)
    Maintenance.objects.create(
        title="Database upgrade; bigger, better", kind="once", zone="Europe/Madrid",
        starts_at=now + DAY, ends_at=now + DAY + 60 * MINUTE, components=["search"],
        description="Reads go on.\nWrites wait.",
    )  # fmt: skip
    StatusPage.objects.update_or_create(
        slug="default",
        defaults={
            "title": "Acme & Sons", "shows_everything": True, "may_be_embedded": True,
        },
    )  # fmt: skip
    store.rebuild(now)
    json.dump(
        {
            "pages": _pages(row, now),
            "mails": _mails(now),
            "cookie": _session(),
        },
        sys.stdout,
    )


def _subscriber(now: datetime) -> None:
    incidents.subscribe("anna@example.org", "en", None, now)
    incidents.confirm(Subscriber.objects.get(), now)


def _incident(now: datetime) -> Incident:
    row = Incident(
        title="Email <delivery> is failing",
        impact="partial_outage",
        started_at=now - 150 * MINUTE,
        postmortem="## What happened\n\n- The *provider* said `no`.\n- We asked again.",
    )
    incidents.begin(row, [Component.objects.get(slug="email-delivery")], "ana", now)
    text = (
        "Messages **wait** & go later.\n\n1. We look\n2. [More](https://example.org/)"
    )
    at = now - 144 * MINUTE
    incidents.add_update(row, Phase.IDENTIFIED, text, "ana", now, at=at)
    incidents.publish(row, now, notify=True)
    incidents.add_update(row, Phase.RESOLVED, "A new key.", "ana", now, notify=True)
    return row


def _pages(row: Incident, now: datetime) -> list[str]:
    person = Subscriber.objects.get().key
    links = {"confirm": CONFIRM, "subscription": CHOOSE, "unsubscribe": UNSUBSCRIBE}
    return [
        PAGE,
        f"{PAGE}?window=24h&theme=dark",
        f"{PAGE}?lang=ar&theme=contrast",
        f"{PAGE}/incidents/{row.key}",
        f"{PAGE}/history/{now:%Y-%m}",
        f"{PAGE}/services/public-api",
        f"{PAGE}/uptime/public-api?window=30d",
        f"{PAGE}/uptime",
        f"{PAGE}/embed",
        f"{PAGE}/subscribe",
        *(f"{PAGE}/{path}/{token_of(person, use)}" for path, use in links.items()),
    ]


def _mails(now: datetime) -> list[str]:
    """Return the HTML of every kind of mail."""
    mail.outbox = []  # type: ignore[attr-defined]
    while outbox.deliver("test", lambda: datetime.now(UTC)):
        pass
    letters = [html for each in mail.outbox for html, kind in each.alternatives]
    alert = Message(
        key="k", thread="t", subject="[Acme] Critical: Email <is> down",
        body="(X) Email is down\n\nSince 21:05 & going on.\n", severity="critical",
    )  # fmt: skip
    return [*map(str, letters), _html(alert)]


def _session() -> str:
    """Return the cookie of a person who may do everything."""
    user = User.objects.create_superuser("admin", "", "admin")
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"sessionid={session.session_key}"


main()
