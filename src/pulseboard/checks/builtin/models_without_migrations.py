"""Whether the host's models were changed without a migration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.apps import AppConfig, apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState

from pulseboard.checks.check import Check
from pulseboard.checks.registry import check
from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status

#: Folders that installed packages lie in, in every layout of Python's.
INSTALLED = {"site-packages", "dist-packages"}


# It builds the state of every model and compares: seconds in a large project.
@check("models_without_migrations", every="10m", timeout="30s", group="Database")
@dataclass(frozen=True, kw_only=True)
class ModelsWithoutMigrations(Check):
    """Apps of the host whose models differ from what their migrations make."""

    def run(self) -> Outcome:
        labels = sorted(_changed_labels())
        readings = {"apps_without_migrations": len(labels)}
        if not labels:
            return Outcome(Status.HEALTHY, "every model has its migration", readings)
        noun = "1 app" if len(labels) == 1 else f"{len(labels)} apps"
        return Outcome(
            Status.WARNING,
            f"models of {noun} changed without a migration",
            readings,
            details={"apps": ", ".join(labels)},
        )


def _changed_labels() -> set[str]:
    # Without a connection: this compares code with code. The plain questioner asks
    # nobody; the one made for scripts ends the process instead.
    loader = MigrationLoader(None, ignore_no_migrations=True)
    detector = MigrationAutodetector(
        loader.project_state(),
        ProjectState.from_apps(apps),
        MigrationQuestioner(dry_run=True),
    )
    changed = detector.changes(graph=loader.graph)
    return {each.label for each in apps.get_app_configs() if _is_host(each)} & set(
        changed
    )


def _is_host(app: AppConfig) -> bool:
    """Return whether *app* is the host's own: of others' it cannot mend the models."""
    return not INSTALLED & set(Path(app.path).parts)
