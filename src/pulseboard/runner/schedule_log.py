"""The scheduler's own log: stable lines, one file a day, for people and greps (C12)."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime, timedelta
from pathlib import Path

FOLDER = "sync_jobs"


def write(folder: Path, line: str, now: datetime) -> None:
    """
    Append *line* to ``scheduler_YYYYMMDD.log`` below *folder*.

    A disk that is full or read-only costs the line and nothing else.
    """
    path = folder / FOLDER / f"scheduler_{now:%Y%m%d}.log"
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        with open(descriptor, "w", encoding="utf-8") as file:
            # One write of one line: processes that append do not mix.
            file.write(f"{now:%Y-%m-%dT%H:%M:%SZ} {line}\n")
    except OSError:
        return


def prune(folder: Path, keep: timedelta, now: datetime) -> None:
    """Remove the files of days before *keep*; those of another user stay."""
    oldest = f"scheduler_{now - keep:%Y%m%d}.log"
    for path in (folder / FOLDER).glob("scheduler_????????.log"):
        if path.name < oldest:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
