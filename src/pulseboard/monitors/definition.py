"""What a monitor is, whoever observes: a question with a name and a schedule."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from pulseboard.core.errors import ConfigError
from pulseboard.core.outcome import Outcome

#: Where the monitors of `pulseboard demo` say they were declared. Nothing asks them.
DEMO = "demo"

Question = Callable[[], Outcome | Awaitable[Outcome]]


class Kind(enum.Enum):
    """Which room observes."""

    CHECK = "check"
    PROBE = "probe"
    HEARTBEAT = "heartbeat"
    INTEGRITY = "integrity"


class Lane(enum.Enum):
    """Where a question is asked."""

    THREAD = "thread"  # may block; at most MAX_WORKERS at once
    LOOP = "loop"  # a coroutine that never blocks; hundreds share one event loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """
    How many results it takes to believe a change.

    Args:
        failures: Bad results among the last *of* that confirm trouble.
        of: How many results are looked at; at most 16.
        successes: Good results in a row that confirm recovery.
    """

    failures: int = 2
    of: int = 3
    successes: int = 2

    def __post_init__(self) -> None:
        if not 1 <= self.failures <= self.of <= 16 or not 1 <= self.successes <= 16:
            raise ConfigError(
                "expected 1 <= failures <= of <= 16 and 1 <= successes <= 16, got "
                f"{self.failures}, {self.of} and {self.successes}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """
    A monitor as declared in code or settings; its row remembers how it fares.

    Args:
        name: Unique; labels the samples.
        title: What people read.
        every: Time between runs.
        timeout: The longest a run may take.
        group: Heading on the dashboard; may be empty.
        source: Where it was declared, for the read-only note in the admin.
        options: What was set, for staff pages. Without secrets.
        lane: LOOP only for a ``run`` that returns an awaitable and never blocks.
        parents: Names of monitors without which this one cannot be well.
        target: Key of the host that is asked over the network; empty for what is
            inside, on this host, or our own.
    """

    name: str
    title: str
    run: Question
    every: timedelta
    timeout: timedelta
    kind: Kind = Kind.CHECK
    group: str = ""
    decides_readiness: bool = False
    confirmation: Confirmation = field(default_factory=Confirmation)
    source: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    lane: Lane = Lane.THREAD
    parents: tuple[str, ...] = ()
    target: str = ""
