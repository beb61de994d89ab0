"""
Whether it is our own network that failed, and not the targets. Pure.

    somebody answers, target or gateway ───────────────▶ not offline
    two other targets failed, too, and no gateway answers ▶ offline
    neither ───────────────────────────────────────────▶ not known yet
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status
from pulseboard.monitors.definition import Definition

#: Name of the monitor that says so.
NETWORK = "network"
#: Beside the one in doubt; unrelated ones do not fail together by chance.
OTHERS_NEEDED = 2
#: A failure so long ago says nothing about now.
RECENT = timedelta(seconds=90)


class Gateway(enum.Enum):
    """What became of asking the gateway."""

    REACHED = "reached"  # a refusal counts: something answered
    SILENT = "silent"
    NONE = "none"  # no default route, or nobody can tell


@dataclass(frozen=True, slots=True)
class Heard:
    """The last result of one target: when it began, and whether nothing came back."""

    target: str
    at: datetime
    failed: bool


def is_offline(
    target: str, at: datetime, heard: Iterable[Heard], gateway: Gateway | None
) -> bool | None:
    """
    Return whether the failure of *target* is our network's.

    Args:
        at: When the failed run began.
        heard: The last results of all targets.
        gateway: None when it has not been asked since.

    Returns:
        None while that cannot be told.
    """
    if gateway is Gateway.REACHED:
        return False
    others = [each for each in heard if each.target != target]
    if any(not each.failed and each.at >= at for each in others):
        return False
    # One host may be asked by many: it failed when its last word is a failure.
    last: dict[str, Heard] = {}
    for each in others:
        if each.target not in last or last[each.target].at < each.at:
            last[each.target] = each
    failed = [each for each in last.values() if each.failed and at - each.at <= RECENT]
    if len(failed) < OTHERS_NEEDED or gateway is None:
        return None
    return True


def offline() -> Outcome:
    """Return what a target's failure is taken for meanwhile."""
    return Outcome(
        Status.UNKNOWN, "This monitor is offline, not the target.",
        reason=Reason.OFFLINE,
    )  # fmt: skip


def told_offline(targets: int) -> Outcome:
    """Return what the monitor of our network says."""
    return Outcome(
        Status.CRITICAL,
        f"This monitor is offline: none of {targets} targets answers.",
        reason=Reason.ERROR,
    )


def targets_of(definitions: Mapping[str, Definition]) -> frozenset[str]:
    """Return the hosts that are asked over the network."""
    return frozenset(each.target for each in definitions.values() if each.target)


def host_key(target: str) -> str:
    """
    Return the host in *target* as people write it: a URL, a host, a host and port.

    Returns:
        Empty for a path of our own, for this very host, and when there is none.
    """
    text = target.strip().lower()
    if not text or text.startswith("/"):
        return ""
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return "" if _is_here(host) else host


def gateway_in(routes: str) -> str | None:
    """Return the address of the default route in the text of ``/proc/net/route``."""
    for line in routes.splitlines()[1:]:
        fields = line.split()
        if len(fields) < 4 or fields[1] != "00000000":
            continue
        try:
            number = int.from_bytes(bytes.fromhex(fields[2])[::-1], "big")
        except ValueError:
            continue
        if number:
            return str(ipaddress.IPv4Address(number))
    return None


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
