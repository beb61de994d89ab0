"""Where we run: log folder, processors, caches, optional packages."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings as django_settings

from pulseboard.conf import get_settings
from pulseboard.core.text import bytes_text
from pulseboard.setup.finding import Finding, fine, note, todo

LITTLE_SPACE_BYTES = 500 * 2**20
#: From so many processors on more questions at once are worth it.
MANY_PROCESSORS = 4
ADVISED_WORKERS = range(4, 7)
#: Environment variables by which servers are told their number of workers.
WORKER_VARIABLES = ("WEB_CONCURRENCY", "GRANIAN_WORKERS")

#: What a configured backend's path holds, the module it needs, our extra.
EXTRAS = (
    ("django.core.cache.backends.redis", "redis", "redis"),
    ("django_redis", "redis", "redis"),
    ("postgresql", "psycopg", "postgres"),
    ("mysql", "MySQLdb", "mysql"),
)


def examine_logs() -> Iterator[Finding]:
    """Yield whether LOG_DIR can be written, and how much fits."""
    folder = get_settings().log_folder()
    reason = _unwritable(folder)
    if reason:
        yield todo(
            "logs",
            f"LOG_DIR cannot be written ({reason}): {folder}",
            shown_by=f"`ls -ld {folder}`",
            cure="give the user of the server the right to write there, or set LOG_DIR",
        )
        return
    free_bytes = shutil.disk_usage(_existing(folder)).free
    if free_bytes < LITTLE_SPACE_BYTES:
        yield todo(
            "logs",
            f"Only {bytes_text(free_bytes)} are free below LOG_DIR.",
            shown_by=f"`df -h {folder}`",
            cure="free space, or shorten KEEP_LOGS_FOR",
        )
    else:
        yield fine("logs", f"{folder} can be written, {bytes_text(free_bytes)} free.")


def examine_machine() -> Iterator[Finding]:
    """Yield whether MAX_WORKERS suits the processors, and whether psutil is there."""
    cores, workers = _processors(), get_settings().max_workers
    if cores >= MANY_PROCESSORS and workers not in ADVISED_WORKERS:
        yield note(
            "workers",
            f"MAX_WORKERS is {workers} on {cores} processors.",
            cure="4 to 6 is good on 4 processors or more",
        )
    else:
        yield fine("workers", f"{workers} questions at once on {cores} processors.")
    if importlib.util.find_spec("psutil") is None:
        yield todo(
            "psutil",
            "psutil is missing: memory, disk and processor are not measured.",
            cure="pip install psutil",
        )


def examine_caches() -> Iterator[Finding]:
    """Yield whether a cache of one process is used by several."""
    backend = django_settings.CACHES.get("default", {}).get("BACKEND", "")
    if "locmem" not in backend:
        return
    workers = _announced_workers()
    cause = "The default cache is the memory of one process"
    cure = 'a shared cache, such as Redis: pip install "pulseboard[redis]"'
    if workers > 1:
        yield todo("cache", f"{cause}, and {workers} run.", cure=cure)
    else:
        yield note("cache", f"{cause}; with several each has its own.", cure=cure)


def examine_extras() -> Iterator[Finding]:
    """Yield each package that the settings ask for and nobody installed."""
    backends = [str(c.get("BACKEND", "")) for c in django_settings.CACHES.values()]
    backends += [str(d.get("ENGINE", "")) for d in django_settings.DATABASES.values()]
    for part, module, extra in EXTRAS:
        used = any(part in backend for backend in backends)
        if used and importlib.util.find_spec(module) is None and not _replaced(module):
            yield todo(
                "packages",
                f"The settings use {part}, and {module} is not installed.",
                cure=f'pip install "pulseboard[{extra}]"',
            )


def _replaced(module: str) -> bool:
    """Return whether another package does the work of *module*."""
    others = {"psycopg": "psycopg2", "MySQLdb": "pymysql"}
    other = others.get(module)
    return other is not None and importlib.util.find_spec(other) is not None


def _unwritable(folder: Path) -> str:
    """Return why *folder* cannot be written, empty when it can. Leaves nothing."""
    try:
        with tempfile.TemporaryFile(dir=_existing(folder)):
            return ""
    except OSError as error:
        return error.strerror or type(error).__name__


def _existing(folder: Path) -> Path:
    """Return *folder*, or the nearest one above it that is there."""
    return next(
        (each for each in (folder, *folder.parents) if each.exists()), Path.cwd()
    )


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _announced_workers() -> int:
    numbers = [os.environ.get(name, "") for name in WORKER_VARIABLES]
    return max((int(text) for text in numbers if text.isdecimal()), default=1)
