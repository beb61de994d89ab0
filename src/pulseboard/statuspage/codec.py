"""
A snapshot as bytes, and back.

Everything but the bars is JSON as it stands. A bar that is one status from end to end
is one digit, and all services share where bars begin: a hundred services of ninety
days would otherwise be megabytes.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from pulseboard.core.buckets import epoch_ms, instant
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.statuspage.calendar import Cell, Row, bar
from pulseboard.statuspage.policy import Policy, Tally
from pulseboard.statuspage.snapshot import Bar, Service, Snapshot, Trouble

STATUSES = tuple(PublicStatus)
_NUMBER = {status: number for number, status in enumerate(STATUSES)}
ETAG_LENGTH = 32


def to_bytes(snapshot: Snapshot) -> bytes:
    """Return *snapshot* as bytes: equal snapshots give equal bytes."""
    bare = replace(snapshot, services=tuple(map(_without_bars, snapshot.services)))
    stored: dict[str, Any] = {
        "page": _sorted(_adapter().dump_python(bare, mode="json")),
        "rows": [
            _rows([service.days for service in snapshot.services]),
            _rows([service.hours for service in snapshot.services]),
        ],
    }
    return json.dumps(stored, separators=(",", ":"), ensure_ascii=False).encode()


def from_bytes(body: bytes) -> Snapshot:
    """Return what `to_bytes` was given."""
    stored = json.loads(body)
    snapshot = _adapter().validate_python(stored["page"])
    days, hours = (_read_rows(each, snapshot.look.policy) for each in stored["rows"])
    services = tuple(
        replace(service, days=days[place], hours=hours[place])
        for place, service in enumerate(snapshot.services)
    )
    return replace(snapshot, services=services)


def etag_of(body: bytes) -> str:
    """Return the version that *body* stands for."""
    return hashlib.sha256(body).hexdigest()[:ETAG_LENGTH]


@functools.cache
def _adapter() -> TypeAdapter[Snapshot]:
    return TypeAdapter(Snapshot)


def _without_bars(service: Service) -> Service:
    return replace(service, days=(), hours=())


def _sorted(page: dict[str, Any]) -> dict[str, Any]:
    """Return *page* with its sets in order: they have none of their own."""
    for window in page["windows"]:
        window["monitors"].sort()
        window["components"].sort()
    return page


def _rows(services: Sequence[Sequence[Bar]]) -> dict[str, Any]:
    if not services:
        return {"cells": [], "bars": []}
    # Bars are shared between services, so most are written once and looked up then.
    written: dict[int, Any] = {}
    return {
        "cells": [_cell(each) for each in services[0]],
        "bars": [[_bar(each, written) for each in bars] for bars in services],
    }


def _cell(each: Bar) -> list[Any]:
    began, ended = epoch_ms(each.began_at), epoch_ms(each.ended_at)
    return [each.day.isoformat(), each.hour, began, ended]


def _bar(each: Bar, written: dict[int, Any]) -> Any:
    found = written.get(id(each))
    if found is None:
        found = written[id(each)] = _encoded(each)
    return found


def _encoded(each: Bar) -> Any:
    if not each.incidents and _is_whole(each):
        return _NUMBER[each.status]
    return [
        _NUMBER[each.status],
        [_short(seconds) for seconds in _tally(each)],
        [
            [_NUMBER[t.status], epoch_ms(t.began_at), epoch_ms(t.ended_at)]
            for t in each.troubles
        ],
        list(each.incidents),
    ]


def _is_whole(each: Bar) -> bool:
    return sum(seconds > 0 for seconds in _tally(each)) == 1


def _tally(each: Bar) -> Tally:
    return Tally(
        each.up_seconds,
        each.degraded_seconds,
        each.down_seconds,
        each.maintenance_seconds,
        each.unknown_seconds,
    )


def _short(seconds: float) -> float:
    return int(seconds) if seconds == int(seconds) else seconds


def _read_rows(stored: Any, policy: Policy) -> list[tuple[Bar, ...]]:
    cells = [Cell(date.fromisoformat(d), h, b, e) for d, h, b, e in stored["cells"]]
    row = Row(cells, policy)
    return [
        tuple(_decoded(each, place, row) for place, each in enumerate(bars))
        for bars in stored["bars"]
    ]


def _decoded(stored: Any, place: int, row: Row) -> Bar:
    if isinstance(stored, int):
        return row.whole_row(STATUSES[stored])[place]
    number, seconds, troubles, incidents = stored
    found = bar(row.cells[place], Tally(*seconds), STATUSES[number], row.policy)
    return replace(
        found,
        troubles=tuple(
            Trouble(
                status=STATUSES[each], began_at=instant(began), ended_at=instant(ended)
            )
            for each, began, ended in troubles
        ),
        incidents=tuple(incidents),
    )
