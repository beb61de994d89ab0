"""D8, X27, G7: each thing that can be broken, broken, and the line that says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import DatabaseError, connection
from django.test import override_settings

from pulseboard.access.store import ensure_groups
from pulseboard.monitors.models import JobRun, RunnerLease
from pulseboard.monitors.store import stop_runners
from pulseboard.notifiers.models import Channel, Notification

pytestmark = pytest.mark.django_db

OURS = "pulseboard.middleware.PulseboardMiddleware"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
LOCMEM = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
#: Settings under which nothing needs doing.
SOUND: dict[str, Any] = {
    "MIDDLEWARE": [OURS, *(m for m in django_settings.MIDDLEWARE if m != OURS)],
    "EMAIL_BACKEND": SMTP,
    "TIME_ZONE": "Europe/Madrid",
    "DEFAULT_FROM_EMAIL": "pulse@shop.example",
}

Doctor = Callable[..., list[dict[str, str]]]


@pytest.fixture(autouse=True)
def _a_sound_host(tmp_path: Path, settings, monkeypatch) -> None:
    for name, value in SOUND.items():
        setattr(settings, name, value)
    settings.PULSEBOARD = ours(tmp_path)
    settings.STATICFILES_DIRS = [("pulseboard/build", _built(tmp_path))]
    ensure_groups()
    get_user_model().objects.create(username="ana", is_superuser=True)
    RunnerLease.objects.create(
        name="runner", ticked_at=datetime.now(UTC), mode="embedded", pid=4242
    )
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)


def ours(folder: Path, **values: Any) -> dict[str, Any]:
    recipients = {"ALERT_EMAIL_RECIPIENTS": ["ana@shop.example"]}
    return {"LOG_DIR": str(folder / "logs"), **recipients, **values}


def _built(folder: Path) -> Path:
    (folder / "build").mkdir()
    (folder / "build" / "dashboard.js").write_text("")
    return folder / "build"


@pytest.fixture
def doctor(pulseboard_command) -> Doctor:
    """Return the findings of one level, and check the exit code against them."""

    def examine(*words: str, level: str = "todo") -> list[dict[str, str]]:
        ran = pulseboard_command("doctor", "--json", *words)
        findings = json.loads(ran.out)
        assert ran.code == any(each["level"] == "todo" for each in findings)
        return [each for each in findings if each["level"] == level]

    return examine


def causes(findings: list[dict[str, str]], topic: str) -> str:
    return " ".join(each["cause"] for each in findings if each["topic"] == topic)


def test_a_sound_host_needs_nothing(doctor, pulseboard_command) -> None:
    assert doctor() == []
    ran = pulseboard_command("doctor")
    assert ran.code == 0
    assert ran.out.endswith("\nNothing needs doing.\n")
    assert "ok    runner: Last tick" in ran.out


def test_each_line_has_cause_command_and_cure(pulseboard_command) -> None:
    stop_runners("ana", datetime.now(UTC) - timedelta(minutes=3))
    ran = pulseboard_command("doctor")
    assert (
        "todo  runner: Checks were stopped by ana 3 min ago. Shown by `manage.py "
        "pulseboard status`. Cure: `manage.py pulseboard start`\n"
    ) in ran.out
    assert ran.out.endswith("\n1 thing needs doing.\n")


@pytest.mark.parametrize(
    ("broken", "topic", "said"),
    [
        ({"PULSEBOARD": {"CHECK_EVRY": "5s"}}, "settings", "CHECK_EVERY"),
        ({"USE_TZ": False}, "settings", "USE_TZ is off"),
        ({"ROOT_URLCONF": "tests.support.no_urls"}, "urls", "pulseboard.urls is in no"),
        ({"MIDDLEWARE": []}, "settings", "is not in MIDDLEWARE"),
        ({"USE_X_FORWARDED_HOST": True}, "proxies", "share one rate limit"),
        ({"SECURE_SSL_REDIRECT": True}, "probes", "redirect"),
        ({"STATIC_ROOT": "/nowhere"}, "static files", "STATIC_ROOT does not have"),
        ({"EMAIL_BACKEND": SMTP.replace("smtp", "console")}, "email", "prints mail"),
        ({"EMAIL_BACKEND": SMTP.replace("smtp", "dummy")}, "email", "throws mail"),
        ({"PULSEBOARD": {}}, "email", "ALERT_EMAIL_RECIPIENTS is empty"),
        (
            {"PULSEBOARD": {"CHECKS": {"dsk": {}}}},
            "settings",
            "unknown name 'dsk'; did you mean 'disk'?",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_a_broken_setting_has_its_line(doctor, broken, topic, said) -> None:
    with override_settings(**broken):
        assert said in causes(doctor(), topic)


def test_exempt_probes_are_no_finding(doctor) -> None:
    exempt = {"SECURE_REDIRECT_EXEMPT": [r"^health/(live|ready|startup)?/?$"]}
    with override_settings(SECURE_SSL_REDIRECT=True, **exempt):
        assert causes(doctor(), "probes") == ""


def test_trusted_proxies_explain_the_forwarded_settings(doctor, tmp_path) -> None:
    proxies = ours(tmp_path, TRUSTED_PROXIES=1)
    with override_settings(USE_X_FORWARDED_HOST=True, PULSEBOARD=proxies):
        assert causes(doctor(), "proxies") == ""
        assert "TRUSTED_PROXIES is 1" in causes(doctor(level="note"), "proxies")


def test_a_place_below_the_first_is_a_note(doctor) -> None:
    with override_settings(MIDDLEWARE=[*SOUND["MIDDLEWARE"][1:3], OURS]):
        assert "Place 3 of MIDDLEWARE" in causes(doctor(level="note"), "middleware")


def test_a_front_end_that_was_not_built_is_found(doctor, monkeypatch) -> None:
    from pulseboard.setup.examinations import site

    monkeypatch.setattr(site, "SCRIPT", "pulseboard/build/not-built.js")
    assert "not-built.js is not found" in causes(doctor(), "static files")


def test_a_log_folder_that_is_a_file_is_found(doctor, tmp_path) -> None:
    (tmp_path / "logs").write_text("")
    assert "cannot be written" in causes(doctor(), "logs")


def test_little_space_for_logs_is_found(doctor, monkeypatch) -> None:
    from pulseboard.setup.examinations import places

    monkeypatch.setattr(places, "LITTLE_SPACE_BYTES", 2**60)
    assert "are free below LOG_DIR" in causes(doctor(), "logs")


@pytest.mark.parametrize(("workers", "level"), [("4", "todo"), ("1", "note")])
def test_a_local_cache_matters_with_several_workers(
    doctor, monkeypatch, workers, level
) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", workers)
    with override_settings(CACHES=LOCMEM):
        assert "memory of one process" in causes(doctor(level=level), "cache")


@pytest.mark.parametrize(
    ("cores", "workers", "is_note"),
    [(2, 4, False), (4, 4, False), (8, 6, False), (8, 3, True), (4, 7, True)],
)
def test_workers_are_advised_on_four_processors_or_more(
    doctor, monkeypatch, tmp_path, cores, workers, is_note
) -> None:
    """G7"""
    from pulseboard.setup.examinations import places

    monkeypatch.setattr(places, "_processors", lambda: cores)
    with override_settings(PULSEBOARD=ours(tmp_path, MAX_WORKERS=workers)):
        assert bool(causes(doctor(level="note"), "workers")) is is_note


def test_a_package_that_settings_ask_for_is_named_with_its_install_line(
    doctor, monkeypatch
) -> None:
    from pulseboard.setup.examinations import places

    monkeypatch.setattr(places.importlib.util, "find_spec", lambda name: None)
    redis = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
    with override_settings(CACHES=redis):
        found = doctor()
    [line] = [each for each in found if each["topic"] == "packages"]
    assert line["cure"] == 'pip install "pulseboard[redis]"'
    assert "psutil is missing" in causes(found, "psutil")


def test_checks_that_do_not_apply_say_why(doctor) -> None:
    notes = doctor(level="note")
    assert "EXTERNAL_SERVICES is empty" in causes(notes, "check external")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"ticked_at": None}, "No runner has ever ticked (RUNNER is 'embedded')"),
        (
            {"ticked_at": datetime(2026, 1, 1, tzinfo=UTC)},
            "The last tick was",
        ),
    ],
)
def test_a_runner_that_is_gone_is_found(doctor, values, said) -> None:
    RunnerLease.objects.update(**values)
    assert said in causes(doctor(), "runner")


def test_a_job_that_fails_is_found(doctor) -> None:
    JobRun.objects.create(name="cleanup", error="raised OSError")
    assert "'cleanup' failed last: raised OSError" in causes(doctor(), "jobs")


def test_what_reached_nobody_is_found(doctor) -> None:
    now = datetime.now(UTC)
    Notification.objects.create(
        key="a", channel="Log", thread="t", state="dead", created_at=now, due_at=now
    )
    Channel.objects.create(name="Ops", kind="email", last_error="refused")
    found = doctor()
    assert "1 notifications reached nobody" in causes(found, "outbox")
    assert causes(found, "channel") == "Ops: refused."


def test_missing_groups_and_people_are_found(doctor) -> None:
    from django.contrib.auth.models import Group

    Group.objects.filter(name="Pulseboard editor").delete()
    get_user_model().objects.all().delete()
    found = doctor()
    assert causes(found, "groups") == "3 of 4 groups of ours exist."
    assert "Nobody may see the dashboard" in causes(found, "people")


def test_missing_permissions_are_found(doctor) -> None:
    from django.contrib.auth.models import Permission

    Permission.objects.filter(codename="run_checks").delete()
    assert causes(doctor(), "permissions") == "Missing: run_checks."


def test_a_database_user_who_may_only_read_is_found(doctor) -> None:
    """X27"""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    try:
        found = doctor()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = OFF")
    said = causes(found, "rights")
    assert all(f"may not {right} in" in said for right in ("insert", "update"))
    assert "may not read" not in said


def test_a_migration_that_waits_is_found(doctor) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder(connection).record_unapplied("pulseboard", "0001_initial")
    assert causes(doctor(), "database") == "Migrations wait: 0001_initial."


def test_with_the_database_away_all_else_is_still_examined(doctor, monkeypatch) -> None:
    from pulseboard.runner import database

    def fail() -> str:
        raise DatabaseError("connection to 10.1.2.3 refused")

    monkeypatch.setattr(database, "_missing_tables", fail)
    found = doctor()
    assert causes(found, "database") == (
        "The database does not answer (DatabaseError). What needs it was not examined."
    )
    assert causes(doctor(level="ok"), "urls").startswith("Health is at /health/")


def test_an_examination_that_fails_does_not_hide_the_others(
    doctor, monkeypatch
) -> None:
    from pulseboard.setup.examinations import site

    monkeypatch.delattr(site, "path_of")
    found = doctor()
    assert causes(found, "site").count("could not be examined (NameError)") >= 1
    assert causes(doctor(level="ok"), "middleware")


def test_a_test_mail_is_really_sent(doctor, smtp_sink) -> None:
    smtp_sink.clear()
    with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=smtp_sink.port):
        doctor("--send-test", "ana@shop.example")
    [sent] = smtp_sink.wait_for(1)
    assert sent.recipients == ["ana@shop.example"]
    assert b"Test: mail from Pulseboard arrives" in sent.data
    assert mail.outbox == []


def test_a_mail_server_that_is_away_is_found(doctor) -> None:
    from tests.support.process import free_port

    with override_settings(EMAIL_HOST="127.0.0.1", EMAIL_PORT=free_port()):
        found = doctor("--send-test", "ana@shop.example")
    assert "The test mail was not sent: no connection" in causes(found, "email")
