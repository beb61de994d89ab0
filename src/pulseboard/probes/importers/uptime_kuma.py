"""
Monitors of Uptime Kuma, whichever file they come from.

Its backup calls a field ``retryInterval`` and its database ``retry_interval``; here
both are ``retry_interval``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pulseboard.probes.importers.draft import (
    INTERVALS,
    MOST_RETRIES,
    TIMEOUTS,
    WAITS,
    Draft,
    finish,
    refuse_too_many,
)
from pulseboard.probes.importers.report import Dropped, Imported
from pulseboard.probes.importers.uptime_kuma_kinds import KINDS
from pulseboard.probes.importers.uptime_kuma_monitor import Monitor, Row

SOURCE = "Uptime Kuma"

#: Types that have no kind, and what to do instead.
_REFUSED = {
    "push": "a job reports itself here; it is no endpoint",
    "ping": "ICMP is not sent; ask a port with tcp",
    "manual": "its status is set by hand; write an incident instead",
}

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake(name: str) -> str:
    """Return *name* as the database has it: ``ignoreTls`` → ``ignore_tls``."""
    return _CAPITAL.sub("_", name.replace("IDs", "Ids")).lower()


def imported(rows: Iterable[Row], dropped: Iterable[Dropped]) -> Imported:
    """
    Return *rows* as endpoints.

    Args:
        rows: Monitors, their fields by `snake` names.
        dropped: What is told of the rest of the file.

    Raises:
        ConfigError: There are too many.
    """
    known = list(rows)
    refuse_too_many(known)
    groups = {
        str(each.get("id")): each for each in known if each.get("type") == "group"
    }
    drafts = [_draft(each, groups) for each in known if each.get("type") != "group"]
    endpoints, told = finish(drafts)
    return Imported(SOURCE, endpoints, [*dropped, *_groups(groups.values()), *told])


def _groups(groups: Iterable[Row]) -> list[Dropped]:
    return [
        Dropped(
            str(each.get("name", ""))[:150],
            "type group",
            "is the group of what it held; it has no status and no alerts of its own",
        )
        for each in groups
    ]


def _draft(row: Row, groups: Mapping[str, Row]) -> Draft:
    draft = Draft(str(row.get("name") or ""), f"monitor {row.get('id', '')}")
    monitor = Monitor(row, draft)
    name = str(row.get("type") or "")
    make = KINDS.get(name)
    if make is None:
        why = _REFUSED.get(name, "there is no such kind of probe")
        draft.refuse(f"type {name}", why)
        return draft
    make(monitor)
    _schedule(monitor)
    parent = groups.get(str(row.get("parent")))
    if parent is not None and parent.get("name"):
        draft.spec["group"] = str(parent["name"])[:100]
    if monitor.take("upside_down"):
        _upside_down(draft)
    if draft.is_taken:
        monitor.tell_the_rest()
    return draft


def _schedule(monitor: Monitor) -> None:
    draft = monitor.draft
    interval = monitor.number("interval", 60)
    draft.duration("every", interval, INTERVALS, "interval")
    retries = int(monitor.number("maxretries", 0))
    draft.spec["retries"] = min(max(retries, 0), MOST_RETRIES)
    if retries > MOST_RETRIES:
        draft.drop("maxretries", f"must be at most {MOST_RETRIES}; was changed")
    wait = monitor.number("retry_interval", interval) or interval
    if retries > 0:
        draft.duration("retry_after", wait, WAITS, "retry_interval")
    if (timeout := monitor.number("timeout", 0)) > 0:
        draft.duration("timeout", timeout, TIMEOUTS, "timeout")
    if not monitor.row.get("active", True):
        draft.spec["enabled"] = False


def _upside_down(draft: Draft) -> None:
    if draft.spec.get("kind") == "tcp":
        draft.condition("connected == false")
    else:
        draft.switch_off("upside_down", "only 'connected == false' turns a probe round")
