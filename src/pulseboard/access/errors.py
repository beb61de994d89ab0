"""What goes wrong while finding out who calls."""

from __future__ import annotations

from pulseboard.core.errors import PulseboardError


class Unavailable(PulseboardError):
    """The database that knows tokens and sessions does not answer; ask again."""
