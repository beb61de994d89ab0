"""Certificates that expire and backups that stay away. X28"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.certificates import certificate, key_pem

from pulseboard.checks.builtin.backup_file import BackupFile
from pulseboard.checks.builtin.certificate_files import CertificateFiles
from pulseboard.core.errors import ConfigError
from pulseboard.core.options import build
from pulseboard.core.status import Status

HOUR_SECONDS = 3600


def pem_for(days: float, *, starts_in_days: float = -100) -> str:
    now = datetime.now(UTC)
    starts_at = now + timedelta(days=starts_in_days)
    return certificate(starts_at, now + timedelta(days=days, minutes=1)).pem


@pytest.mark.parametrize(
    ("days", "status", "summary"),
    [
        (30, Status.HEALTHY, "web.pem expires in 30 d, limit 21 d"),
        (21, Status.HEALTHY, "web.pem expires in 21 d, limit 21 d"),
        (20, Status.WARNING, "web.pem expires in 20 d, limit 21 d"),
        (6, Status.CRITICAL, "web.pem expires in 6 d, limit 7 d"),
        (-3.01, Status.CRITICAL, "web.pem expired 3 d ago"),
    ],
)
def test_the_time_left_decides(
    tmp_path: Path, days: float, status: Status, summary: str
) -> None:
    file = tmp_path / "web.pem"
    file.write_text(pem_for(days))

    outcome = CertificateFiles(paths=[str(file)]).run()

    assert outcome.status is status
    assert outcome.summary == summary
    left_days = outcome.readings["certificate_left_seconds"] / 86400
    assert left_days == pytest.approx(max(0, days), abs=0.01)


def test_of_several_files_and_chains_the_first_to_expire_counts(
    tmp_path: Path,
) -> None:
    (tmp_path / "long.pem").write_text(pem_for(300))
    (tmp_path / "chain.pem").write_text(pem_for(200) + key_pem() + pem_for(10))
    paths = [str(tmp_path / name) for name in ("long.pem", "chain.pem")]

    outcome = CertificateFiles(paths=paths).run()

    assert outcome.status is Status.WARNING
    assert outcome.summary == "chain.pem expires in 10 d, limit 21 d"


@pytest.mark.parametrize(
    ("content", "summary"),
    [
        (None, "web.pem cannot be read: No such file or directory"),
        (b"", "web.pem holds no certificate"),
        (b"\xff\x00garbage", "web.pem holds no certificate"),
        (key_pem().encode(), "web.pem holds no certificate"),
        (pem_for(90)[:200].encode(), "web.pem holds no certificate"),
        (
            b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "web.pem holds a malformed certificate",
        ),
        (pem_for(90, starts_in_days=1).encode(), "web.pem is not valid yet"),
    ],
)
def test_files_without_a_usable_certificate_are_critical(
    tmp_path: Path, content: bytes | None, summary: str
) -> None:
    file = tmp_path / "web.pem"
    if content is not None:
        file.write_bytes(content)

    outcome = CertificateFiles(paths=[str(file)]).run()

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == summary


@pytest.mark.parametrize(
    ("age_hours", "status", "summary"),
    [
        (1, Status.HEALTHY, "the newest is 1 h old, limit 1 d 2 h"),
        (25, Status.HEALTHY, "the newest is 1 d 1 h old, limit 1 d 2 h"),
        (27, Status.WARNING, "the newest is 1 d 3 h old, limit 1 d 2 h"),
        (51, Status.CRITICAL, "the newest is 2 d 3 h old, limit 2 d 2 h"),
        (-30, Status.WARNING, "the newest is dated 1 d 5 h in the future"),
    ],
)
def test_the_age_of_the_newest_backup_decides(
    tmp_path: Path, age_hours: float, status: Status, summary: str
) -> None:
    written(tmp_path / "db-1.gz", age_hours=90)
    written(tmp_path / "db-2.gz", age_hours=age_hours)
    written(tmp_path / "other.txt", age_hours=0)
    (tmp_path / "db-folder.gz").mkdir()

    outcome = BackupFile(path=f"{tmp_path}/db-*.gz").run()

    assert outcome.status is status
    assert outcome.summary == summary
    assert outcome.readings["backup_size_bytes"] == 100


def test_no_backup_at_all_is_critical(tmp_path: Path) -> None:
    (tmp_path / "db-loop.gz").symlink_to(tmp_path / "db-loop.gz")

    outcome = BackupFile(path=f"{tmp_path}/db-*.gz").run()

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == "no readable file matches the pattern"


def test_a_backup_that_is_too_small_is_critical(tmp_path: Path) -> None:
    written(tmp_path / "db.gz", age_hours=0)
    path = str(tmp_path / "db.gz")

    assert BackupFile(path=path, minimum_bytes=100).run().status is Status.HEALTHY
    small = BackupFile(path=path, minimum_bytes=2048).run()

    assert small.status is Status.CRITICAL
    assert small.summary == "the newest has 100 bytes, expected at least 2 KiB"


def test_options_are_written_as_durations() -> None:
    values = {"path": "/b", "warning_above": "1h", "critical_above": "2h"}
    check = build(BackupFile, values, where="PULSEBOARD.CHECKS.backup_file")

    assert check.warning_above == timedelta(hours=1)
    for wrong in ({"warning_above": 5}, {"warning_above": "3d"}, {"path": ""}):
        with pytest.raises(ConfigError, match=r"PULSEBOARD\.CHECKS\.backup_file"):
            build(
                BackupFile,
                {**values, **wrong},
                where="PULSEBOARD.CHECKS.backup_file",
            )


def written(file: Path, *, age_hours: float) -> None:
    file.write_bytes(bytes(100))
    # Half a minute older, so that the clock of the check cannot round it down.
    at = time.time() - age_hours * HOUR_SECONDS - 30
    os.utime(file, (at, at))
