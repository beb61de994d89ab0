"""`ENDPOINTS` of the settings, made into plans."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pulseboard.conf import Settings, get_settings
from pulseboard.core.errors import ConfigError
from pulseboard.guard.verdict import Network, Trust, parse_networks
from pulseboard.monitors.definition import Definition
from pulseboard.probes.attempt import definition_of
from pulseboard.probes.options import Surroundings, named, read_spec
from pulseboard.probes.plan import Plan
from pulseboard.probes.whereabouts import own_address

SOURCE = "PULSEBOARD.ENDPOINTS"


@dataclass(frozen=True, slots=True)
class Declared:
    """
    Args:
        plans: Of the sound endpoints, switched off ones too.
        specs: As they were written, by the name of the plan.
        problems: What is wrong with the others, one sentence each.
    """

    plans: tuple[Plan, ...] = ()
    specs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def provide() -> Iterable[Definition]:
    """Return the endpoints of the settings, for the registry of monitors."""
    plans = declared_of(get_settings()).plans
    return [definition_of(each, SOURCE) for each in plans if each.is_enabled]


def declared_of(settings: Settings) -> Declared:
    """Return what `ENDPOINTS` of *settings* declare."""
    written, problems = _written(settings.endpoints)
    around = surroundings(Trust.CODE, settings, names=written)
    plans: dict[str, Plan] = {}
    for name, (where, spec) in written.items():
        try:
            plans[name] = read_spec(spec, around)
        except ConfigError as error:
            problems.append(f"{where}: {error}")
    specs = {name: written[name][1] for name in plans}
    return Declared(tuple(plans.values()), specs, tuple(problems))


def surroundings(
    trust: Trust,
    settings: Settings,
    *,
    names: Iterable[str] = (),
    is_stored: bool = False,
) -> Surroundings:
    """
    Return what endpoints of this host are read against.

    Args:
        names: Of all endpoints.
    """
    return Surroundings(
        trust=trust,
        is_stored=is_stored,
        clock=lambda: datetime.now(UTC),
        timeout=settings.probe_timeout,
        networks=_networks(settings),
        names=frozenset(names),
        environ=os.environ,
        own=own_address,
    )


def _networks(settings: Settings) -> tuple[Network, ...]:
    """Return `ALLOWED_NETWORKS`; none when they are not sound, which is told apart."""
    try:
        return parse_networks(tuple(settings.allowed_networks))
    except ConfigError:
        return ()


def _written(
    endpoints: Mapping[str, Any] | list[Any],
) -> tuple[dict[str, tuple[str, dict[str, Any]]], list[str]]:
    """Return place and spec of each endpoint by its name, and what is wrong."""
    written: dict[str, tuple[str, dict[str, Any]]] = {}
    problems = []
    for where, label, spec in _entries(endpoints):
        try:
            name, full = _named(label, spec)
            if name in written:
                raise ConfigError(f"another endpoint is named {name!r}")
        except ConfigError as error:
            problems.append(f"{where}: {error}")
        else:
            written[name] = (where, full)
    return written, problems


def _entries(
    endpoints: Mapping[str, Any] | list[Any],
) -> Iterator[tuple[str, str, object]]:
    """Yield place, label and spec of each endpoint."""
    if isinstance(endpoints, Mapping):
        for label, spec in endpoints.items():
            yield f"{SOURCE}.{label}", str(label), spec
    else:
        for place, spec in enumerate(endpoints):
            yield f"{SOURCE}[{place}]", "", spec


def _named(label: str, spec: object) -> tuple[str, dict[str, Any]]:
    """
    Return the name of an endpoint, and its spec with that name in it.

    Raises:
        ConfigError: It is neither a mapping nor a URL, or has no name.
    """
    if isinstance(spec, str):
        spec = {"target": spec}
    if not isinstance(spec, Mapping):
        raise ConfigError(f"expected a mapping or a URL, got {type(spec).__name__}")
    values = {str(key).lower(): value for key, value in spec.items()}
    full = named({"name": label or None, **values})
    name = full.get("name")
    if not isinstance(name, str) or not name:
        raise ConfigError("expected a name")
    return name, full
