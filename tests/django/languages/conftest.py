"""
A page whose names hold no Latin letter, and a language made up for tests.

In that language every letter of every sentence is another one. What is still plain on a
page was never given to the translators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from django.utils import translation
from scripts import messages
from tests.support import pages

from pulseboard.access import language
from pulseboard.incidents.models import Incident, IncidentUpdate
from pulseboard.maintenance.models import Maintenance
from pulseboard.monitors.models import Component
from pulseboard.statuspage import store
from pulseboard.statuspage.models import StatusPage
from pulseboard.statuspage.render import kept
from pulseboard.statuspage.store import figures

PAGE = "/health/status-page"
MADE_UP = "en-xa"
_LETTERS = re.compile(r"%\(\w+\)[sd]|%%|[A-Za-z]")


@pytest.fixture(autouse=True)
def _nothing_kept(settings: Any) -> Iterator[None]:
    settings.TIME_ZONE = "UTC"
    settings.PULSEBOARD = {
        **settings.PULSEBOARD,
        "SERVICE_NAME": "例",
        "PUBLIC_URL": "https://status.example",
    }
    forget()
    yield
    forget()


def forget() -> None:
    store.forget()
    kept.forget()
    figures.forget()


@pytest.fixture
def site(db: None) -> StatusPage:
    """The eight services with an incident, planned work, and names without Latin."""
    now = datetime.now(UTC)
    pages.acme(now)
    _rename()
    affected = Component.objects.get(slug="email-delivery")
    _incident(affected, now - timedelta(hours=2), "investigating", None)
    _incident(affected, now - timedelta(days=4), "resolved", now - timedelta(days=3))
    _maintenance(affected, now)
    pages.tick(now)
    store.rebuild(now)
    StatusPage.objects.update(title="例のページ", shows_resources=True)
    store.rebuild(now)
    forget()
    return StatusPage.objects.get(slug="default")


@pytest.fixture
def made_up(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Teach Django the made-up language, and let visitors ask for it."""
    catalog = messages.template()
    for row in catalog:
        if row.id and row.context != "date format":
            forms = row.id if isinstance(row.id, tuple) else (row.id,)
            said = tuple(odd(form) for form in forms)
            row.string = said if isinstance(row.id, tuple) else said[0]
    target = tmp_path / "en_XA/LC_MESSAGES/django.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, catalog)
    settings.LOCALE_PATHS = [tmp_path]
    monkeypatch.setattr(language, "LANGUAGES", (*language.LANGUAGES, MADE_UP))
    yield MADE_UP
    translation.deactivate()


def odd(sentence: str) -> str:
    """Return *sentence* in wide letters; gaps stay as they are."""
    return _LETTERS.sub(_odd, sentence)


def _odd(found: re.Match[str]) -> str:
    text = found[0]
    return text if text.startswith("%") else chr(ord(text) + 0xFEE0)


def _rename() -> None:
    for place, row in enumerate(Component.objects.order_by("slug")):
        row.name, row.description = f"名前{place}", "説明" if row.description else ""
        row.group = "組" if row.group else ""
        row.save()


def _incident(
    affected: Component, started: datetime, phase: str, resolved: datetime | None
) -> Incident:
    row = Incident.objects.create(
        title="題", impact="partial_outage", phase=phase, started_at=started,
        created_at=started, is_published=True, published_at=started,
        resolved_at=resolved,
        next_update_at=None if resolved else started + timedelta(hours=9),
        postmortem="本文" if resolved else "",
    )  # fmt: skip
    row.components.set([affected])
    IncidentUpdate.objects.create(incident=row, phase=phase, text="本文", at=started)
    return row


def _maintenance(affected: Component, now: datetime) -> None:
    Maintenance.objects.create(
        title="作業",
        description="説明",
        starts_at=now - timedelta(minutes=5),
        ends_at=now + timedelta(hours=1),
        components=[affected.slug],
    )
