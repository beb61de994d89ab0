"""HTTP probes against a real web server. S2, X5, A09, A17"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.certificates import Authority
from tests.support.process import Server

from pulseboard.core.errors import ConfigError
from pulseboard.core.options import build
from pulseboard.core.status import Status
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.verdict import Trust
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.facts import Facts
from pulseboard.probes.kinds.http import Http
from pulseboard.probes.probe import Try, known_kinds
from pulseboard.probes.verdict import verdict

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[3]
AUTHORITY = Authority()
CLIENTS = Authority("Clients")


class WebServer(Server):
    """Granian with the application of `tests.support.web_app`."""

    name = "granian"

    def command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "granian",
            "--interface=asginl",
            f"--host={self.options.get('host', '127.0.0.1')}",
            f"--port={self.port}",
            *self.tls_options(),
            "tests.support.web_app:app",
        ]

    def tls_options(self) -> list[str]:
        if "tls" not in self.options:
            return []
        issued = AUTHORITY.issue(names=["localhost"])
        for name, text in (
            ("certificate.pem", issued.pem),
            ("key.pem", issued.key),
            ("clients.pem", CLIENTS.pem),
        ):
            (self.folder / name).write_text(text)
        options = [
            f"--ssl-certificate={self.folder}/certificate.pem",
            f"--ssl-keyfile={self.folder}/key.pem",
        ]
        if self.options["tls"] == "clients":
            options += [f"--ssl-ca={self.folder}/clients.pem", "--ssl-client-verify"]
        return options

    def answers(self) -> bool:
        host = self.options.get("host", "127.0.0.1")
        with socket.create_connection((host, self.port), timeout=1):
            return True

    def url(self, path: str = "/") -> str:
        if "tls" in self.options:
            return f"https://localhost:{self.port}{path}"
        host = self.options.get("host", "127.0.0.1")
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}{path}"


def _serving(**options: str) -> Iterator[WebServer]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with WebServer(options=options, environment={"PYTHONPATH": path}) as server:
        yield server


@pytest.fixture(scope="module")
def plain() -> Iterator[WebServer]:
    yield from _serving()


@pytest.fixture(scope="module")
def secure() -> Iterator[WebServer]:
    yield from _serving(tls="yes")


@pytest.fixture(scope="module")
def asking_clients() -> Iterator[WebServer]:
    yield from _serving(tls="clients")


def _ask(
    url: str,
    *,
    trust: Trust = Trust.CODE,
    timeout_seconds: float = 10,
    **options: Any,
) -> Facts:
    probe = Http(url=url, **options)
    return asyncio.run(probe.ask(Try(trust=trust, timeout_seconds=timeout_seconds)))


def _failure(url: str, **options: Any) -> Failure:
    with pytest.raises(ConnectFailed) as caught:
        _ask(url, **options)
    return caught.value.failure


def _echo(server: WebServer, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_ask(server.url("/echo"), **options).body)
    return found


def test_it_is_a_kind() -> None:
    assert known_kinds()["http"] is Http


def test_up(plain: WebServer) -> None:
    facts = _ask(plain.url())

    assert (facts.status, facts.summary) == (200, "200 OK")
    assert facts.header("content-type") == "application/json"
    assert json.loads(facts.body) == {"status": "healthy"}
    assert facts.values["http.version"] == "1.1"
    assert facts.address == "127.0.0.1"


def test_slow(plain: WebServer) -> None:
    """The wait is seen where it happened, and the verdict calls it slow."""
    facts = _ask(plain.url("/slow"))

    phases = facts.phases
    assert phases.first_byte_seconds is not None
    assert 0.3 <= phases.first_byte_seconds <= facts.total_seconds
    conditions = parse_conditions("status == 200")
    slow = verdict(facts, conditions, now=_now(), slow_after_seconds=0.2)
    assert slow.status is Status.WARNING


def test_down(plain: WebServer) -> None:
    facts = _ask(plain.url("/down"))

    assert (facts.status, facts.summary) == (503, "503 Service Unavailable")
    outcome = verdict(facts, parse_conditions("status == 200"), now=_now())
    assert outcome.status is Status.CRITICAL


def test_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert _failure(f"http://127.0.0.1:{port}/") is Failure.REFUSED


def test_paused_is_late(plain: WebServer) -> None:
    plain.pause()
    try:
        assert _failure(plain.url(), timeout_seconds=0.3) is Failure.TIMEOUT
    finally:
        plain.resume()


@pytest.mark.parametrize(
    ("follow", "status", "redirects"), [(True, 200, 1), (False, 302, 0)]
)
def test_redirects_on_and_off(
    plain: WebServer, follow: bool, status: int, redirects: int
) -> None:
    facts = _ask(plain.url("/moved"), follow_redirects=follow)
    assert (facts.status, facts.redirects) == (status, redirects)
    assert facts.location == plain.url("/")


def test_the_phases_add_up(secure: WebServer) -> None:
    """Issue's "phase timings": nothing between them is lost."""
    facts = _ask(secure.url("/moved"), authorities=AUTHORITY.pem)
    phases = [
        facts.phases.dns_seconds,
        facts.phases.connect_seconds,
        facts.phases.tls_seconds,
        facts.phases.first_byte_seconds,
        facts.phases.transfer_seconds,
    ]
    known = [each for each in phases if each is not None]
    assert len(known) == 5
    assert min(known) >= 0
    assert sum(known) == pytest.approx(facts.total_seconds, abs=0.02)
    assert facts.redirects == 1


def test_what_is_asked_is_what_was_given(plain: WebServer) -> None:
    asked = _echo(
        plain, method="POST", body='{"a": "ä"}', headers={"X-Key": "b", "Accept": "c"}
    )
    assert (asked["method"], asked["body"]) == ("POST", '{"a": "ä"}')
    headers = asked["headers"]
    assert (headers["x-key"], headers["accept"]) == ("b", "c")
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        ("user:pa ss", "Basic " + base64.b64encode(b"user:pa ss").decode()),
        ("Basic user:word", "Basic " + base64.b64encode(b"user:word").decode()),
        ("bearer canary", "Bearer canary"),
    ],
)
def test_logins(plain: WebServer, auth: str, sent: str) -> None:
    assert _echo(plain, auth=auth)["headers"]["authorization"] == sent


def test_another_host_can_be_asked_for_in_code_only(plain: WebServer) -> None:
    """S2: our own paths, at the address we are bound to."""
    asked = _echo(plain, host_header="app.example.org")
    assert asked["headers"]["host"] == "app.example.org"
    with pytest.raises(ConfigError, match="host_header: "):
        _ask("http://example.org/", host_header="a", trust=Trust.PEOPLE)


def test_people_reach_no_private_address_and_no_odd_port(plain: WebServer) -> None:
    """S2, A09"""
    for url in (plain.url(), "http://93.184.216.34:22/"):
        with pytest.raises(Blocked):
            _ask(url, trust=Trust.PEOPLE)


def test_ipv6() -> None:
    if not _has_ipv6():
        pytest.skip("no IPv6 on loopback")
    for server in _serving(host="::1"):
        assert _ask(server.url()).address == "::1"
        assert _ask(server.url(), ip_version=6).status == 200
        assert _failure(server.url(), ip_version=4) is Failure.NO_ADDRESS


def test_a_private_authority_is_trusted_when_it_is_named(secure: WebServer) -> None:
    """A17: and its certificate is told."""
    facts = _ask(secure.url(), authorities=AUTHORITY.pem)

    assert facts.status == 200
    assert facts.certificate is not None
    assert facts.certificate.trusted
    assert facts.certificate.names == ("localhost",)
    assert _failure(secure.url()) is Failure.UNTRUSTED


def test_a_certificate_nobody_verified_is_told_but_not_trusted(
    secure: WebServer,
) -> None:
    facts = _ask(secure.url(), verify_tls=False)
    assert facts.certificate is not None
    assert not facts.certificate.trusted


@pytest.mark.parametrize("as_files", [True, False])
def test_a_client_certificate(
    asking_clients: WebServer, as_files: bool, tmp_path: Path
) -> None:
    issued = CLIENTS.issue(common_name="probe")
    shown = {
        "authorities": AUTHORITY.pem,
        "client_certificate": issued.pem,
        "client_key": issued.key,
    }
    if as_files:
        for name, text in shown.items():
            (tmp_path / name).write_text(text)
        shown = {name: str(tmp_path / name) for name in shown}

    assert _ask(asking_clients.url(), **shown).status == 200
    without = {"authorities": shown["authorities"]}
    assert _failure(asking_clients.url(), **without) in (
        Failure.CLIENT_CERTIFICATE,
        Failure.CLOSED,  # it may hang up before it says why
    )


def test_http_2(secure: WebServer) -> None:
    """With a body larger than the server's window, and a redirect."""
    options: dict[str, Any] = {"authorities": AUTHORITY.pem, "http2": True}

    facts = _ask(secure.url(), **options)
    assert (facts.status, facts.values["http.version"]) == (200, "2")
    assert facts.certificate is not None
    body = "a" * 65_536
    asked = _echo(secure, method="POST", body=body, **options, max_bytes=200_000)
    assert (asked["version"], asked["body"]) == ("2", body)
    assert _ask(secure.url("/moved"), **options).redirects == 1
    assert _ask(secure.url("/down"), method="HEAD", **options).status == 503


def test_http_2_without_its_package_is_refused_with_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "h2", None)
    with pytest.raises(ConfigError, match=r"http2: .* extra 'http2'"):
        Http(url="https://example.org/", http2=True)


def test_a_server_without_http_2_is_asked_in_http_1(plain: WebServer) -> None:
    assert _ask(plain.url(), http2=True).values["http.version"] == "1.1"


def test_a_body_beyond_the_limit_is_cut(plain: WebServer) -> None:
    facts = _ask(plain.url(), max_bytes=5)
    assert (facts.body, facts.truncated) == (b'{"sta', True)


def test_secrets_are_not_printed() -> None:
    """A60"""
    issued = CLIENTS.issue()
    probe = Http(
        url="http://user:canary@example.org/?key=canary",
        headers={"X-Key": "canary"},
        body="canary",
        auth="canary:canary",
        client_certificate=issued.pem,
        client_key=issued.key,
    )
    assert "canary" not in repr(probe)
    assert "PRIVATE KEY" not in repr(probe)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("url", "example.org"),
        ("url", "ftp://example.org"),
        ("method", "get"),
        ("method", "TRACE"),
        ("headers", {"A\r\nB": "c"}),
        ("headers", {"A": "b\r\nC: d"}),
        ("headers", {"Content-Length": "5"}),
        ("headers", {"Metadata-Flavor": "Google"}),
        ("headers", {f"X-{number}": "a" for number in range(1000)}),
        ("auth", "word"),
        ("auth", "a:b" * 5000),
        ("body", "a" * 100_000),
        ("max_bytes", 0),
        ("max_bytes", 2_000_000),
        ("ip_version", 5),
        ("host_header", "a b"),
        ("authorities", "-----BEGIN CERTIFICATE-----\nno"),
        ("client_certificate", "-----BEGIN CERTIFICATE-----\nno"),
        ("client_key", "-----BEGIN PRIVATE KEY-----\nno"),
    ],
)
def test_what_cannot_work_is_refused_with_the_name_of_the_field(
    option: str, value: object
) -> None:
    """A06, A10; acceptance 9"""
    given = {"url": "http://example.org/", option: value}
    with pytest.raises(ConfigError, match=f"{option}: "):
        build(Http, given, where="")


def test_people_cannot_name_files_of_the_server() -> None:
    for option in ("authorities", "client_certificate"):
        with pytest.raises(ConfigError, match=f"{option}: "):
            _ask("http://example.org/", **{option: "/etc/x"}, trust=Trust.PEOPLE)


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def _now() -> datetime:
    return datetime.now(UTC)
