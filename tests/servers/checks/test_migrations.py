"""X4: migrations not applied, and models without one, in a host of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pulseboard.checks.registry import declared

pytestmark = pytest.mark.server

SOURCE = Path(__file__).parents[3] / "src"

PRELUDE = """
    import json, sys
    from django.conf import settings
    settings.configure(
        BASE_DIR={folder!r},
        DATABASES={{"default": {database!r}}},
        INSTALLED_APPS=["shop", "warehouse", "django.contrib.contenttypes"],
        USE_TZ=True,
    )
    import django
    django.setup()
    from django.core.management import call_command
    from pulseboard.checks.builtin.migrations import Migrations
    from pulseboard.checks.builtin.models_without_migrations import (
        ModelsWithoutMigrations,
    )
    def show(check):
        outcome = check.run()
        print(json.dumps([
            outcome.status.value, outcome.reason.value, outcome.summary,
            dict(outcome.readings), dict(outcome.details),
        ]))
"""

MODELS = """
from django.db import models

class Order(models.Model):
    number = models.IntegerField()
"""


class Host:
    """A small host project with two apps."""

    def __init__(self, folder, database):
        self.folder, self.database = folder, database
        for app in ("shop", "warehouse"):
            self.write(f"{app}/__init__.py", "")
            self.write(f"{app}/migrations/__init__.py", "")
            self.write(f"{app}/models.py", MODELS)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, code):
        """Run *code* in the host's own process; return what it showed."""
        prelude = PRELUDE.format(folder=str(self.folder), database=self.database)
        script = textwrap.dedent(prelude) + textwrap.dedent(code)
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            env={
                "PYTHONPATH": f"{SOURCE}:{self.folder}",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        return [json.loads(line) for line in lines if line.startswith("[")]


@pytest.fixture
def sqlite_host(tmp_path):
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "db")}
    return Host(tmp_path, database)


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def host(request, tmp_path):
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_host")
    server = request.getfixturevalue(request.param)
    return Host(tmp_path, server.django_database(f"host_{tmp_path.name[-20:]}"))


def test_unapplied_migrations_are_counted_until_they_are_applied(host):
    """X4, F14: in one process, as the applied set changes under it"""
    before, half, after, back = host.run(
        """
        call_command("makemigrations", verbosity=0)
        call_command("migrate", "contenttypes", verbosity=0)
        show(Migrations())
        call_command("migrate", "shop", verbosity=0)
        show(Migrations())
        call_command("migrate", verbosity=0)
        show(Migrations())
        call_command("migrate", "shop", "zero", verbosity=0)
        show(Migrations())
        """
    )
    assert before[:3] == ["critical", "threshold", "2 migrations are not applied"]
    assert half[2:] == ["1 migration is not applied", {"unapplied_migrations": 1}, {}]
    assert after[:3] == ["healthy", "ok", "all migrations are applied"]
    assert back[0] == "critical"


def test_migration_files_are_read_again_only_when_something_was_applied(sqlite_host):
    """X29"""
    sqlite_host.run(
        """
        from django.db.migrations import loader
        call_command("makemigrations", verbosity=0)
        call_command("migrate", verbosity=0)
        show(Migrations())
        def read_again(*args):
            raise AssertionError
        loader.MigrationLoader.load_disk = read_again
        show(Migrations())
        """
    )


def test_a_dead_database_is_told_by_its_own_check(tmp_path):
    host = Host(
        tmp_path,
        {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "no/db")},
    )
    (outcome,) = host.run("show(Migrations())")
    assert outcome[:2] == ["unknown", "blocked"]
    assert outcome[2] == "not asked, the database: its file cannot be opened"


def test_changed_models_of_the_host_are_a_warning(sqlite_host):
    """X4: app labels only, and nobody is asked anything"""
    (clean,) = sqlite_host.run(
        """
        call_command("makemigrations", verbosity=0)
        show(ModelsWithoutMigrations())
        """
    )
    assert clean[:3] == ["healthy", "ok", "every model has its migration"]
    sqlite_host.write(
        "shop/models.py", MODELS + "    canary = models.DateField(auto_now_add=True)\n"
    )
    (changed,) = sqlite_host.run("show(ModelsWithoutMigrations())")
    assert changed[:3] == [
        "warning",
        "threshold",
        "models of 1 app changed without a migration",
    ]
    assert changed[3:] == [{"apps_without_migrations": 1}, {"apps": "shop"}]


def test_models_of_installed_packages_are_not_the_hosts_to_mend(sqlite_host):
    """X4"""
    packages = sqlite_host.folder / "site-packages"
    packages.mkdir()
    sqlite_host.run('call_command("makemigrations", "shop", verbosity=0)')
    (sqlite_host.folder / "warehouse").rename(packages / "warehouse")
    (sqlite_host.folder / "warehouse.pth").write_text("")
    sqlite_host.folder = Folders(sqlite_host.folder, packages)
    (outcome,) = sqlite_host.run("show(ModelsWithoutMigrations())")
    assert outcome[0] == "healthy"


class Folders:
    """Two folders on the path of Python."""

    def __init__(self, *folders):
        self.folders = folders

    def __str__(self):
        return ":".join(map(str, self.folders))


def test_pending_migrations_decide_readiness():
    """X4"""
    import pulseboard.checks.builtin.migrations

    assert pulseboard.checks.builtin.migrations.Migrations
    assert declared["migrations"].defaults["decides_readiness"] is True
