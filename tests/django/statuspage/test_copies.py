"""S13, X22: copies of the public pages in a storage, for when the app is dead."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage, storages
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from tests.support import pages

from pulseboard.monitors.models import Component, JobRun
from pulseboard.runner import jobs
from pulseboard.runner.clock import Clock
from pulseboard.statuspage import storage, store
from pulseboard.statuspage.models import PageComponent, StatusPage
from pulseboard.statuspage.store import figures

pytestmark = pytest.mark.django_db

FILES = {
    "index.html", "status-page.json", "status-page.md", "status-page.atom",
    "status-page.ics", "status.css",
}  # fmt: skip
MINUTE = timedelta(minutes=1)


class Failing(InMemoryStorage):
    """A storage that is full."""

    def _save(self, name: str, content: Any) -> str:
        raise OSError("no space left")


class Hanging(InMemoryStorage):
    """A storage that never answers."""

    released = threading.Event()

    def exists(self, name: str) -> bool:
        self.released.wait()
        raise TimeoutError


class Counting(InMemoryStorage):
    """A storage that knows what was written."""

    saved: list[str] = []

    def _save(self, name: str, content: Any) -> str:
        self.saved.append(name)
        return super()._save(name, content)


@pytest.fixture(autouse=True)
def _a_new_process() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    storage.forget()
    store.forget()
    figures.forget()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def acme(now: datetime) -> StatusPage:
    pages.acme(now)
    pages.tick(now)
    store.rebuild(now)
    return StatusPage.objects.get(slug="default")


@pytest.fixture
def into(settings: Any, tmp_path: Path) -> Any:
    """Return how to choose the storage that copies go into."""

    def into(backend: type = InMemoryStorage, **options: Any) -> Any:
        name = f"{backend.__module__}.{backend.__qualname__}"
        settings.STORAGES = {
            **settings.STORAGES,
            "copies": {"BACKEND": name, "OPTIONS": options},
        }
        settings.PULSEBOARD = {
            **getattr(settings, "PULSEBOARD", {}),
            "STATUS_PAGE_STORAGE": "copies",
            "PUBLIC_URL": "https://shop.example",
        }
        # Of this module's backends there is no import path: tests are no package.
        made = backend(**options)
        storages._storages["copies"] = made
        return made

    return into


def read(place: Any, name: str) -> str:
    with place.open(name) as file:
        return str(file.read().decode())


def later(now: datetime) -> datetime:
    """Let the runner tick a minute later, and forget how fresh the copies are."""
    moment = now + MINUTE
    pages.tick(moment)
    store.rebuild(moment)
    storage._written.copied_at = float("-inf")
    return moment


def test_without_a_storage_nothing_is_written(acme: StatusPage, now: datetime) -> None:
    """X22"""
    assert not storage.is_due()
    storage.copy_pages(now)


@pytest.mark.parametrize("backend", [FileSystemStorage, InMemoryStorage])
def test_every_form_of_the_page_is_there(
    backend: Any, into: Any, acme: StatusPage, now: datetime, tmp_path: Path
) -> None:
    """S13, X22"""
    options = {"location": tmp_path} if backend is FileSystemStorage else {}
    place = into(backend, **options)
    storage.copy_pages(now)
    assert FILES | {"copies.json"} <= set(place.listdir("")[1])
    assert "Partial outage" in read(place, "index.html")
    assert json.loads(read(place, "status-page.json"))["page"]
    assert read(place, "status-page.atom").startswith("<?xml")
    assert read(place, "status-page.ics").startswith("BEGIN:VCALENDAR")


def test_the_copy_needs_no_server(into: Any, acme: StatusPage, now: datetime) -> None:
    """S13: what it loads lies beside it, where it leads is the application"""
    place = into()
    storage.copy_pages(now)
    html = read(place, "index.html")
    loaded = re.findall(r'<(?:script|img)[^>]* src="([^"]*)"', html)
    loaded += re.findall(r'<link rel="stylesheet" href="([^"]*)"', html)
    assert "status.css" in loaded
    for name in loaded:
        assert place.exists(name), name
    for url in re.findall(r'<a [^>]*href="([^"]*)"', html):
        beside = url.startswith("#") or place.exists(url)
        assert beside or url.startswith("https://shop.example/health/"), url


def test_the_copy_says_when_it_was_made(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """X22: nothing marks a file as stale when its writer is dead"""
    StatusPage.objects.filter(pk=acme.pk).update(zone="Asia/Tokyo")
    place = into()
    storage.copy_pages(now)
    there = now.astimezone(ZoneInfo("Asia/Tokyo"))
    made = f"{there.day} {there:%b %Y} at {there:%H:%M:%S}"
    assert f"This copy was made on {made}" in read(place, "index.html")


def test_the_copy_is_in_the_language_of_the_page(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """X21"""
    StatusPage.objects.filter(pk=acme.pk).update(language="ar")
    place = into()
    storage.copy_pages(now)
    assert '<html lang="ar" dir="rtl"' in read(place, "index.html")


def test_logo_and_colours_lie_beside_the_page(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """S15"""
    StatusPage.objects.filter(pk=acme.pk).update(
        logo=b"\x89PNG\r\n\x1a\nrest",
        logo_type="image/png",
        logo_digest="1" * 16,
        primary_colour="#0d5b9b",
    )
    place = into()
    storage.copy_pages(now)
    html = read(place, "index.html")
    assert 'src="logo.png"' in html
    assert 'href="colours.css"' in html
    assert "--" in read(place, "colours.css")
    assert place.exists("logo.png")


def test_a_private_page_is_never_written(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """X19"""
    StatusPage.objects.create(
        slug="partners", title="Partners", visibility="token", shows_everything=True
    )
    place = into()
    storage.copy_pages(now)
    assert place.listdir("")[0] == []
    assert "partners" not in read(place, "copies.json").lower()


@pytest.mark.parametrize("forgets", [False, True], ids=["at work", "after a restart"])
def test_a_page_that_became_private_is_taken_away(
    forgets: bool, into: Any, acme: StatusPage, now: datetime
) -> None:
    """X19"""
    page = StatusPage.objects.create(
        slug="partners", title="Partners", shows_everything=True
    )
    place = into()
    storage.copy_pages(now)
    assert place.exists("partners/index.html")
    page.visibility = "login"
    page.save()
    if forgets:
        storage.forget()
    storage.copy_pages(later(now))
    assert place.listdir("partners")[1] == []
    assert "partners" not in read(place, "copies.json")
    assert place.exists("index.html")


def test_what_another_process_wrote_is_taken_away_too(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """X19: two runners may take turns"""
    place = into()
    storage.copy_pages(now)
    known = storage._written.listed
    page = StatusPage.objects.create(slug="partners", title="Partners")
    storage.forget()
    storage.copy_pages(later(now))
    assert place.exists("partners/index.html")
    page.delete()
    storage._written.listed = known
    storage.copy_pages(later(now))
    assert place.listdir("partners")[1] == []
    assert "partners" not in read(place, "copies.json")


def test_what_another_process_took_away_comes_back(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """S13"""
    place = into()
    storage.copy_pages(now)
    place.delete("index.html")
    place.delete("status.css")
    place.delete("copies.json")
    storage.copy_pages(later(now))
    assert set(place.listdir("")[1]) >= FILES


def test_the_copy_leads_to_the_form_of_the_application(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """S13, X18"""
    StatusPage.objects.filter(pk=acme.pk).update(language="de")
    place = into()
    storage.copy_pages(now)
    url = "https://shop.example/health/status-page/subscribe?lang=de"
    assert f'href="{url}"' in read(place, "index.html")


def test_a_deleted_page_is_taken_away_and_nothing_else(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """X19"""
    page = StatusPage.objects.create(slug="partners", title="Partners")
    place = into()
    place.save("partners/report.pdf", ContentFile(b"of somebody else"))
    storage.copy_pages(now)
    page.delete()
    storage.copy_pages(later(now))
    assert place.listdir("partners")[1] == ["report.pdf"]


def test_a_forged_list_deletes_nothing_of_others(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """X19: whoever can write there cannot make us delete more"""
    place = into()
    place.save("secrets.txt", ContentFile(b"of somebody else"))
    names = ["secrets.txt", "../settings.py", 7, "a/b/index.html"]
    place.save("copies.json", ContentFile(json.dumps({"files": names}).encode()))
    storage.copy_pages(now)
    assert place.exists("secrets.txt")


def test_a_private_component_is_in_no_copy(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """X19: also in the moment when a private page has just become public"""
    hidden = Component.objects.create(slug="vault", name="Vault", is_public=False)
    page = StatusPage.objects.create(slug="own", title="Own", visibility="token")
    PageComponent.objects.create(page=page, component=hidden)
    store.rebuild(now)
    StatusPage.objects.filter(pk=page.pk).update(visibility="public")
    place = into()
    storage.copy_pages(now)
    assert place.exists("own/index.html")
    for folder in ("", "own/"):
        for name in place.listdir(folder or "")[1]:
            assert "vault" not in read(place, folder + name).lower()


def test_a_change_is_due_at_once_and_only_once(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """S13"""
    into()
    assert storage.is_due()
    storage.copy_pages(now)
    assert not storage.is_due()
    StatusPage.objects.filter(pk=acme.pk).update(title="Renamed")
    store.rebuild(now + MINUTE)
    assert storage.is_due()


def test_only_what_changed_is_written(
    into: Any, acme: StatusPage, now: datetime
) -> None:
    """S13"""
    Counting.saved = []
    place = into(Counting)
    storage.copy_pages(now)
    first, Counting.saved = set(place.saved), []
    storage.copy_pages(later(now))
    assert first >= FILES
    assert "index.html" in Counting.saved
    assert not {"status.css", "status-page.ics", "copies.json"} & set(Counting.saved)


def test_a_file_is_never_seen_half_written(
    into: Any, acme: StatusPage, now: datetime, tmp_path: Path
) -> None:
    """S13: what was opened before the change stays whole"""
    place = into(FileSystemStorage, location=tmp_path)
    storage.copy_pages(now)
    with (tmp_path / "index.html").open() as before:
        storage.copy_pages(later(now))
        assert before.read().endswith("</html>\n")
    assert not [name for name in place.listdir("")[1] if name.startswith(".")]


def test_a_storage_that_fails_is_told_and_tried_again_with_the_next_minute(
    into: Any, acme: StatusPage, now: datetime, caplog: Any
) -> None:
    """X22"""
    into(Failing)
    for number in (1, 2):
        with pytest.raises(OSError, match="no space"):
            storage.copy_pages(now)
        assert f"failed {number} times in a row: OSError" in caplog.text
    assert not storage.is_due()


def test_the_alias_must_exist(settings: Any) -> None:
    """G8"""
    settings.PULSEBOARD = {"STATUS_PAGE_STORAGE": "bucket"}
    with pytest.raises(SystemCheckError, match=r"STATUS_PAGE_STORAGE.*'bucket'"):
        call_command("check")


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> jobs.Jobs:
    """Return the jobs of a runner that has none but the copies to make."""
    settings.PULSEBOARD = {"LOG_DIR": str(tmp_path / "logs")}
    short = jobs.Scheduled(
        name=jobs.COPIES, every=MINUTE, run=jobs.copy_pages, timeout_seconds=0.3
    )
    monkeypatch.setattr(jobs, "TABLE", (short,))
    return jobs.Jobs("test", Clock())


def drain(table: jobs.Jobs) -> str:
    """Let the jobs end, and return what the last one failed with."""
    while not table.engine.is_idle():
        table.engine.answered.wait(table.engine.seconds_to_deadline())
        table.collect()
    return JobRun.objects.get(name=jobs.COPIES).error


class TestJob:
    """What the runner makes of it."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_the_runner_copies(
        self, into: Any, acme: StatusPage, table: jobs.Jobs
    ) -> None:
        """S13, X22"""
        place = into()
        table.run_due(table._clock.now())
        assert drain(table) == ""
        assert place.exists("index.html")

    def test_a_failure_is_in_the_table_of_jobs(
        self, into: Any, acme: StatusPage, table: jobs.Jobs, tmp_path: Path
    ) -> None:
        """X22"""
        into(Failing)
        table.run_due(table._clock.now())
        assert "OSError" in drain(table)
        [log] = (tmp_path / "logs/sync_jobs").glob("*.log")
        assert f"Job {jobs.COPIES} failed: OSError" in log.read_text()

    def test_a_storage_that_hangs_holds_nobody_up(
        self, into: Any, acme: StatusPage, table: jobs.Jobs
    ) -> None:
        """X22: it is reported at its deadline, and not asked again meanwhile"""
        into(Hanging)
        table.run_due(table._clock.now())
        try:
            assert "timed out" in drain(table)
            assert table.engine.hung() == [jobs.COPIES]
            table.run_due(table._clock.now() + MINUTE)
            assert "hanging" in drain(table)
        finally:
            Hanging.released.set()
