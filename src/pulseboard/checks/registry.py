"""
The checks this process knows, by name.

Registering is one act: the decorator, on a function or on a `Check` class. There is
no list to edit. Settings choose options, never code.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from pulseboard.checks.check import Check, FunctionCheck, MetricCheck
from pulseboard.core.duration import parse_duration
from pulseboard.core.errors import ConfigError

Subject = TypeVar("Subject", bound=Callable[..., object])
Number = TypeVar("Number", bound=Callable[[], float | Awaitable[float]])

NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Declared:
    """
    A check as its author wrote it; settings may still change the options.

    Args:
        fixed: Fields of *cls* that the decorator gave and no setting may change.
        defaults: Options of every monitor, such as ``every``, set by the author.
        source: Dotted name of the module that declared it.
    """

    name: str
    cls: type[Check]
    fixed: Mapping[str, object] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)
    source: str = ""


#: By name.
declared: dict[str, Declared] = {}


def check(
    name: str,
    *,
    every: str | timedelta | None = None,
    timeout: str | timedelta | None = None,
    title: str = "",
    group: str = "",
    decides_readiness: bool | None = None,
) -> Callable[[Subject], Subject]:
    """
    Declare the decorated function or `Check` class as the check *name*.

    The name labels its samples, so renaming a check starts a new series.

    Args:
        every: Time between runs, ``"1m"``; default `CHECK_EVERY`.
        timeout: The longest a run may take; default `CHECK_TIMEOUT`.
        title: What people read; made from the name by default.
        group: Heading under which the dashboard lists it.
        decides_readiness: Whether ``ready`` answers 503 while it is critical.

    Raises:
        ConfigError: Another check has that name, or an argument is malformed.
    """
    defaults = _defaults(name, every, timeout, title, group, decides_readiness)

    def declare(subject: Subject) -> Subject:
        if isinstance(subject, type) and issubclass(subject, Check):
            _add(name, subject, {}, defaults, subject.__module__)
        else:
            function = {"function": subject}
            _add(name, FunctionCheck, function, defaults, subject.__module__)
        return subject

    return declare


def metric(
    name: str,
    *,
    warning_above: float | None = None,
    critical_above: float | None = None,
    warning_below: float | None = None,
    critical_below: float | None = None,
    every: str | timedelta | None = None,
    timeout: str | timedelta | None = None,
    title: str = "",
    group: str = "",
) -> Callable[[Number], Number]:
    """
    Declare the decorated function, which returns one number, as the metric *name*.

    The number is stored as the reading *name*: end it with the unit (``_seconds``,
    ``_bytes``, ``_ratio``) unless it is a plain count. Limits as in `Limits`.

    Raises:
        ConfigError: As for `check`, or the limits contradict each other.
    """
    limits: dict[str, object] = {
        "warning_above": warning_above,
        "critical_above": critical_above,
        "warning_below": warning_below,
        "critical_below": critical_below,
    }

    def declare(function: Number) -> Number:
        fixed = {
            "reading": name.replace("-", "_").replace(".", "_"),
            "function": function,
        }
        MetricCheck(**fixed, **limits)  # type: ignore[arg-type]  # judges the limits now
        defaults = _defaults(name, every, timeout, title, group, None)
        _add(name, MetricCheck, fixed, {**defaults, **limits}, function.__module__)
        return function

    return declare


def _defaults(
    name: str,
    every: str | timedelta | None,
    timeout: str | timedelta | None,
    title: str,
    group: str,
    decides_readiness: bool | None,
) -> dict[str, object]:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ConfigError(
            "expected a check name of a-z, 0-9, '_', '.' and '-' that begins with a "
            f"letter and has at most 64 characters, got {name!r}"
        )
    given = {
        "every": every,
        "timeout": timeout,
        "title": title or None,
        "group": group or None,
        "decides_readiness": decides_readiness,
    }
    defaults: dict[str, object] = {k: v for k, v in given.items() if v is not None}
    for key in ("every", "timeout"):
        if key in defaults:
            defaults[key] = _positive(name, key, defaults[key])
    return defaults


def _positive(name: str, key: str, value: object) -> timedelta:
    try:
        duration = parse_duration(value)
    except ValueError as error:
        raise ConfigError(f"check {name!r}, {key}: {error}") from None
    if duration <= timedelta(0):
        raise ConfigError(f"check {name!r}, {key}: expected more than zero")
    return duration


def _add(
    name: str,
    cls: type[Check],
    fixed: Mapping[str, object],
    defaults: Mapping[str, object],
    source: str,
) -> None:
    if name in declared:
        raise ConfigError(
            f"two checks are named {name!r}: in {declared[name].source} and {source}"
        )
    declared[name] = Declared(
        name=name, cls=cls, fixed=fixed, defaults=defaults, source=source
    )
