"""The monitor of our own network: is the way out open at all?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from pulseboard.core.outcome import Outcome, Reason, healthy, unknown
from pulseboard.guard.connection import connect
from pulseboard.guard.errors import FAILURE, Blocked, ConnectFailed, Failure
from pulseboard.guard.verdict import Trust
from pulseboard.monitors.definition import Confirmation, Definition, Lane
from pulseboard.monitors.network import (
    NETWORK,
    TARGETS_NEEDED,
    Gateway,
    gateway_in,
    targets_of,
)

ROUTES = Path("/proc/net/route")
#: Most gateways refuse it, and to be refused is to be answered.
PORT = 80
PATIENCE_SECONDS = 1.5
EVERY, TIMEOUT = timedelta(seconds=60), timedelta(seconds=3)
#: One answer decides: many results lie behind it already.
AT_ONCE = Confirmation(failures=1, of=1, successes=1)

_REASONS = {Gateway.SILENT: Reason.TIMEOUT, Gateway.NONE: Reason.NOT_APPLICABLE}
#: How a target fails of which nothing came back. That a name does not exist is an
#: answer, by somebody out there.
_NOTHING = frozenset(
    each.name.lower()
    for each in (Failure.TIMEOUT, Failure.UNREACHABLE, Failure.RESOLVER)
)


def derive(definitions: Mapping[str, Definition]) -> Iterable[Definition]:
    """Return our network's monitor where enough targets could speak for it."""
    if len(targets_of(definitions)) >= TARGETS_NEEDED and NETWORK not in definitions:
        yield Definition(
            name=NETWORK,
            title="Network of this monitor",
            run=ask_gateway,
            every=EVERY,
            timeout=TIMEOUT,
            confirmation=AT_ONCE,
            source="pulseboard",
            lane=Lane.LOOP,
        )


async def ask_gateway() -> Outcome:
    """Return whether the gateway answers. A silent one proves nothing by itself."""
    found = await _reach()
    if found is Gateway.REACHED:
        return healthy("The gateway answers.")
    return unknown("The gateway does not answer.", _REASONS[found])


def gateway_of(outcome: Outcome) -> Gateway:
    """Return what *outcome* of `ask_gateway` says of the gateway."""
    for gateway, reason in _REASONS.items():
        if outcome.reason is reason:
            return gateway
    is_reached = outcome.reason is Reason.OK
    return Gateway.REACHED if is_reached else Gateway.NONE


def is_nothing_heard(outcome: Outcome) -> bool:
    """Return whether a probe failed because nothing came back from its target."""
    if outcome.reason is Reason.TIMEOUT:
        return True
    is_error = outcome.reason is Reason.ERROR
    return is_error and outcome.details.get(FAILURE) in _NOTHING


async def _reach() -> Gateway:
    address = _gateway()
    if address is None:
        return Gateway.NONE
    try:
        connection = await connect(
            address, PORT, trust=Trust.CODE, timeout_seconds=PATIENCE_SECONDS
        )
    except ConnectFailed as error:
        refused = error.failure is Failure.REFUSED
        return Gateway.REACHED if refused else Gateway.SILENT
    except Blocked:
        return Gateway.NONE
    connection.close()
    return Gateway.REACHED


def _gateway() -> str | None:
    try:
        return gateway_in(ROUTES.read_text())
    except (OSError, UnicodeError):
        return None
