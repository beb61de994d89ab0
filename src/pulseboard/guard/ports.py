"""Which ports people may have asked: a list of targets is not to become a port scan."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pulseboard.guard.verdict import Address, Network, Trust, is_in, parse_address


def allowed_port(
    default_ports: Collection[int],
    port: int,
    address: str | Address,
    trust: Trust,
    networks: Sequence[Network] = (),
) -> bool:
    """
    Return whether *port* of *address* may be connected to.

    Targets that people chose are asked on the usual ports of their kind only, such as
    80 and 443 for HTTP, unless `ALLOWED_NETWORKS` covers the address.

    Args:
        default_ports: Of the kind of probe. It says them once, in `connect`, which
            judges every address before it dials the first.
    """
    if trust is Trust.CODE or port in default_ports:
        return True
    parsed = parse_address(address)
    return parsed is not None and is_in(parsed, networks)
