"""Files stored, read back and deleted. X28"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage
from pytest_django import Settings

from pulseboard.checks.builtin.storage import DefaultStorage
from pulseboard.checks.check import NotApplicable
from pulseboard.core.status import Status


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    folder.mkdir()
    settings.MEDIA_ROOT = str(folder)
    return folder


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.is_dir()]


def test_a_working_storage_is_healthy_and_left_clean(media: Path) -> None:
    outcome = DefaultStorage().run()

    assert outcome.status is Status.HEALTHY
    assert outcome.readings["storage_seconds"] > 0
    assert files_in(media) == []


@pytest.mark.usefixtures("media")
def test_a_slow_storage_is_a_warning_or_critical() -> None:
    slow = DefaultStorage(warning_above=0, critical_above=60).run()
    slowest = DefaultStorage(warning_above=0, critical_above=0).run()

    assert (slow.status, slowest.status) == (Status.WARNING, Status.CRITICAL)


@pytest.mark.root
def test_a_full_storage_is_critical_and_left_clean(media: Path) -> None:
    for point in mounted(media, "size=64k"):
        fill(point / "full")

        outcome = DefaultStorage().run()

        assert outcome.status is Status.CRITICAL
        assert outcome.summary == ("a file cannot be saved: No space left on device")
        assert files_in(point) == [point / "full"]


@pytest.mark.root
def test_a_read_only_storage_is_critical(media: Path) -> None:
    for _ in mounted(media, "ro"):
        outcome = DefaultStorage().run()

        assert outcome.status is Status.CRITICAL
        assert outcome.summary == "a file cannot be saved: Read-only file system"


def fill(file: Path) -> None:
    """Write to *file* until the disk is full."""
    with file.open("wb", buffering=0) as opened, contextlib.suppress(OSError):
        while True:
            opened.write(bytes(512))


def mounted(point: Path, options: str) -> Iterator[Path]:
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(point)], check=True
    )
    try:
        yield point
    finally:
        subprocess.run(["umount", str(point)], check=True)


class UnreadableStorage(FileSystemStorage):
    """Saves and deletes, and cannot read."""

    def _open(self, name: str, mode: str = "rb") -> File:
        raise PermissionError(13, "Permission denied", "/secret/place")


class OtherContentStorage(FileSystemStorage):
    """Gives back what nobody saved."""

    def _open(self, name: str, mode: str = "rb") -> File:
        return ContentFile(b"other")


@pytest.mark.parametrize(
    ("storage", "summary"),
    [
        (UnreadableStorage, "a file cannot be read back: Permission denied"),
        (OtherContentStorage, "another content was read back"),
    ],
)
def test_no_file_stays_behind_when_reading_fails(
    media: Path, settings: Settings, storage: type, summary: str
) -> None:
    use(settings, storage)

    outcome = DefaultStorage().run()

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == summary
    assert files_in(media) == []


@pytest.mark.usefixtures("media")
def test_many_runs_leave_descriptors_unchanged(settings: Settings) -> None:
    """X29"""
    for storage in (FileSystemStorage, UnreadableStorage):
        use(settings, storage)
        DefaultStorage().run()
        before = len(os.listdir("/proc/self/fd"))

        for _ in range(2000):
            DefaultStorage().run()

        assert len(os.listdir("/proc/self/fd")) == before


def test_it_applies_to_folders_that_were_chosen(settings: Settings) -> None:
    settings.MEDIA_ROOT = ""
    with pytest.raises(NotApplicable, match="MEDIA_ROOT is not set"):
        DefaultStorage.instances()

    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    with pytest.raises(NotApplicable, match="memory"):
        DefaultStorage.instances()


def test_remote_storages_are_asked_less_often(media: Path, settings: Settings) -> None:
    assert DefaultStorage.instances() == {"": {}}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.Storage"},
    }

    assert DefaultStorage.instances() == {"": {"every": "5m"}}


def use(settings: Settings, storage: type) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": f"{storage.__module__}.{storage.__qualname__}"},
    }
    assert isinstance(default_storage, storage)
