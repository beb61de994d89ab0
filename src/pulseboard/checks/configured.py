"""Declared checks and what the host configured, made into monitors."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from pulseboard.checks import builtin
from pulseboard.checks.check import Check, NotApplicable
from pulseboard.checks.registry import Declared, declared
from pulseboard.conf import Duration, Settings, get_settings
from pulseboard.core.errors import ConfigError
from pulseboard.core.options import build, refuse_unknown
from pulseboard.core.presentable import plain
from pulseboard.monitors.definition import Confirmation, Definition


@dataclass(frozen=True, kw_only=True)
class CommonOptions:
    """
    What every check can be told under its name in `PULSEBOARD.CHECKS`.

    Args:
        failures: Bad results among the last *of* that confirm trouble.
        successes: Good results in a row that confirm recovery.
    """

    enabled: bool = True
    every: Duration | None = None
    timeout: Duration | None = None
    title: str = ""
    group: str = ""
    decides_readiness: bool = False
    failures: int = Confirmation().failures
    of: int = Confirmation().of
    successes: int = Confirmation().successes


HOST_MODULE = "health_checks"
#: A runner ticks once a second.
LEAST_INTERVAL = timedelta(seconds=1)
#: What the column of a monitor's name holds.
NAME_LENGTH = 150

COMMON = frozenset(each.name for each in fields(CommonOptions))


@dataclass(frozen=True, slots=True)
class Plan:
    """
    Args:
        definitions: The monitors this host gets.
        absent: Checks that do not apply here, and why.
        problems: Errors in declarations and options, one sentence each; what they
            concern is left out of *definitions* and the rest stands (F72).
    """

    definitions: tuple[Definition, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def provide() -> Iterable[Definition]:
    """Return the checks of this host, for the registry of monitors."""
    return plan().definitions


def plan() -> Plan:
    """Return what becomes of the declared checks under the current settings."""
    return plan_of(get_settings())


def plan_of(settings: Settings) -> Plan:
    """Return what becomes of the declared checks under *settings*."""
    definitions: list[Definition] = []
    absent: dict[str, str] = {}
    problems = list(load())
    instances: set[str] = set()
    for each in declared.values():
        try:
            made = list(_instances(each, settings))
        except NotApplicable as reason:
            absent[each.name] = str(reason)
        except ConfigError as error:
            problems.append(str(error))
        except Exception as error:  # a host's instances() must not stop the others
            problems.append(f"check {each.name!r}: raised {type(error).__name__}")
        else:
            instances |= {name for name, _ in made}
            definitions += [each for _, each in made if each is not None]
    problems += _unknown_names(settings.checks, {*declared, *instances})
    return Plan(tuple(definitions), absent, tuple(problems))


@functools.cache
def load() -> tuple[str, ...]:
    """
    Import the checks that come with us and each app's ``health_checks.py``.

    Returns:
        What went wrong, one sentence each; one bad file does not hide the others.
    """
    problems = []
    for name in _modules():
        try:
            importlib.import_module(name)
        except ConfigError as error:
            problems.append(str(error))
        except Exception as error:
            problems.append(f"{name}: raised {type(error).__name__} on import")
    return tuple(problems)


def _modules() -> Iterator[str]:
    for module in pkgutil.iter_modules(builtin.__path__, prefix=f"{builtin.__name__}."):
        yield module.name
    # Not `autodiscover_modules`: it ends at the first app that raises.
    for app in apps.get_app_configs():
        if app.module and module_has_submodule(app.module, HOST_MODULE):
            yield f"{app.name}.{HOST_MODULE}"


def _instances(
    each: Declared, settings: Settings
) -> Iterator[tuple[str, Definition | None]]:
    """Yield name and monitor of each instance, None for one switched off."""
    for label, preset in each.cls.instances().items():
        name = f"{each.name}:{label}" if label else each.name
        options = {
            **each.defaults,
            **preset,
            **_options(settings.checks, each.name),
            **(_options(settings.checks, name) if label else {}),
        }
        where = f"PULSEBOARD.CHECKS.{name if label else each.name}"
        yield name, _definition(each, name, label, options, where, settings)


def _options(checks: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, Any]:
    given = checks.get(name, {})
    if not isinstance(given, Mapping):
        raise ConfigError(
            f"PULSEBOARD.CHECKS.{name}: expected a mapping, got {type(given).__name__}"
        )
    return {str(key).lower(): value for key, value in given.items()}


def _definition(
    each: Declared,
    name: str,
    label: str,
    options: Mapping[str, Any],
    where: str,
    settings: Settings,
) -> Definition | None:
    own = {f.name for f in fields(each.cls)} - set(each.fixed)
    refuse_unknown(options, own | COMMON, where=where)
    common = build(
        CommonOptions,
        {k: v for k, v in options.items() if k in COMMON - own},
        where=where,
    )
    given = {key: value for key, value in options.items() if key in own}
    check = _build_check(each, given, where)
    if not common.enabled:
        return None
    every = settings.check_every if common.every is None else common.every
    timeout = settings.check_timeout if common.timeout is None else common.timeout
    if every < LEAST_INTERVAL:
        raise ConfigError(f"{where}.every: expected at least 1s")
    if timeout <= timedelta(0):
        raise ConfigError(f"{where}.timeout: expected more than zero")
    if len(name) > NAME_LENGTH:
        raise ConfigError(
            f"{where}: expected a name of at most {NAME_LENGTH} characters, "
            f"got {len(name)}"
        )
    try:
        confirmation = Confirmation(
            failures=common.failures, of=common.of, successes=common.successes
        )
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    return Definition(
        name=name,
        title=common.title or _title(each.name, label),
        run=check.run,
        every=every,
        timeout=timeout,
        group=common.group,
        decides_readiness=common.decides_readiness,
        confirmation=confirmation,
        source=each.source,
        options=_shown(check, each.fixed),
    )


def _build_check(each: Declared, given: Mapping[str, Any], where: str) -> Check:
    # What the decorator fixed (a function) is no plain data: put in after the rest.
    if each.fixed:
        plain_fields = {k: v for k, v in given.items() if v is not None}
        _require_numbers(plain_fields, where)
        try:
            return each.cls(**plain_fields, **each.fixed)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from None
    return build(each.cls, given, where=where)


def _require_numbers(values: Mapping[str, Any], where: str) -> None:
    for key, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(
                f"{where}.{key}: expected a number (got {type(value).__name__})"
            )


def _shown(check: Check, fixed: Mapping[str, Any]) -> dict[str, object]:
    return plain(
        {
            each.name: getattr(check, each.name)
            for each in fields(check)
            if each.repr and each.name not in fixed
        }
    )


def _title(name: str, label: str) -> str:
    words = name.replace("_", " ").replace("-", " ").replace(".", " ")
    title = words[:1].upper() + words[1:]
    return f"{title} ({label})" if label else title


def _unknown_names(given: Mapping[str, Any], known: set[str]) -> list[str]:
    problems = []
    for name in given:
        try:
            refuse_unknown([name], known, where="PULSEBOARD.CHECKS")
        except ConfigError as error:
            problems.append(str(error))
    return problems
