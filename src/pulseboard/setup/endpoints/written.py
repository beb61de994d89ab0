"""Proposals become endpoints, after somebody said yes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from pulseboard.access.store import audit
from pulseboard.core.caller import Caller
from pulseboard.core.door import call
from pulseboard.core.errors import UsageError
from pulseboard.core.screen import Screen
from pulseboard.core.verb import FINE
from pulseboard.probes import store as probes
from pulseboard.probes.models import Endpoint
from pulseboard.runner.detached import operator
from pulseboard.setup.endpoints.discovered import discover, table
from pulseboard.setup.endpoints.proposal import Proposal

NOBODY_THERE = (
    "nobody is there to ask: add --yes to write the endpoints, or --dry-run to only "
    "look"
)


def propose(
    screen: Screen, *, yes: bool, dry_run: bool, publish: bool, as_json: bool
) -> int:
    """
    Find what to watch, ask, and write it.

    Raises:
        UsageError: Nobody is there to be asked, and nothing says what to do.
    """
    found, left = discover()
    fresh, known = _divided(found)
    if as_json:
        screen.document(_document(fresh, known, left))
    else:
        _show(screen, fresh, known, left)
    if dry_run or not fresh:
        return FINE
    if not yes and not _agreed(screen, len(fresh)):
        screen.line("Nothing was written.")
        return FINE
    _write(fresh, publish=publish)
    if not as_json:
        screen.line(f"{len(fresh)} endpoints written; see {call('status')}")
    return FINE


def _divided(found: Sequence[Proposal]) -> tuple[list[Proposal], list[str]]:
    """Return what is new, and the names of what is watched already."""
    rows = Endpoint.objects.all()
    watched = {(row.options.get("method", "GET"), row.target) for row in rows}
    fresh = [
        each for each in found if (each.spec["method"], each.spec["url"]) not in watched
    ]
    known = [str(each.spec["title"]) for each in found if each not in fresh]
    return fresh, known


def _show(
    screen: Screen, fresh: Sequence[Proposal], known: list[str], left: dict[str, str]
) -> None:
    for line in table(fresh):
        screen.line(line)
    if known:
        screen.line(f"Watched already: {', '.join(known)}")
    if left:
        screen.line()
        screen.line("Not proposed:")
        for path, reason in left.items():
            screen.line(f"  {path}: {reason}")
    if not fresh:
        screen.line("Nothing new to watch.")


def _document(
    fresh: Sequence[Proposal], known: list[str], left: dict[str, str]
) -> dict[str, object]:
    return {
        "proposed": [
            {**each.spec, "measured_status": each.status, "seconds": each.seconds}
            for each in fresh
        ],
        "watched_already": known,
        "not_proposed": left,
    }


def _agreed(screen: Screen, count: int) -> bool:
    if not sys.stdin.isatty():
        raise UsageError(NOBODY_THERE)
    screen.line(f"Write these {count} endpoints? [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _write(found: Sequence[Proposal], *, publish: bool) -> None:
    """Write all of *found*, or none."""
    now, who = datetime.now(UTC), operator()
    with transaction.atomic():
        for each in found:
            title = str(each.spec["title"])
            spec = {**each.spec, "name": probes.free_name(title), "public": publish}
            row = probes.create(spec, now, who=who)
            audit(Caller(name=who), "add endpoint", row.name)
