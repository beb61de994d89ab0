"""A door of the application that can be asked without knowing anything."""

from __future__ import annotations

from dataclasses import dataclass

#: Whose pages a route leads to: the host's, its admin's, or ours.
HOST, ADMIN, OURS = "host", "admin", "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """
    Args:
        path: Absolute, without placeholders.
        name: As its author named it; may be empty.
        owner: `HOST`, `ADMIN` or `OURS`.
        methods: Known to be answered; empty when only asking would tell.
    """

    path: str
    name: str = ""
    owner: str = HOST
    methods: frozenset[str] = frozenset()
