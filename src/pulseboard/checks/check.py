"""What a check is."""

from __future__ import annotations

import abc
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from pulseboard.core.errors import ConfigError, PulseboardError
from pulseboard.core.limits import NAMES, Limits
from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status


class NotApplicable(PulseboardError):
    """This host has nothing the check could ask about; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Check(abc.ABC):
    """
    A question about one dependency, answered from inside the process.

    Subclasses are frozen dataclasses. Their fields are the settings, shown on
    the dashboard; mark secrets ``field(repr=False)``.
    """

    @abc.abstractmethod
    def run(self) -> Outcome | Awaitable[Outcome]:
        """
        Answer the question, or raise. May be ``async def``.

        Return an `Outcome` for any answer worth explaining, good or bad. Let
        unexpected exceptions escape: they become CRITICAL, and their text goes
        to the log and not to the page. Do not retry and do not keep time: the
        runner owns the deadline.
        """

    @classmethod
    def instances(cls) -> Mapping[str, Mapping[str, object]]:
        """
        Return the instances this host needs: label to preset options.

        One instance with the empty label by default. A check of several things
        (database aliases, mounts) returns one label for each; the label follows
        the check's name after a colon, as in ``database:replica``.

        Raises:
            NotApplicable: There is nothing here to ask about; says why.
        """
        return {"": {}}


@dataclass(frozen=True, kw_only=True)
class GradedCheck(Check):
    """
    A check that measures one main reading against limits.

    Subclasses set defaults by declaring the fields again, in the reading's unit.
    """

    warning_above: float | None = None
    critical_above: float | None = None
    warning_below: float | None = None
    critical_below: float | None = None

    def __post_init__(self) -> None:
        self.limits()

    def limits(self) -> Limits:
        """Return the four bounds; raises ConfigError when they contradict."""
        return Limits(**{name: getattr(self, name) for name in NAMES})

    def grade(self, value: float | None) -> Status:
        """Return the status of *value*, UNKNOWN when it is None."""
        return self.limits().grade(value)


@dataclass(frozen=True, kw_only=True)
class FunctionCheck(Check):
    """A check that is one function and has no settings."""

    function: Callable[[], Outcome | Awaitable[Outcome]]

    def run(self) -> Outcome | Awaitable[Outcome]:
        return self.function()


@dataclass(frozen=True, kw_only=True)
class MetricCheck(GradedCheck):
    """A function that returns one number, graded by its limits."""

    reading: str
    function: Callable[[], float | Awaitable[float]]

    def run(self) -> Outcome | Awaitable[Outcome]:
        value = self.function()
        if isinstance(value, Awaitable):
            return self._awaited(value)
        return self._outcome(value)

    async def _awaited(self, value: Awaitable[float]) -> Outcome:
        return self._outcome(await value)

    def _outcome(self, value: float) -> Outcome:
        # A boolean would be graded as 0 or 1, and None as unknown: both are mistakes.
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(f"expected a number, got {type(value).__name__}")
        status = self.grade(value)
        return Outcome(status, _sentence(value, self.limits()), {self.reading: value})


def _sentence(value: float, limits: Limits) -> str:
    broken = limits.broken_by(value)
    return f"{value:g}" if broken is None else f"{value:g}, limit {broken:g}"
