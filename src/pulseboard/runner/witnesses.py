"""
Who else is asked whether our network works, most telling first. Pure.

One of each unrelated domain, then further hosts of those, then those of the domain
in doubt. Among equals whoever answered last: who was silent already says little.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence

from pulseboard.history.observed import Observed
from pulseboard.monitors.definition import Definition
from pulseboard.monitors.network import domain_of
from pulseboard.runner.network import is_nothing_heard


def by_promise(
    definitions: Mapping[str, Definition], last: Mapping[str, Observed]
) -> list[str]:
    """Return one monitor of each host, those first whose target was heard last."""
    targets = [name for name, each in definitions.items() if each.target]
    targets.sort(key=lambda name: _promise(last.get(name)))
    hosts: dict[str, str] = {}
    for name in targets:
        hosts.setdefault(definitions[name].target, name)
    return list(hosts.values())


def witnesses(
    target: str, names: Sequence[str], definitions: Mapping[str, Definition]
) -> list[str]:
    """Return who can tell about *target*: of *names*, many domains first."""
    # Those of its own domain may stand behind the same door: they come last.
    taken = Counter({domain_of(target): sys.maxsize})
    ranked: list[tuple[int, str]] = []
    for name in names:
        other = definitions[name].target
        if other == target:
            continue
        domain = domain_of(other)
        ranked.append((taken[domain], name))
        taken[domain] += 1
    return [name for _, name in sorted(ranked, key=lambda each: each[0])]


def _promise(last: Observed | None) -> tuple[int, float]:
    if last is None:
        return 1, 0.0
    return 2 * is_nothing_heard(last.outcome), -last.at.timestamp()
