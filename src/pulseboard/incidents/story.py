"""An incident as the public reads it: plain values, whoever shows them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from pulseboard.monitors.public_status import PublicStatus


class Phase(enum.Enum):
    """Where the public stands with an incident."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """
    One update.

    Args:
        text: As it was written, Markdown.
        html: Made from *text* with an explicit list of tags: safe to show as it is.
    """

    phase: Phase
    text: str
    html: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """
    A published incident.

    Args:
        key: Part of its stable address; no database number.
        impact: What it does to the components; the banner may rise to it.
        components: Slugs of the affected components, public ones only.
        everything: All are affected, whichever are named.
        resolved_at: None while it goes on.
        next_update_at: When the next word is promised; None without a promise.
        notes: Newest first.
        postmortem_html: Empty without one; safe to show as it is.
    """

    key: str
    title: str
    impact: PublicStatus
    phase: Phase
    components: tuple[str, ...]
    started_at: datetime
    everything: bool = False
    resolved_at: datetime | None = None
    next_update_at: datetime | None = None
    notes: tuple[Note, ...] = ()
    postmortem: str = ""
    postmortem_html: str = ""

    def concerns(self, component: str) -> bool:
        """Return whether *component* (its slug) is affected."""
        named = component in self.components
        return self.everything or not self.components or named
