"""Which ports people may have asked: a list of targets is not to become a port scan."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pulseboard.core.errors import ConfigError
from pulseboard.guard.verdict import Address, Network, Trust, is_in, parse_address


def check_port(
    default_ports: Collection[int],
    port: int,
    host: str,
    trust: Trust,
    networks: Sequence[Network] = (),
) -> None:
    """
    Refuse a port that `allowed_port` is sure to refuse whenever it is asked.

    A name may turn out to lie in one of *networks*: that is seen when it is dialled.

    Raises:
        ConfigError: With the ports that may be asked.
    """
    is_name = parse_address(host) is None
    if is_name and networks:
        return
    if not allowed_port(default_ports, port, host, trust, networks):
        listed = " or ".join(str(each) for each in sorted(default_ports))
        raise ConfigError(
            f"expected port {listed}; ALLOWED_NETWORKS opens more, and so does an "
            "administrator who lets it reach private targets"
        )


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
