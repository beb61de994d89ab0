# ruff: noqa: RUF001  (look-alike letters are what is tested)
"""Targets read strictly. A01, A05, A06"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.errors import ConfigError
from pulseboard.guard.request_headers import checked_headers
from pulseboard.guard.target import (
    Url,
    join_url,
    parse_host_and_port,
    parse_port,
    parse_url,
)
from pulseboard.guard.verdict import Trust

CODE, PEOPLE = Trust.CODE, Trust.PEOPLE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://example.org", ("http", "example.org", 80, "/")),
        ("HTTPS://Example.org./a?b=c#d", ("https", "Example.org", 443, "/a?b=c")),
        ("https://example.org:8443?x", ("https", "example.org", 8443, "/?x")),
        ("http://[2606:4700::1]:81/", ("http", "2606:4700::1", 81, "/")),
        ("http://8.8.8.8/@a:b", ("http", "8.8.8.8", 80, "/@a:b")),
        ("http://xn--bcher-kva.example/", ("http", "xn--bcher-kva.example", 80, "/")),
    ],
)
def test_plain_urls_are_read(text: str, expected: tuple[str, str, int, str]) -> None:
    url = parse_url(text, PEOPLE)
    assert (url.scheme, url.host, url.port, url.path) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "//example.org",
        "http:127.0.0.1",
        "http:/example.org",
        "http:///example.org",
        "http://",
        "http://?a",
        "http://:80/",
        "http://@/",
        "file:///etc/passwd",
        " FILE:///etc/passwd",
        "ftp://example.org",
        "gopher://example.org",
        "unix:///run/docker.sock",
        "data:text/plain,a",
        "jar:http://example.org!/",
        "javascript:alert(1)",
        "http://user@example.org",
        "http://user:word@example.org",
        "http://example.org@evil.example",
        "http://evil.example\\@example.org",
        "http://example.org\\.evil.example",
        "http://exam ple.org",
        "http://example.org\t",
        "http://example.org\r\nHost: a",
        "http://example.org/\x00",
        "http://example.org:0",
        "http://example.org:65536",
        "http://example.org:080",
        "http://example.org:+80",
        "http://example.org:8０",
        "http://example.org:",
        "http://[fe80::1%25eth0]/",
        "http://[2606:4700::1",
        "http://2606:4700::1/",
        "http://[example.org]/",
        "http://[8.8.8.8]/",
        "http://-example.org",
        "http://exa_mple-.org",
        "http://a..b",
        "http://.example.org",
        "http://example.org..",
        "http://" + "a" * 64 + ".org",
        "http://" + "a." * 127 + "org",
        "http://bücher.example",
        "http://example.org%2f",
        "http://1.2.3",
        "http://example.0x7f",
        "http://example.org/" + "a" * 3000,
        None,
        5,
    ],
)
def test_what_two_readers_could_read_differently_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_url(text, PEOPLE)


def test_only_code_may_name_a_user_and_a_private_address() -> None:
    url = parse_url("http://user:word@127.0.0.1:8000/health", CODE)

    assert url == Url(
        scheme="http",
        host="127.0.0.1",
        port=8000,
        path="/health",
        user_info="user:word",
    )
    assert "word" not in str(url)
    with pytest.raises(ConfigError):
        parse_url("http://127.0.0.1:8000/health", PEOPLE)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """R6"""
    for written in (text, f"http://{text}", f"https://example.org{text}"):
        try:
            url = parse_url(written, CODE)
        except ConfigError:
            continue
        assert parse_url(str(url), CODE).origin == url.origin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("db.example.org:5432", ("db.example.org", 5432)),
        ("db.example.org", ("db.example.org", 80)),
        ("[2606:4700::1]:5432", ("2606:4700::1", 5432)),
        ("[2606:4700::1]", ("2606:4700::1", 80)),
        ("2606:4700::1", ("2606:4700::1", 80)),
    ],
)
def test_hosts_with_and_without_port(text: str, expected: tuple[str, int]) -> None:
    assert parse_host_and_port(text, 80, PEOPLE) == expected


@pytest.mark.parametrize(
    "value", ["", "0", "65536", "-1", "1.0", 1.5, True, None, "1e3"]
)
def test_ports_are_whole_numbers_in_range(value: object) -> None:
    with pytest.raises(ConfigError):
        parse_port(value)


BASE = Url(scheme="https", host="example.org", port=8443, path="/a/b?c=d")


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://other.example/x", "http://other.example/x"),
        ("//other.example/x", "https://other.example/x"),
        ("/x", "https://example.org:8443/x"),
        ("x", "https://example.org:8443/a/x"),
        ("?y", "https://example.org:8443/a/b?y"),
        ("file:///etc/passwd", "file:///etc/passwd"),
    ],
)
def test_redirects_lead_from_where_they_stand(location: str, expected: str) -> None:
    assert join_url(BASE, location) == expected


@pytest.mark.parametrize("location", ["javascript:alert(1)", "data:,a", "http:a"])
def test_redirects_to_another_scheme_lead_nowhere(location: str) -> None:
    with pytest.raises(ConfigError):
        join_url(BASE, location)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "a\r\nX-B: b"},
        {"X-A": "a\x00"},
        {"X-A": "é"},
        {"X A": "a"},
        {"X-A:": "a"},
        {"": "a"},
        {"X-A": "a", "x-a": "b"},
        {"Host": "other.example"},
        {"Content-Length": "0"},
        {"Transfer-Encoding": "chunked"},
        {"Connection": "close"},
        {"Metadata-Flavor": "Google"},
        {"X-aws-ec2-metadata-token": "a"},
        {"Metadata": "true"},
        {"X-A": "a" * 10_000},
        {f"X-{number}": "a" for number in range(1000)},
    ],
)
def test_headers_that_change_the_request_are_refused(headers: dict[str, str]) -> None:
    """A10"""
    with pytest.raises(ConfigError):
        checked_headers(headers, PEOPLE)


def test_code_may_name_the_host_it_asks_for() -> None:
    assert checked_headers({"Host": "app.example"}, CODE) == {"host": "app.example"}
