"""Which address is believed behind proxies. A52, A67"""

from __future__ import annotations

import pytest

from pulseboard.access.addresses import client_address, neighborhood, shortened

PEER = "192.0.2.9"


@pytest.mark.parametrize(
    ("header", "proxies", "expected"),
    [
        # nobody trusted: the header is only a claim
        ("198.51.100.1", 0, PEER),
        ("", 0, PEER),
        # one proxy: the last entry is what it saw
        ("198.51.100.1", 1, "198.51.100.1"),
        ("203.0.113.5, 198.51.100.1", 1, "198.51.100.1"),
        ("127.0.0.1, 10.0.0.1, 198.51.100.1", 1, "198.51.100.1"),
        ("  198.51.100.1  ", 1, "198.51.100.1"),
        ("198.51.100.1:4711", 1, "198.51.100.1"),
        ("[2001:db8::7]:4711", 1, "2001:db8::7"),
        ("[2001:db8::7]", 1, "2001:db8::7"),
        ("2001:db8::7", 1, "2001:db8::7"),
        ('"198.51.100.1"', 1, "198.51.100.1"),
        ("fe80::1%eth0", 1, "fe80::1"),
        ("::ffff:198.51.100.1", 1, "198.51.100.1"),
        # two proxies
        ("203.0.113.5, 198.51.100.1", 2, "203.0.113.5"),
        ("6.6.6.6, 203.0.113.5, 198.51.100.1", 2, "203.0.113.5"),
        # fewer entries than proxies: somebody came another way
        ("198.51.100.1", 2, PEER),
        # garbage in the place that counts
        ("", 1, PEER),
        (",", 1, PEER),
        (",,,,", 1, PEER),
        ("unknown", 1, PEER),
        ("_hidden", 1, PEER),
        ("for=198.51.100.1", 1, PEER),
        ("999.1.1.1", 1, PEER),
        ("0x7f.1", 1, PEER),
        ("198.51.100.1\x00", 1, PEER),
        ("198.51.100.1<script>", 1, PEER),
        ("[", 1, PEER),
        ("]:[", 1, PEER),
        ("::::::", 1, PEER),
        ("\ud800", 1, PEER),
        ("١٩٨.51.100.1", 1, PEER),
        ("a" * 100_000, 1, PEER),
        ("1.1.1.1," * 20_000 + "198.51.100.1", 1, "198.51.100.1"),
        # garbage elsewhere does not matter
        ("<script>, 198.51.100.1", 1, "198.51.100.1"),
        ("\x00\x01, 198.51.100.1", 1, "198.51.100.1"),
    ],
)
def test_only_what_trusted_proxies_wrote_is_believed(
    header: str, proxies: int, expected: str
) -> None:
    assert client_address(PEER, header, proxies) == expected


@pytest.mark.parametrize("peer", ["", "/run/app.sock", "unix:", "nonsense"])
def test_a_peer_without_address_is_not_known(peer: str) -> None:
    assert client_address(peer, "", 0) == ""


@pytest.mark.parametrize(
    ("address", "kept", "neighbors"),
    [
        ("198.51.100.77", "198.51.100.0", "198.51.100.77"),
        ("2001:db8:1:2:3::7", "2001:db8:1::", "2001:db8:1:2::"),
        ("::ffff:198.51.100.77", "198.51.100.0", "198.51.100.77"),
        ("", "", ""),
        ("nonsense", "", ""),
    ],
)
def test_addresses_are_cut_before_they_are_kept(
    address: str, kept: str, neighbors: str
) -> None:
    """D4: /24 and /48 in rows and logs, /64 for counting calls."""
    assert shortened(address) == kept
    assert neighborhood(address) == neighbors
