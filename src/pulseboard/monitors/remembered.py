"""
What is kept of one monitor between two results, and what a new result makes of it.

Pure: `store` reads and writes these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status
from pulseboard.history.observed import Observed
from pulseboard.monitors.definition import Confirmation
from pulseboard.monitors.judge import Judgement, Result, judge
from pulseboard.monitors.schedule import unwatched_since


@dataclass(frozen=True, slots=True)
class Change:
    """A confirmed change of status, for those who remember, judge and tell."""

    monitor: str
    title: str
    before: Status
    after: Status
    since: datetime
    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Remembered:
    """
    One monitor as its last result left it.

    Args:
        ran_at: When that result began; None before the first. Its row holds the same
            as long as nobody else has recorded since.
    """

    pk: int
    name: str
    title: str
    interval: timedelta
    ran_at: datetime | None
    status: str
    status_since: datetime | None
    reason: str
    judgement: Judgement

    def is_news(self, at: datetime) -> bool:
        """Return whether a result of *at* is newer than what stands."""
        return self.ran_at is None or at > self.ran_at

    def unwatched_since(self, at: datetime) -> datetime | None:
        """Return from when on nobody knew how it was; None without a gap."""
        return unwatched_since(self.ran_at, self.interval, at)

    def after(self, observed: Observed, policy: Confirmation) -> Remembered:
        """Return what is remembered after *observed*, which is news."""
        outcome, at = observed.outcome, observed.at
        before = self.judgement
        if self.unwatched_since(at) is not None:
            # What was seen before the gap is no neighbour of what is seen now.
            before = replace(before, memory=())
        status = outcome.status.value
        stays = self.status == status and self.status_since is not None
        return Remembered(
            self.pk,
            self.name,
            self.title,
            self.interval,
            at,
            status,
            self.status_since if stays else at,
            outcome.reason.value if outcome.reason else "",
            judge(before, Result(outcome.status, at), policy),
        )

    def change_to(self, after: Remembered, outcome: Outcome) -> Change | None:
        """Return the confirmed change, None when what is believed stays as it was."""
        before, now = self.judgement.confirmed, after.judgement
        if now.confirmed is before or now.since is None or after.ran_at is None:
            return None
        return Change(
            self.name, self.title, before, now.confirmed, now.since,
            after.ran_at, outcome,
        )  # fmt: skip
