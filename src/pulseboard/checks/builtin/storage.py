"""Whether files can be stored, read back and deleted."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import (
    FileSystemStorage,
    InMemoryStorage,
    Storage,
    default_storage,
)

from pulseboard.checks.check import GradedCheck, NotApplicable
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text
from pulseboard.core.log import get_logger
from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status
from pulseboard.core.text import seconds_text

logger = get_logger("pulseboard.checks")

FOLDER = "pulseboard-check"


@check("storage", timeout="10s", group="Application")
@dataclass(frozen=True, kw_only=True)
class DefaultStorage(GradedCheck):
    """
    A small file's way into Django's default storage and out again.

    It is saved below ``pulseboard-check/``, read back, compared and deleted, also
    when one of the steps fails. Runs as often as other checks on a local folder and
    every 5 minutes elsewhere. Does not apply without ``MEDIA_ROOT`` or when files are
    kept in memory.

    Args:
        warning_above: Seconds for all steps together; default 1.
        critical_above: Seconds for all steps together; default 5.

    Statuses: healthy, warning and critical by the time; critical when a step fails or
    something else comes back.
    """

    warning_above: float | None = 1.0
    critical_above: float | None = 5.0

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        if isinstance(default_storage, InMemoryStorage):
            raise NotApplicable("the default storage is memory")
        if not isinstance(default_storage, FileSystemStorage):
            return {"": {"every": "5m"}}
        # Without a folder Django stores below whatever folder the process runs in.
        if not default_storage.base_location:
            raise NotApplicable("MEDIA_ROOT is not set")
        return {"": {}}

    def run(self) -> Outcome:
        began = time.monotonic()
        failed = _failed_step(default_storage)
        took_seconds = time.monotonic() - began
        if failed:
            return Outcome(Status.CRITICAL, failed, reason=Reason.ERROR)
        limit = limit_text(self.limits(), took_seconds, seconds_text)
        return Outcome(
            self.grade(took_seconds),
            f"stored, read and deleted in {seconds_text(took_seconds)}{limit}",
            {"storage_seconds": took_seconds},
        )


def _failed_step(storage: Storage) -> str:
    """Return which step failed and how, empty when none did."""
    content = uuid.uuid4().hex
    wanted = f"{FOLDER}/{content}.txt"
    saved, step = wanted, "saved"
    try:
        saved = storage.save(wanted, ContentFile(content.encode()))
        step = "read back"
        with storage.open(saved) as file:
            came = file.read(len(content) + 1)
        step = "deleted"
        storage.delete(saved)
    except Exception as error:
        _delete_quietly(storage, {wanted, saved})
        return f"a file cannot be {step}: {_what(error)}"
    return "" if came == content.encode() else "another content was read back"


def _delete_quietly(storage: Storage, names: set[str]) -> None:
    # A full disk leaves the empty file behind when saving fails.
    for name in names:
        try:
            storage.delete(name)
        except Exception:
            logger.debug("a file of the storage check was not deleted", exc_info=True)


def _what(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
