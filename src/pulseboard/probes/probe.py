"""
What a probe is: a kind's own options, and one try at asking.

A kind is one file in `kinds`: a frozen dataclass under `@kind("tcp")`. It opens what
it needs through the guard and returns what it saw; retries, conditions, deadlines and
storage are not its business.
"""

from __future__ import annotations

import abc
import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, TypeVar

from pulseboard.core.errors import ConfigError
from pulseboard.guard.verdict import Trust
from pulseboard.probes.facts import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """
    One try.

    Args:
        trust: Who chose the target.
        timeout_seconds: For all of it.
    """

    trust: Trust
    timeout_seconds: float


@dataclass(frozen=True, kw_only=True)
class Probe(abc.ABC):
    """
    Options of one kind, as fields; mark secrets ``field(repr=False)``.

    ``__post_init__`` refuses what cannot work with a `ConfigError` that begins with
    the name of the field and a colon.
    """

    #: Conditions that hold unless people write their own about the same thing.
    presumed: ClassVar[tuple[str, ...]] = ()
    #: Days before an end at which to say so, unless people set others.
    usual_expiry_days: ClassVar[tuple[int, ...]] = ()
    #: How often it is asked, unless people say.
    usual_every: ClassVar[timedelta] = timedelta(seconds=60)
    #: People may not have it asked more often.
    least_every: ClassVar[timedelta] = timedelta(seconds=5)

    def required(self) -> tuple[str, ...]:
        """Return the conditions that the options write down, such as limits."""
        return ()

    @abc.abstractmethod
    async def ask(self, one: Try) -> Facts:
        """
        Ask once.

        Raises:
            Blocked: Policy forbids the target; nothing was sent.
            ConnectFailed: No complete answer in time; its failure says why.
        """


P = TypeVar("P", bound=type[Probe])

_kinds: dict[str, type[Probe]] = {}


def kind(name: str) -> Callable[[P], P]:
    """Register the decorated `Probe` as the kind *name*."""

    def register(cls: P) -> P:
        if name in _kinds:
            raise ConfigError(f"two kinds of probe are named {name!r}")
        _kinds[name] = cls
        return cls

    return register


@functools.cache
def known_kinds() -> dict[str, type[Probe]]:
    """Return every kind of probe by name."""
    # By name: the kinds import this module, and it must not import them back.
    kinds = importlib.import_module("pulseboard.probes.kinds")
    for module in pkgutil.iter_modules(kinds.__path__, prefix=f"{kinds.__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(_kinds.items()))
