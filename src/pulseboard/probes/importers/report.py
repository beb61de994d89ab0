"""What came out of an import."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Dropped:
    """
    Something that was not taken over, or means something else now.

    Args:
        where: Name of the endpoint; empty for the file as a whole.
        what: The field as its file calls it. Never its value, which may be secret.
        why: What to do about it, or why nothing can be done.
    """

    where: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Imported:
    """
    What a file held.

    Args:
        source: Which monitor it is from, such as ``Uptime Kuma``.
        endpoints: As people write endpoints. With their secrets: not for logs.
    """

    source: str
    endpoints: list[dict[str, Any]] = field(repr=False)
    dropped: list[Dropped]
