"""How long the certificates in files stay valid."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pulseboard.checks.builtin._given import labels
from pulseboard.checks.check import Check, NotApplicable
from pulseboard.checks.host.certificate import Validity, validities
from pulseboard.checks.registry import check
from pulseboard.checks.wording import limit_text
from pulseboard.conf import Duration
from pulseboard.core.errors import ConfigError
from pulseboard.core.limits import Limits
from pulseboard.core.outcome import Outcome, critical
from pulseboard.core.status import Status
from pulseboard.core.text import duration_text

LONGEST_FILE = 1_048_576


@check("certificate_files", every="5m", timeout="10s", group="Files")
@dataclass(frozen=True, kw_only=True)
class CertificateFiles(Check):
    """
    Time left until the first certificate in PEM files expires.

    Applies once *paths* is set; ``certificate_files:mail`` in the settings is one more.

    Args:
        paths: PEM files. All certificates of a file count, so a chain does too.
        warning_below: Time left below which it is a warning; default ``"21d"``.
        critical_below: Time left below which it is critical; default ``"7d"``.

    Statuses: healthy, warning and critical by the time left; critical when a file
    cannot be read, holds no certificate or one that is not valid yet.
    """

    paths: list[str] = field(default_factory=list)
    warning_below: Duration = timedelta(days=21)
    critical_below: Duration = timedelta(days=7)

    def __post_init__(self) -> None:
        if not self.paths:
            raise ConfigError("expected at least one file in paths")
        self.limits()

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        found = labels("certificate_files", option="paths")
        if not found:
            raise NotApplicable("no paths of certificate files are set")
        return {label: {} for label in found}

    def limits(self) -> Limits:
        """Return the bounds of the time left in seconds."""
        return Limits(
            warning_below=self.warning_below.total_seconds(),
            critical_below=self.critical_below.total_seconds(),
        )

    def run(self) -> Outcome:
        now = datetime.fromtimestamp(time.time(), UTC)
        outcomes = [self._judged(Path(path), now) for path in self.paths]
        return max(outcomes, key=_urgency)

    def _judged(self, path: Path, now: datetime) -> Outcome:
        try:
            found = validities(_text(path))
        except OSError as error:
            return critical(f"{path.name} cannot be read: {error.strerror}")
        except ValueError as error:
            return critical(f"{path.name} {error}")
        early = [each for each in found if each.starts_at > now]
        if early:
            return critical(f"{path.name} is not valid yet")
        return self._graded(path.name, min(found, key=_end), now)

    def _graded(self, name: str, first: Validity, now: datetime) -> Outcome:
        left_seconds = (first.ends_at - now).total_seconds()
        # For people the time since, for curves a floor: no axis below zero.
        readings = {"certificate_left_seconds": max(0.0, left_seconds)}
        if left_seconds <= 0:
            ago = duration_text(-left_seconds)
            return Outcome(Status.CRITICAL, f"{name} expired {ago} ago", readings)
        limits = self.limits()
        limit = limit_text(limits, left_seconds, duration_text)
        summary = f"{name} expires in {duration_text(left_seconds)}{limit}"
        return Outcome(limits.grade(left_seconds), summary, readings)


def _urgency(outcome: Outcome) -> tuple[int, float]:
    """Sort the worst last; of equals the one that expires first, or without a date."""
    left_seconds = outcome.readings.get("certificate_left_seconds", -1.0)
    return outcome.status.badness, -left_seconds


def _end(validity: Validity) -> datetime:
    return validity.ends_at


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(LONGEST_FILE).decode("ascii", "replace")
