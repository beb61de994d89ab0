"""Conditions as read: a subject and what is said of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from pulseboard.probes.assertions.names import JSON, SECRETIVE, Sort
from pulseboard.probes.assertions.paths import Path
from pulseboard.probes.assertions.patterns import Pattern
from pulseboard.probes.assertions.schema import Schema
from pulseboard.probes.assertions.values import Choice, Literal


class Severity(enum.Enum):
    """How much a broken condition matters."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What a condition speaks about.

    Args:
        name: As in `names.SUBJECTS`; ``json`` for every path into the body.
        written: As people wrote it.
    """

    name: str
    sort: Sort
    written: str
    path: Path = ()

    @property
    def is_many(self) -> bool:
        """Whether it stands for any number of values."""
        return self.name == JSON and None in self.path

    @property
    def is_secretive(self) -> bool:
        """Whether its value must not stand in a sentence."""
        return self.name in SECRETIVE


@dataclass(frozen=True, slots=True)
class Compare:
    """``== 200``: equal or not, or in which order."""

    operator: str
    right: Literal | Subject


@dataclass(frozen=True, slots=True)
class OneOf:
    """``in 200-299, 304``."""

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """``exists``."""


@dataclass(frozen=True, slots=True)
class Contains:
    """``contains "ok"``: a part of text, or an entry of a list."""

    literal: Literal


@dataclass(frozen=True, slots=True)
class Like:
    """``like "*ok*"``: all of the text, with wildcards."""

    wildcards: str


@dataclass(frozen=True, slots=True)
class Matches:
    """``matches /re/``."""

    pattern: Pattern = field(compare=False)
    written: str


@dataclass(frozen=True, slots=True)
class Is:
    """``is number``."""

    kind: str


@dataclass(frozen=True, slots=True)
class Length:
    """``length > 3``: letters of text, entries of a list, keys of an object."""

    operator: str
    limit: float


@dataclass(frozen=True, slots=True)
class Age:
    """``age < 10m``: how long ago an instant is."""

    operator: str
    limit_seconds: float


@dataclass(frozen=True, slots=True)
class Fits:
    """``fits schema``."""

    schema: Schema


Test = Compare | OneOf | Exists | Contains | Like | Matches | Is | Length | Age | Fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """
    One line.

    Args:
        said: The line for a sentence: without addresses, hosts and secrets, cut.
        negated: Whether what it says must not be so.
        any_one: Of many values, whether one is enough.
    """

    line: int
    severity: Severity
    subject: Subject
    test: Test
    said: str
    negated: bool = False
    any_one: bool = False
