"""The filesystems of this host that the checks of disks watch."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings as django_settings

from pulseboard.checks.builtin import _given
from pulseboard.checks.host.mounts import holder_of, mounts, worth_watching
from pulseboard.conf import get_settings
from pulseboard.core.redaction import one_line

MOST_MOUNTS = 8


def watched(check: str) -> dict[str, str]:
    """
    Return label to mount point; the label of the root is empty.

    First the root and what holds the project, its SQLite database and our logs,
    then the other local disks, at most `MOST_MOUNTS` together; and always what
    `CHECKS` names, as in ``disk:/srv/backup``.
    """
    needed = [str(Path("/").resolve()), *map(holder_of, _own_places())]
    found = list(dict.fromkeys([*needed, *worth_watching(mounts())]))[:MOST_MOUNTS]
    named = [label for label in _given.labels(check) if Path(label).is_absolute()]
    points = dict.fromkeys([*found, *named])
    return {"" if point == needed[0] else _label(point): point for point in points}


def _own_places() -> list[Path]:
    base = getattr(django_settings, "BASE_DIR", None) or Path.cwd()
    return [Path(base), *_sqlite_file(), get_settings().log_folder()]


def _sqlite_file() -> list[Path]:
    default = django_settings.DATABASES.get("default", {})
    name = str(default.get("NAME") or "")
    is_file = str(default.get("ENGINE", "")).endswith(("sqlite3", "spatialite"))
    if not is_file or not name or name.startswith((":memory:", "file:")):
        return []
    return [Path(name)]


def _label(point: str) -> str:
    return one_line(point, limit=100)
