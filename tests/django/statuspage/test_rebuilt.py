"""The runner brings what changed to the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.support import pages
from tests.support.pages import H

from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status
from pulseboard.history.observed import Observed
from pulseboard.incidents.models import Incident
from pulseboard.maintenance.models import Maintenance
from pulseboard.monitors.models import JobRun
from pulseboard.runner.clock import Clock
from pulseboard.runner.jobs import PAGES, TABLE, Jobs
from pulseboard.runner.record import record
from pulseboard.statuspage import store
from pulseboard.statuspage.render import kept
from pulseboard.statuspage.store import figures
from pulseboard.statuspage.store.outdated import WATCHED

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    store.forget()
    kept.forget()
    figures.forget()


def drain(table: Jobs) -> None:
    while not table.engine.is_idle():
        assert table.engine.answered.wait(10)
        table.collect()


def test_a_confirmed_outage_is_on_the_page_at_the_next_tick(
    client: Client, settings: object, tmp_path: object
) -> None:
    """S13, S14: not a minute later."""
    settings.PULSEBOARD = {"LOG_DIR": str(tmp_path)}  # type: ignore[attr-defined]
    now = datetime.now(UTC)
    pages.service("shop", (H, timedelta(days=2)), now=now - timedelta(minutes=1))
    pages.tick(now)
    store.rebuild(now)
    table = Jobs("one", Clock())
    # Every job of the table has had its turn in this slot.
    table.run_due(Clock().now())
    drain(table)
    assert b"All systems operational" in client.get("/health/status-page").content
    down = Outcome(Status.CRITICAL, "refused by 10.1.2.3:5432")
    for ago in (2, 1):
        record([Observed("shop", now - timedelta(seconds=ago), down, 0.1)], {}, now)
    assert store.is_outdated()
    table.run_due(Clock().now())
    drain(table)
    forget()
    page = client.get("/health/status-page").content
    assert b"Major outage: Shop is down" in page
    assert b"10.1.2.3" not in page
    assert not store.is_outdated()


def test_the_pages_are_a_job_of_every_minute() -> None:
    """S18"""
    (found,) = [job for job in TABLE if job.name == PAGES]
    assert found.every == timedelta(minutes=1)
    assert not JobRun.objects.exists()


def test_the_first_build_makes_the_page_that_shows_everything(client: Client) -> None:
    assert client.get("/health/status-page").status_code == 200
    store.rebuild(datetime.now(UTC))
    (page,) = store.pages()
    assert (page.slug, page.shows_everything) == ("default", True)


def test_incidents_and_maintenance_mark_the_page() -> None:
    assert {Incident, Maintenance} <= set(WATCHED)


def test_maintenance_is_on_the_page_and_out_of_uptime(client: Client) -> None:
    """X38, S14"""
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    pages.service(
        "shop",
        (H, timedelta(days=2)),
        (Status.CRITICAL, 1 * hour),
        now=now,
    )
    Maintenance.objects.create(
        title="Upgrade",
        starts_at=now - 2 * hour,
        ends_at=now + 2 * hour,
        monitors=["shop"],
    )
    pages.tick(now)
    store.rebuild(now)
    page = client.get("/health/status-page").content.decode()
    assert "Maintenance in progress: Shop, until" in page
    assert "Upgrade" in page
    assert ">100%<" in page
