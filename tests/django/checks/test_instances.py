"""Which checks of the machine and of files this host gets. G5, X28"""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from pulseboard.checks.builtin._places import watched
from pulseboard.checks.builtin.backup_file import BackupFile
from pulseboard.checks.builtin.certificate_files import CertificateFiles
from pulseboard.checks.builtin.disk import Disk
from pulseboard.checks.configured import plan_of
from pulseboard.conf import get_settings
from pulseboard.monitors.definition import Definition


def monitors() -> dict[str, Definition]:
    return {each.name: each for each in plan_of(get_settings()).definitions}


def test_the_root_is_the_plain_name() -> None:
    assert Disk.instances()[""]["path"] == "/"
    assert monitors()["disk"].title == "Disk"


@pytest.mark.root
@pytest.mark.parametrize("role", ["BASE_DIR", "LOG_DIR", "database"])
def test_what_holds_our_own_files_is_always_watched(
    settings: Settings,
    tmp_path: Path,
    role: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)], check=True
    )
    try:
        if role == "BASE_DIR":
            settings.BASE_DIR = tmp_path
        elif role == "LOG_DIR":
            settings.PULSEBOARD = {"LOG_DIR": str(tmp_path / "logs")}
        else:
            database = settings.DATABASES["default"]
            monkeypatch.setitem(database, "NAME", tmp_path / "db.sqlite3")

        found = Disk.instances()
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)

    assert found[str(tmp_path)]["path"] == str(tmp_path)
    assert found[str(tmp_path)]["mounted"] is True


def test_a_place_named_in_the_settings_is_watched(settings: Settings) -> None:
    settings.PULSEBOARD = {
        "CHECKS": {"disk:/dev/shm": {"WARNING_ABOVE": 0.5}, "disk": {"every": "2m"}}
    }

    found = monitors()["disk:/dev/shm"]

    assert found.title == "Disk (/dev/shm)"
    assert found.every == timedelta(minutes=2)
    assert found.options["warning_above"] == 0.5


def test_there_are_never_more_than_eight_found_disks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from pulseboard.checks.builtin import _places
    from pulseboard.checks.host.mounts import Mount

    points = [tmp_path / str(number) for number in range(30)]
    for point in points:
        point.mkdir()
    many = [Mount(f"/dev/{point.name}", str(point), "ext4") for point in points]
    monkeypatch.setattr(_places, "mounts", lambda: many)

    assert len(watched("disk")) == 8
    assert "" in watched("disk")


def test_limits_come_from_the_alert_thresholds(settings: Settings) -> None:
    settings.PULSEBOARD = {
        "ALERT_THRESHOLDS": {
            "disk_usage": {"warning": 60, "critical": 70},
            "memory_usage": {"warning": 61.0},
            "cpu_usage": {"critical": 99.0},
        }
    }

    found = monitors()

    limits = ("warning_above", "critical_above")
    assert [found["disk"].options[each] for each in limits] == [0.6, 0.7]
    assert [found["memory"].options[each] for each in limits] == [0.61, 0.95]
    assert [found["cpu"].options[each] for each in limits] == [0.8, 0.99]


def test_without_paths_files_are_not_watched_and_it_says_why(
    settings: Settings,
) -> None:
    settings.PULSEBOARD = {}

    absent = plan_of(get_settings()).absent

    assert absent["backup_file"] == "no path of a backup is set"
    assert absent["certificate_files"] == "no paths of certificate files are set"


def test_several_backups_and_certificates_are_several_instances(
    settings: Settings,
) -> None:
    settings.PULSEBOARD = {
        "CHECKS": {
            "backup_file": {"PATH": "/backups/*"},
            "backup_file:weekly": {
                "PATH": "/weekly/*",
                "WARNING_ABOVE": "8d",
                "CRITICAL_ABOVE": "10d",
            },
            "certificate_files": {"PATHS": ["/etc/a.pem"], "WARNING_BELOW": "30d"},
        }
    }

    assert set(BackupFile.instances()) == {"", "weekly"}
    assert set(CertificateFiles.instances()) == {""}
    found = monitors()
    assert found["backup_file:weekly"].options["path"] == "/weekly/*"
    assert found["certificate_files"].options["warning_below"] == "30 days, 0:00:00"
