"""What is to be asked, as an endpoint was written: checked, and free of the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pulseboard.guard.verdict import Trust
from pulseboard.monitors.definition import Confirmation
from pulseboard.probes.assertions.conditions import Conditions
from pulseboard.probes.probe import Probe

#: Monitors of endpoints are named apart from checks: none can take another's name.
PREFIX = "endpoint:"
#: A probe ends by itself at its limit; this is for what it does to end.
GRACE = timedelta(milliseconds=500)
#: Above the last try, so that the engine's deadline never comes first.
MARGIN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    An endpoint that is ready to be asked.

    Args:
        name: Unique among endpoints; letters, digits, hyphens.
        target: What people read as its target. Without secrets.
        prepare: Returns the probe as it is to be asked now; raises ConfigError when
            nobody knows where that is.
        clock: Says when a try ended; certificates count their days from then.
        timeout: For each try.
        retries: How often a failed try is repeated.
        slow_after: A later answer is a warning; None: never.
        is_public: Whether the public page shows it; None: as people chose.
        expiry_days: Days before the end of a certificate or domain at which to say
            so, largest first.
        options: What was set, for staff pages. Without secrets.
        aim: Whom the secrets would be told; see `aim`.
    """

    name: str
    title: str
    kind: str
    target: str
    prepare: Callable[[], Probe] = field(repr=False)
    clock: Callable[[], datetime] = field(repr=False)
    trust: Trust
    every: timedelta
    timeout: timedelta
    retries: int
    retry_after: timedelta
    conditions: Conditions
    slow_after: timedelta | None
    group: str = ""
    is_public: bool | None = None
    is_enabled: bool = True
    parents: tuple[str, ...] = ()
    confirmation: Confirmation
    expiry_days: tuple[int, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    aim: Sequence[tuple[str, str]] = field(default=(), repr=False)

    @property
    def monitor_name(self) -> str:
        """The name of its monitor."""
        return monitor_name_of(self.name)

    @property
    def budget(self) -> timedelta:
        """The longest that all tries may take, with the time between them."""
        tries = (self.timeout + GRACE) * (self.retries + 1)
        return tries + self.retry_after * self.retries + MARGIN


def monitor_name_of(name: str) -> str:
    """Return the name of the monitor of endpoint *name*."""
    return f"{PREFIX}{name}"
