"""Roles, each holding all that the ones before it hold."""

from __future__ import annotations

import enum


class Role(enum.Enum):
    """What somebody may do here. Compare with `covers`, not by value."""

    VIEWER = "viewer"  # reads everything staff may read
    RESPONDER = "responder"  # runs checks, acknowledges and resolves alerts
    EDITOR = "editor"  # changes what is monitored
    ADMIN = "admin"  # tokens, channels, trusted targets, settings

    @property
    def rank(self) -> int:
        """Place in the order, 0 (viewer) to 3 (admin)."""
        return tuple(Role).index(self)

    def covers(self, needed: Role) -> bool:
        """Return whether who holds this role may do what *needed* may do."""
        return self.rank >= needed.rank
