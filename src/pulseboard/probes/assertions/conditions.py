"""Conditions, and what is found broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pulseboard.core.redaction import one_line
from pulseboard.probes.assertions.judge import fault
from pulseboard.probes.assertions.sight import Sight
from pulseboard.probes.assertions.syntax import Compare, Condition, Severity
from pulseboard.probes.assertions.values import Literal
from pulseboard.probes.facts import Facts


@dataclass(frozen=True, slots=True)
class Broken:
    """
    A condition that does not hold.

    Args:
        line: Where it stands, from 1; 0 when nobody wrote it.
        said: One line for people, such as ``status == 200: got 503``. It names no
            address or host, and quotes little of what came.
    """

    line: int
    severity: Severity
    said: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """What has to be true of what a probe sees; nothing, when empty."""

    items: tuple[Condition, ...]

    def __add__(self, other: Conditions) -> Conditions:
        return Conditions(self.items + other.items)

    def judge(self, seen: Facts, *, now: datetime) -> list[Broken]:
        """Return the conditions that do not hold, in their order."""
        sight = Sight(seen, now)
        return [
            Broken(each.line, each.severity, one_line(f"{each.said}: {what}"))
            for each in self.items
            if (what := fault(each, sight)) is not None
        ]

    @property
    def names(self) -> frozenset[str]:
        """What they speak about, such as ``status`` and ``json``."""
        return frozenset(each.subject.name for each in self.items)

    @property
    def wants_no_connection(self) -> bool:
        """Whether it is well that nobody answers: ``connected == false``."""
        return any(_wants_no_connection(each) for each in self.items)


def _wants_no_connection(condition: Condition) -> bool:
    test = condition.test
    if condition.subject.name != "connected" or not isinstance(test, Compare):
        return False
    if not isinstance(test.right, Literal):
        return False
    return (test.right.text == "false") is (test.operator == "==")
