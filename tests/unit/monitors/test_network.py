"""X31: when it is us who are offline, and not the targets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.monitors.network import (
    Gateway,
    Heard,
    gateway_in,
    host_key,
    is_offline,
)

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def heard(*words: str) -> list[Heard]:
    """Return what is said as ``b-10 ok``: target, seconds from the failure, result."""
    found = []
    for word in words:
        where, result = word.split()
        at = AT + timedelta(seconds=int(where[1:]))
        found.append(Heard(where[0], at, result == "silent"))
    return found


@pytest.mark.parametrize(
    ("words", "gateway", "expected"),
    [
        (["b-5 silent", "c+1 silent"], Gateway.SILENT, True),
        (["b-5 silent", "c+1 silent"], Gateway.NONE, True),  # the targets alone
        (["b-5 silent", "c+1 silent"], Gateway.REACHED, False),
        (["b-5 silent", "c+1 silent"], None, None),  # was not asked yet
        (["b-5 silent"], Gateway.SILENT, None),  # one other is not several
        (["b-5 silent", "b+1 silent"], Gateway.SILENT, None),  # nor is one twice
        (["b-5 silent", "c+1 ok"], Gateway.SILENT, False),
        (["b-5 silent", "c-1 ok"], Gateway.SILENT, None),  # from before says nothing
        (["b-91 silent", "c+1 silent"], Gateway.SILENT, None),  # too long ago
        (["b-9 ok", "b+1 silent", "c+1 silent"], Gateway.SILENT, True),
        (["a+1 ok", "b+0 silent", "c+0 silent"], Gateway.SILENT, True),  # is itself
        ([], Gateway.SILENT, None),
    ],
)
def test_several_unrelated_silences_and_a_silent_gateway_are_ours(
    words, gateway, expected
):
    assert is_offline("a", AT, heard(*words), gateway) is expected


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("https://Shop.example:8443/path?q", "shop.example"),
        ("shop.example:443", "shop.example"),
        ("shop.example", "shop.example"),
        ("[2001:db8::1]:53", "2001:db8::1"),
        ("/health/", ""),  # our own
        ("http://localhost:8000/", ""),
        ("http://127.0.0.1/", ""),
        ("http://[::1]/", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_a_target_is_known_by_its_host(target, key):
    assert host_key(target) == key


def test_the_gateway_is_that_of_the_default_route():
    routes = (
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
        "eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n"
        "eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\n"
    )
    assert gateway_in(routes) == "192.168.0.1"
    assert gateway_in(routes[:120]) is None
    assert gateway_in("") is None
    assert gateway_in("a\neth0\t00000000\tgarbage\t0003") is None
