"""What a database server tells about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    None stands for what this server does not tell.

    Args:
        connections_limit: How many this login may have open with all others.
        counter: Statements, or transactions, since the server started.
        counter_name: The reading its rate is stored as.
        read_only: Whether it refuses writes.
        is_replica: Whether it follows another server, so that this is as it should be.
        degraded: Which poorer sources were used, and why.
    """

    connections_open: int | None = None
    connections_active: int | None = None
    connections_limit: int | None = None
    counter: float | None = None
    counter_name: str = "statements_per_second"
    read_only: bool = False
    is_replica: bool = False
    details: Mapping[str, object] = field(default_factory=dict)
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Size:
    """How large a database is; *degraded* when the figure is an estimate."""

    size_bytes: int
    degraded: str = ""
