"""What is expected of a probe besides what people wrote."""

from __future__ import annotations

from dataclasses import replace

from pulseboard.probes.assertions.conditions import Conditions
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.probe import Probe


def with_presumed(probe: Probe, written: Conditions) -> Conditions:
    """
    Return *written* and what *probe* expects of itself.

    What its kind presumes, such as ``dns.rcode == NOERROR``, gives way to any
    condition that people wrote about the same thing. What its options say does not.
    """
    presumed = _read(probe.presumed).items
    kept = tuple(each for each in presumed if each.subject.name not in written.names)
    return Conditions(kept) + _read(probe.required()) + written


def _read(lines: tuple[str, ...]) -> Conditions:
    found = parse_conditions("\n".join(lines))
    # Nobody wrote them, so no line of a form is to blame.
    return Conditions(tuple(replace(each, line=0) for each in found.items))
