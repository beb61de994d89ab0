"""Finds out what a file is, and reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.probes.importers.gatus import is_gatus, read_gatus
from pulseboard.probes.importers.report import Imported
from pulseboard.probes.importers.source import (
    read_start,
    read_text,
    tree_of_json,
    tree_of_yaml,
)
from pulseboard.probes.importers.uptime_kuma_backup import is_backup, read_backup
from pulseboard.probes.importers.uptime_kuma_database import START, read_database


def read_import(path: Path) -> Imported:
    """
    Return the endpoints in the file at *path*, recognised by what it holds.

    Raises:
        ConfigError: It is none of the known files, or unsound.
    """
    if read_start(path, len(START)) == START:
        return read_database(path)
    document = _document(read_text(path))
    if is_backup(document):
        return read_backup(document)
    if is_gatus(document):
        return read_gatus(document)
    raise ConfigError(
        "expected a backup (JSON) or database file of Uptime Kuma, or a "
        "configuration of Gatus (YAML)"
    )


def _document(text: str) -> Any:
    is_json = text.lstrip().startswith(("{", "["))
    return tree_of_json(text) if is_json else tree_of_yaml(text)
