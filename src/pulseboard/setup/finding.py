"""What the doctor found: what is the case, which command shows it, the cure."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class Level(enum.Enum):
    """How much a finding asks of people."""

    OK = "ok"
    NOTE = "note"  # worth knowing, nothing to do
    TODO = "todo"  # something does not work, or will not


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One line of the doctor's.

    Args:
        topic: What was examined, a word or two.
        cause: One sentence.
        shown_by: The command that shows it; empty when there is none.
        cure: What to do; empty when there is nothing.
    """

    level: Level
    topic: str
    cause: str
    shown_by: str = ""
    cure: str = ""

    def line(self) -> str:
        """Return the finding for people."""
        parts = [self.cause]
        if self.shown_by:
            parts.append(f"Shown by {self.shown_by}.")
        if self.cure:
            parts.append(f"Cure: {self.cure}")
        return f"{self.level.value:<4}  {self.topic}: {' '.join(parts)}"

    def entry(self) -> Mapping[str, str]:
        """Return the same for programs."""
        return {
            "level": self.level.value,
            "topic": self.topic,
            "cause": self.cause,
            "shown_by": self.shown_by,
            "cure": self.cure,
        }


def fine(topic: str, cause: str) -> Finding:
    """Return that *topic* is as it should be."""
    return Finding(level=Level.OK, topic=topic, cause=cause)


def note(topic: str, cause: str, *, shown_by: str = "", cure: str = "") -> Finding:
    """Return what is worth knowing about *topic*."""
    return Finding(
        level=Level.NOTE, topic=topic, cause=cause, shown_by=shown_by, cure=cure
    )


def todo(topic: str, cause: str, *, shown_by: str = "", cure: str) -> Finding:
    """Return what somebody has to do something about."""
    return Finding(
        level=Level.TODO, topic=topic, cause=cause, shown_by=shown_by, cure=cure
    )
