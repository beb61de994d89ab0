"""X31: when it is us who are offline, and not the targets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.monitors.network import (
    Gateway,
    Heard,
    domain_of,
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
    ("words", "gateway", "known", "expected"),
    [
        (["b+0 silent", "c+1 silent", "d+1 silent"], Gateway.SILENT, "abcdef", True),
        (["b+0 silent", "c+1 silent", "d+1 silent"], Gateway.REACHED, "abcdef", False),
        (["b+0 silent", "c+1 silent", "d+1 silent"], None, "abcdef", None),
        (["b+0 silent", "c+1 silent"], Gateway.SILENT, "abcdef", None),  # too few
        (["b+0 silent", "c+1 silent"], Gateway.SILENT, "abc", True),  # all there are
        (["b+1 silent"], Gateway.SILENT, "abc", None),
        (["b+0 silent", "b+1 silent"], Gateway.SILENT, "abc", None),  # one twice
        (["b+1 silent", "c+1 ok"], Gateway.SILENT, "abc", False),
        (["b-1 silent", "c+1 silent"], Gateway.SILENT, "abc", None),  # before
        (["a+1 ok", "b+0 silent", "c+0 silent"], Gateway.SILENT, "abc", True),  # itself
        ([], Gateway.SILENT, "abc", None),
        # Where no gateway could speak, all have to be silent.
        (["b+0 silent", "c+1 silent", "d+1 silent"], Gateway.NONE, "abcdef", None),
        (["b+0 silent", "c+1 silent", "d+1 silent"], Gateway.NONE, "abcd", True),
        (["b+0 silent", "c+1 silent"], Gateway.NONE, "abc", True),
        (["b+0 silent"], Gateway.NONE, "ab", None),  # two domains are too few
    ],
)
def test_several_unrelated_silences_and_a_silent_gateway_are_ours(
    words, gateway, known, expected
):
    """X31"""
    found = is_offline("a", AT, heard(*words), gateway, asked=(), known=known)
    assert found is expected


def test_who_was_asked_is_waited_for():
    """X31: three are silent, the fourth may yet answer."""
    silent = heard("b+1 silent", "c+1 silent", "d+1 silent")
    for asked, expected in (("bcd", True), ("bcde", None)):
        found = is_offline("a", AT, silent, Gateway.SILENT, asked=asked, known="abcdef")
        assert found is expected


def test_hosts_of_one_domain_are_one_voice():
    """X31: they may stand behind one door."""
    hosts = ["www.acme.com", "api.acme.com", "app.acme.com", "acme.com"]
    silent = [Heard(each, AT, failed=True) for each in hosts]
    for gateway in (Gateway.SILENT, Gateway.NONE):
        found = is_offline("www.acme.com", AT, silent, gateway, asked=(), known=hosts)
        assert found is None


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.acme.com", "acme.com"),
        ("acme.com.", "acme.com"),
        ("database", "database"),
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_hosts_of_one_owner_share_their_last_two_labels(host, domain):
    assert domain_of(host) == domain


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
