"""The addresses of a name, every one of them judged before any is dialled."""

from __future__ import annotations

import functools
import socket
from collections.abc import Collection, Sequence

from pulseboard.guard.deadline import Deadline
from pulseboard.guard.dial import (
    RECORDS_DIALLED,
    Record,
    Resolver,
    configured_networks,
)
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.names import addresses
from pulseboard.guard.ports import allowed_port
from pulseboard.guard.verdict import Network, Trust, judge_address

FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


async def judged_addresses(
    host: str,
    port: int,
    *,
    trust: Trust,
    deadline: Deadline,
    family: int,
    default_ports: Collection[int],
    allowed_networks: Sequence[Network] | None,
    resolver: Resolver | None,
) -> list[Record]:
    """
    Return the addresses to dial, in order, none of which is forbidden.

    Raises:
        Blocked: One is, whether or not it would be dialled.
        ConnectFailed: The name has none that could be dialled.
    """
    networks = configured_networks() if allowed_networks is None else allowed_networks
    if not 0 < port < 65536:  # some event loops would take the rest of a division
        raise ConnectFailed(Failure.UNREACHABLE)
    records = await addresses(host, port, deadline, resolver)
    for _, address in records:
        if not _judge(str(address[0]), trust, tuple(networks)) or not allowed_port(
            default_ports, port, str(address[0]), trust, networks
        ):
            raise Blocked
    if family:
        records = [each for each in records if each[0] == FAMILIES[family]]
    if not records:
        raise ConnectFailed(Failure.NO_ADDRESS)
    return records[:RECORDS_DIALLED]


@functools.lru_cache(maxsize=4096)
def _judge(address: str, trust: Trust, networks: tuple[Network, ...]) -> bool:
    """Remember verdicts: the same targets are asked again and again."""
    return judge_address(address, trust, networks).allowed
