"""
Whether it is our own network that failed, and not the targets. Pure.

    somebody answers, target or gateway ────────────────────▶ not offline
    all that were asked are silent, of several domains,
        and the gateway is silent ──────────────────────────▶ offline
        and there is no gateway: every known target is silent ▶ offline
    none of it ─────────────────────────────────────────────▶ not known

Hosts of one domain often stand behind one door, so domains are counted.
"""

from __future__ import annotations

import enum
import functools
import ipaddress
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pulseboard.core.outcome import Outcome, Reason
from pulseboard.core.status import Status
from pulseboard.monitors.definition import Definition

#: Name of the monitor that says so.
NETWORK = "network"
#: With fewer there is nothing to compare.
TARGETS_NEEDED = 3
#: Unrelated ones do not fail together by chance.
DOMAINS_NEEDED = 3


class Gateway(enum.Enum):
    """What became of asking the gateway."""

    REACHED = "reached"  # a refusal counts: something answered
    SILENT = "silent"
    NONE = "none"  # no default route, or nobody can tell


@dataclass(frozen=True, slots=True)
class Heard:
    """The last result of one target: when it ended, and whether nothing came back."""

    target: str
    at: datetime
    failed: bool


def is_offline(
    target: str,
    at: datetime,
    heard: Iterable[Heard],
    gateway: Gateway | None,
    *,
    asked: Collection[str],
    known: Collection[str],
) -> bool | None:
    """
    Return whether the failure of *target* is our network's.

    Args:
        at: When the failed run began. What ended before says nothing.
        heard: The last results of all targets.
        gateway: None when it has not been asked since.
        asked: Targets whose answer or silence has to be waited for.
        known: All targets.

    Returns:
        None while that cannot be told.
    """
    if gateway is Gateway.REACHED:
        return False
    since = [each for each in heard if each.at >= at and each.target != target]
    if any(not each.failed for each in since):
        return False
    silent = {each.target for each in since}
    if gateway is None or not silent.issuperset(asked):
        return None
    others = set(known) - {target}
    if gateway is Gateway.NONE and not silent >= others:
        return None
    return _are_several(target, silent, others, gateway) or None


def _are_several(
    target: str, silent: Iterable[str], others: Iterable[str], gateway: Gateway
) -> bool:
    """Return whether *silent* are of enough domains unrelated to *target*."""
    own = {domain_of(target)}
    unrelated = {domain_of(each) for each in silent} - own
    if gateway is Gateway.NONE:
        return len(unrelated | own) >= DOMAINS_NEEDED
    there_are = {domain_of(each) for each in others} - own
    return bool(unrelated) and len(unrelated) >= min(DOMAINS_NEEDED, len(there_are))


@functools.lru_cache(maxsize=4096)
def domain_of(host: str) -> str:
    """
    Return what hosts of one owner share: the last two labels, an IP address whole.

    Under a public suffix such as ``co.uk`` strangers pass for relatives; that only
    makes us slower to believe that we are offline.
    """
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return ".".join(host.rstrip(".").split(".")[-2:])


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
