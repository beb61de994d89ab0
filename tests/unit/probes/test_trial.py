"""Test now: kinds of trouble, each with a helpful sentence. S2, S4, X5, A19"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.support.certificates import write_pair
from tests.unit.guard.listeners import Listener, answer, listening, redirect

from pulseboard.guard.verdict import Trust
from pulseboard.probes.options import Surroundings, read_spec
from pulseboard.probes.own_address import OwnAddress
from pulseboard.probes.trial import Trial, try_out

NOW = datetime.now(UTC)


def _try(url: str, trust: Trust = Trust.CODE, **options: Any) -> Trial:
    show_body = options.pop("show_body", False)
    own = OwnAddress(base=options.pop("base", ""))
    around = Surroundings(
        trust=trust, clock=lambda: NOW, own=lambda: own if own.base else None
    )
    plan = read_spec({"name": "Test", "target": url, **options}, around)
    return asyncio.run(try_out(plan, show_body=show_body))


def _url(listener: Listener, path: str = "/") -> str:
    return f"http://127.0.0.1:{listener.port}{path}"


def test_a_good_answer_is_told_with_its_parts() -> None:
    with listening(answer(b'{"ok": true}')) as server:
        trial = _try(_url(server), conditions="json.ok == true")

    assert trial.status == "healthy"
    assert trial.verdict == "Would be recorded as Healthy"
    assert trial.sentence == ""
    assert trial.lines[0].startswith("200 OK in ")
    assert trial.lines[1].startswith("DNS ")
    assert "status in 200-299: yes" in trial.lines
    assert "json.ok == true: yes" in trial.lines


def test_a_condition_that_does_not_hold_is_named() -> None:
    with listening(answer(b"{}", status="503 Service Unavailable")) as server:
        trial = _try(_url(server))

    assert trial.status == "critical"
    assert "503" in trial.sentence
    assert any(line.endswith(": no") for line in trial.lines)


@pytest.mark.parametrize(
    ("url", "trust", "expected"),
    [
        ("http://127.0.0.1:1/", Trust.CODE, "The connection was refused."),
        ("http://no-such-name.invalid/", Trust.CODE, "The name was not found."),
        ("http://localhost/", Trust.PEOPLE, "The target is not allowed"),
    ],
)
def test_each_trouble_has_its_sentence(url: str, trust: Trust, expected: str) -> None:
    trial = _try(url, trust)

    assert trial.sentence.startswith(expected)
    assert "127.0.0.1" not in trial.sentence


def test_a_login_that_is_asked_for_is_explained() -> None:
    with listening(answer(status="401 Unauthorized")) as server:
        trial = _try(_url(server))

    assert trial.sentence.startswith("It wants a sign-in (401). Add a header")


def test_silence_ends_at_the_limit() -> None:
    with listening(lambda client, received: threading.Event().wait(5)) as server:
        trial = _try(_url(server), timeout="300ms")

    assert trial.sentence.startswith("Timed out after 300 ms.")


def test_a_certificate_that_ended_says_when(tmp_path: Path) -> None:
    with _https(tmp_path, NOW - timedelta(days=30), NOW - timedelta(days=3)) as port:
        trial = _try(
            f"https://localhost:{port}/",
            authorities=str(tmp_path / "certificate.pem"),
        )

    assert trial.sentence.startswith("The certificate expired 3 days ago.")


def test_days_of_a_certificate_are_counted(tmp_path: Path) -> None:
    ends_at = NOW + timedelta(days=61, hours=1)
    with _https(tmp_path, NOW - timedelta(days=30), ends_at) as port:
        trial = _try(
            f"https://localhost:{port}/",
            authorities=str(tmp_path / "certificate.pem"),
        )

    assert trial.status == "healthy"
    assert "Certificate valid for 61 days" in trial.lines


def test_the_end_of_redirects_is_offered() -> None:
    with listening(answer(b"here")) as end, listening(redirect(_url(end))) as start:
        trial = _try(_url(start))

    assert trial.final_url == _url(end)
    assert "1 redirect" in trial.lines


def test_the_body_is_shown_only_when_asked_for_and_scrubbed() -> None:
    """A19"""
    body = b"password=canary-Pa55word\x1b[31m " + b"x" * 500
    with listening(answer(body)) as server:
        without = _try(_url(server))
        shown = _try(_url(server), show_body=True)

    assert without.snippet == ""
    assert len(shown.snippet) <= 256
    assert "canary" not in shown.snippet
    assert "\x1b" not in shown.snippet


def test_what_a_server_says_stays_text() -> None:
    """A18"""
    with listening(answer(status="200 <script>alert(1)</script>")) as server:
        trial = _try(_url(server))

    assert "<script>" not in "".join([*trial.lines, trial.sentence])


def test_a_path_is_asked_at_our_own_address_whoever_asks() -> None:
    """S2"""
    with listening(answer(b"fine")) as server:
        base = f"http://127.0.0.1:{server.port}"
        trial = _try("/health/", Trust.PEOPLE, base=base)

    assert trial.status == "healthy"
    assert server.requests[0].startswith(b"GET /health/ ")


def test_our_own_redirects_lead_people_nowhere_else() -> None:
    """S2"""
    with (
        listening(answer(b"private")) as private,
        listening(redirect(_url(private))) as server,
    ):
        base = f"http://127.0.0.1:{server.port}"
        trial = _try("/leave/", Trust.PEOPLE, base=base)

    assert private.connections == 0
    assert trial.sentence.startswith("It redirects (302).")


def test_an_unknown_own_address_is_explained() -> None:
    """S2"""
    trial = _try("/health/")

    assert trial.status == "unknown"
    assert "PUBLIC_URL" in trial.sentence


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@contextlib.contextmanager
def _https(folder: Path, starts_at: datetime, ends_at: datetime) -> Iterator[int]:
    """Give the port of a server whose certificate is valid between two instants."""
    certificate, key = write_pair(folder, starts_at, ends_at)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.handle_error = lambda *args: None  # type: ignore[method-assign]
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
