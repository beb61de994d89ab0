"""Where this application is asked. S2"""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from pulseboard.probes.own_address import (
    accepted_host,
    bound_address,
    is_own,
    listening_sockets,
    public_address,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [("/", True), ("/a?b", True), ("//evil.example/", False), ("https://a/", False)],
)
def test_only_a_path_is_ours(url: str, expected: bool) -> None:
    assert is_own(url) is expected


def test_the_public_url_comes_first_without_its_slash() -> None:
    own = public_address("https://shop.example/")
    assert own is not None
    assert (own.base, own.headers) == ("https://shop.example", {})
    assert public_address("") is None


@pytest.mark.parametrize(
    ("listening", "base"),
    [
        (("0.0.0.0", 8000), "http://127.0.0.1:8000"),
        (("::", 8000), "http://[::1]:8000"),
        (("10.1.2.3", 80), "http://10.1.2.3:80"),
        (("::1", 81), "http://[::1]:81"),
    ],
)
def test_listening_everywhere_is_asked_on_loopback(
    listening: tuple[str, int], base: str
) -> None:
    own = bound_address([listening], ["shop.example"], ())
    assert own is not None
    assert own.base == base
    assert own.headers == {"host": "shop.example"}


def test_an_application_that_insists_on_https_takes_us_for_its_proxy() -> None:
    header = ("HTTP_X_FORWARDED_PROTO", "https")
    own = bound_address([("127.0.0.1", 80)], ["a.example"], header)
    assert own is not None
    assert own.headers["x-forwarded-proto"] == "https"


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        (["shop.example"], "shop.example"),
        ([".shop.example"], "shop.example"),
        (["*", "shop.example"], "shop.example"),
        (["*"], "localhost"),
        ([], "localhost"),
    ],
)
def test_a_host_is_named_that_is_accepted(allowed: list[str], host: str) -> None:
    assert accepted_host(allowed) == host


def test_our_own_sockets_are_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert server.getsockname() in listening_sockets()


def test_a_worker_finds_the_socket_of_its_parent() -> None:
    """As the workers of a server that accepts in its parent."""
    code = (
        "from pulseboard.probes.own_address import sockets_of_parents;"
        "print(sockets_of_parents())"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert str(server.getsockname()[1]) in found.stdout
