"""The one table of jobs, and the scheduler's log (S18, C12, D2)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pulseboard.core.outcome import healthy
from pulseboard.history import store as history
from pulseboard.history.models import Run
from pulseboard.history.observed import Observed
from pulseboard.monitors.models import JobRun, Monitor
from pulseboard.runner import jobs, schedule_log
from pulseboard.runner.clock import Clock
from pulseboard.runner.jobs import Jobs, Scheduled

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def logs(tmp_path: Path, settings) -> Path:
    settings.PULSEBOARD = {"LOG_DIR": str(tmp_path)}
    return tmp_path


def drain(table: Jobs) -> None:
    while not table.engine.is_idle():
        assert table.engine.answered.wait(10)
        table.collect()


def lines(folder: Path) -> list[str]:
    return [
        line
        for path in sorted((folder / "sync_jobs").glob("*.log"))
        for line in path.read_text().splitlines()
    ]


def test_every_job_runs_once_per_slot_whoever_carries_it(logs):
    """F28: two carriers of the table, one run."""
    first, second = Jobs("one", Clock()), Jobs("two", Clock())
    now = Clock().now()
    first.run_due(now)
    second.run_due(now)
    drain(first)
    drain(second)
    done = dict(JobRun.objects.values_list("name", "done_total"))
    assert done == {each.name: 1 for each in jobs.TABLE}


def test_the_log_has_stable_lines(logs):
    """C12"""
    Monitor.objects.create(name="a", title="A", status="healthy")
    Monitor.objects.create(name="b", title="B", status="critical")
    table = Jobs("one", Clock())
    table.run_due(Clock().now())
    drain(table)
    text = [line.split(" ", 1)[1] for line in lines(logs)]
    assert "Starting scheduled health check job" in text
    assert "Health check complete: 1/2 healthy (50.00%)" in text
    assert "Job cleanup executed successfully" in text
    assert all(re.match(r"\d{4}-\d\d-\d\dT[\d:]{8}Z ", line) for line in lines(logs))


def test_a_job_that_fails_says_so_and_the_others_run(logs, monkeypatch):
    """C12, F43"""

    def fail(now: datetime) -> None:
        raise ValueError("password=hunter2")

    table = (
        Scheduled(name="broken", every=timedelta(minutes=1), run=fail),
        Scheduled(name="fine", every=timedelta(minutes=1), run=lambda now: None),
    )
    monkeypatch.setattr(jobs, "TABLE", table)
    carrier = Jobs("one", Clock())
    carrier.run_due(Clock().now())
    drain(carrier)
    assert JobRun.objects.get(name="broken").error == "raised ValueError"
    text = "\n".join(lines(logs))
    assert "Job broken failed: ValueError" in text
    assert "Job fine executed successfully" in text
    assert "hunter2" not in text


def test_old_log_files_are_removed_and_others_are_left(tmp_path):
    """D2"""
    for days in (0, 29, 31):
        schedule_log.write(tmp_path, "line", NOW - timedelta(days=days))
    (tmp_path / "sync_jobs" / "notes.txt").touch()
    schedule_log.prune(tmp_path, timedelta(days=30), NOW)
    assert len(list((tmp_path / "sync_jobs").iterdir())) == 3


def test_a_log_of_another_user_does_not_stop_the_cleanup(tmp_path):
    """D2: what cannot be removed stays, and the tables are pruned all the same."""
    path = tmp_path / "sync_jobs" / "scheduler_20260101.log"
    path.mkdir(parents=True)  # root may remove any file, but no folder by `unlink`
    schedule_log.prune(tmp_path, timedelta(days=30), NOW)
    assert path.exists()


def test_a_log_that_cannot_be_written_costs_nothing_else(tmp_path):
    """F83, F88"""
    (tmp_path / "sync_jobs").write_text("a file where a folder should be")
    schedule_log.write(tmp_path, "line", NOW)


def test_log_files_are_not_for_everyone(tmp_path):
    """M9: folder 0750, files 0640."""
    schedule_log.write(tmp_path, "line", NOW)
    folder = tmp_path / "sync_jobs"
    (file,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (
        0o750,
        0o640,
    )


def test_the_roll_up_goes_on_while_there_is_time(logs, monkeypatch):
    """X13: however many results an hour brings, they are packed before the next."""
    monkeypatch.setattr(jobs, "PACKED_AT_ONCE", 3)
    history.remember(
        [Observed("shop", NOW + timedelta(seconds=n), healthy("200"), 0.1)
         for n in range(10)]
    )  # fmt: skip
    jobs.roll_up(NOW + timedelta(hours=3))
    assert Run.objects.count() == 0


def test_the_roll_up_ends_when_its_time_is_over(logs, monkeypatch):
    """X13: well before the deadline; what is left is packed next time."""
    monkeypatch.setattr(jobs, "PACKED_AT_ONCE", 3)
    monkeypatch.setattr(jobs, "ROLL_UP_SECONDS", 0.0)
    history.remember([Observed("shop", NOW, healthy("200"), 0.1)])
    jobs.roll_up(NOW + timedelta(hours=3))
    assert Run.objects.count() == 1
