"""One HTTP exchange, bounded. A05, A07, A11, A12, A14, A15"""

from __future__ import annotations

import contextlib
import datetime
import gzip
import os
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.guard.listeners import Listener, answer, redirect

from pulseboard.core.errors import ConfigError
from pulseboard.guard.answer import Response
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.http import request
from pulseboard.guard.verdict import Trust, parse_networks

Serve = Callable[..., Listener]

ONLY_ONE = parse_networks(("127.0.0.1/32",))


def _get(listener: Listener, **given: Any) -> Response:
    url = given.pop("url", f"http://127.0.0.1:{listener.port}/a?b=c")
    settings: dict[str, Any] = {
        "trust": Trust.CODE,
        "timeout_seconds": 10,
        "allowed_networks": (),
        **given,
    }
    return request(settings.pop("method", "GET"), url, **settings)


def _failure(listener: Listener, **given: Any) -> Failure:
    with pytest.raises(ConnectFailed) as caught:
        _get(listener, **given)
    return caught.value.failure


def test_an_answer_comes_back_with_its_timings(serve: Serve) -> None:
    listener = serve(answer(b"hello", "201 Made", ("X-A: b",)))

    found = _get(listener)

    assert (found.status, found.body, found.truncated) == (201, b"hello", False)
    assert found.header("X-a") == "b"
    assert found.timings.total_seconds >= found.timings.connect_seconds > 0
    assert found.timings.tls_seconds is None
    sent = listener.requests[0].decode()
    assert sent.startswith("GET /a?b=c HTTP/1.1\r\n")
    assert f"host: 127.0.0.1:{listener.port}\r\n" in sent.lower()


def test_a_body_is_sent_with_its_length(serve: Serve) -> None:
    listener = serve(answer())
    _get(listener, method="POST", body=b'{"a":1}', headers={"X-A": "b"})

    sent = listener.requests[0].lower()
    assert b"content-length: 7\r\n" in sent
    assert b"x-a: b\r\n" in sent


def test_a_user_in_the_url_is_sent_as_a_header(serve: Serve) -> None:
    listener = serve(answer())
    _get(listener, url=f"http://a:b%20c@127.0.0.1:{listener.port}/")

    assert b"authorization: Basic YTpiIGM=" in listener.requests[0]


def test_the_environment_does_not_move_the_connection(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A07"""
    proxy, listener = serve(answer(b"proxy")), serve(answer(b"direct"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    assert _get(listener).body == b"direct"
    assert proxy.connections == 0
    assert b"authorization" not in listener.requests[0].lower()
    assert "HTTP_PROXY" in os.environ


@pytest.mark.parametrize("size", [0, 1, 99, 100, 101, 5000])
def test_a_body_is_cut_at_the_limit(serve: Serve, size: int) -> None:
    """A12"""
    found = _get(serve(answer(b"a" * size)), max_bytes=100)
    assert (len(found.body), found.truncated) == (min(size, 100), size > 100)


def test_an_endless_body_stops_at_the_limit(serve: Serve) -> None:
    """A12"""

    def endless(client: socket.socket, received: bytes) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            client.sendall(b"a" * 65536)

    found = _get(serve(endless))
    assert (len(found.body), found.truncated) == (65536, True)


def test_a_compressed_bomb_is_decoded_no_further_than_the_limit(serve: Serve) -> None:
    """Fact 8: 100 MB in 100 kB."""
    bomb = gzip.compress(b"\x00" * 100_000_000)
    found = _get(serve(answer(bomb, headers=("Content-Encoding: gzip",))))
    assert (len(found.body), found.truncated) == (65536, True)


def test_a_compressed_body_is_decoded(serve: Serve) -> None:
    body = bytes(range(256)) * 100
    packed = gzip.compress(body)
    found = _get(serve(answer(packed, headers=("Content-Encoding: GZIP",))))
    assert (found.body, found.truncated) == (body, False)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_a_server_that_trickles_ends_at_the_deadline(
    serve: Serve, start: bytes
) -> None:
    """A14: each byte comes well within any timeout for one read."""
    over = threading.Event()

    def trickle(client: socket.socket, received: bytes) -> None:
        client.sendall(start)
        while not over.wait(0.02):
            client.sendall(b"1")

    listener = serve(trickle)
    try:
        assert _failure(listener, timeout_seconds=0.3) is Failure.TIMEOUT
    finally:
        over.set()


def test_a_server_that_accepts_and_says_nothing_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        listener = Listener(answer(), silent.getsockname()[1])
        assert _failure(listener, timeout_seconds=0.1) is Failure.TIMEOUT


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/9.9 abc\r\n\r\n",
        b"HTTP/1.1 200 " + b"a" * 1_048_576 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip at all",
        b"\x16\x03\x01\x00\x00",
        b"",
    ],
    ids=range(10),
)
def test_a_malformed_answer_is_a_result(serve: Serve, sent: bytes) -> None:
    """A15"""
    listener = serve(lambda client, received: client.sendall(sent))
    assert _failure(listener) in (Failure.PROTOCOL, Failure.CLOSED)


def test_many_headers_are_kept_up_to_a_limit(serve: Serve) -> None:
    """A15"""
    headers = tuple(f"X-{number}: {'a' * 60}" for number in range(1000))
    found = _get(serve(answer(headers=headers)))
    assert 0 < sum(len(a) + len(b) for a, b in found.headers) <= 32768


def test_redirects_are_not_followed_unless_asked(serve: Serve) -> None:
    target = serve(answer())
    first = serve(redirect(f"http://127.0.0.1:{target.port}/"))

    assert _get(first).status == 302
    assert target.connections == 0
    assert _get(first, redirects=1).status == 200


FORBIDDEN = [
    "http://127.0.0.2:{port}/",
    "//127.0.0.2:{port}/",
    "http://[::ffff:127.0.0.2]:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::]:{port}/",
    "http://0.0.0.0:{port}/",
]


@pytest.mark.parametrize("location", FORBIDDEN)
@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_a_redirect_to_a_forbidden_address_is_blocked(
    serve: Serve, location: str, status: str
) -> None:
    """A05"""
    secret = serve(answer(b"secret"), host="127.0.0.2")
    first = serve(redirect(location.format(port=secret.port), status))

    with pytest.raises(Blocked):
        _get(first, redirects=3, trust=Trust.PEOPLE, allowed_networks=ONLY_ONE)
    assert secret.connections == 0


def test_a_redirect_to_a_name_is_judged_when_it_resolves(serve: Serve) -> None:
    """A03, A05"""
    secret = serve(answer(b"secret"), host="127.0.0.2")
    first = serve(redirect(f"http://inside.example:{secret.port}/"))

    with pytest.raises(Blocked):
        _get(
            first,
            redirects=3,
            trust=Trust.PEOPLE,
            allowed_networks=ONLY_ONE,
            resolver=lambda host, port: [
                (
                    socket.AF_INET,
                    ("127.0.0.1" if host == "127.0.0.1" else "127.0.0.2", port),
                )
            ],
        )
    assert secret.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "javascript:alert(1)",
        "data:text/plain,a",
        "http:127.0.0.1",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://a:b@127.0.0.1/",
        "http://exa mple/",
        "\\\\127.0.0.1\\a",
    ],
)
def test_a_redirect_elsewhere_leads_nowhere(serve: Serve, location: str) -> None:
    """A05"""
    first = serve(redirect(location))
    assert _failure(first, redirects=3) is Failure.REDIRECT


def test_a_loop_of_redirects_ends(serve: Serve) -> None:
    """A05"""
    listener = serve(redirect("/a"))
    assert _failure(listener, redirects=99) is Failure.REDIRECT
    assert listener.connections == 4


def test_a_refresh_header_is_no_redirect(serve: Serve) -> None:
    listener = serve(answer(b"", headers=("Refresh: 0; url=http://127.0.0.2/",)))
    assert _get(listener, redirects=3).status == 200


def test_secrets_stay_with_their_origin(serve: Serve) -> None:
    """A11"""
    other = serve(answer())
    first = serve(redirect(f"http://127.0.0.1:{other.port}/"))
    secrets = {
        "Authorization": "Bearer canary",
        "Cookie": "a=canary",
        "X-Custom": "canary",
        "Accept": "text/plain",
    }

    _get(
        first,
        headers=secrets,
        redirects=1,
        url=f"http://u:canary@127.0.0.1:{first.port}/",
    )

    assert first.requests[0].count(b"canary") == 3
    assert b"canary" not in other.requests[0]
    assert b"Basic" not in other.requests[0]
    assert b"accept: text/plain" in other.requests[0].lower()


@pytest.mark.parametrize("status", ["307 T", "308 P"])
def test_a_body_is_not_taken_to_another_origin(serve: Serve, status: str) -> None:
    """A11"""
    other = serve(answer())
    first = serve(redirect(f"http://127.0.0.1:{other.port}/", status))

    failure = _failure(first, method="POST", body=b"canary", redirects=1)

    assert failure is Failure.REDIRECT
    assert other.connections == 0


def test_a_post_becomes_a_get_without_its_body(serve: Serve) -> None:
    other = serve(answer())
    first = serve(redirect(f"http://127.0.0.1:{other.port}/", "303 See"))
    _get(first, method="POST", body=b"canary", redirects=1)

    assert other.requests[0].startswith(b"GET ")
    assert b"canary" not in other.requests[0]


def test_people_cannot_reach_loopback_and_code_can(serve: Serve) -> None:
    listener = serve(answer())

    with pytest.raises(Blocked):
        _get(listener, trust=Trust.PEOPLE)
    assert listener.connections == 0
    assert _get(listener, trust=Trust.CODE).status == 200


@pytest.mark.parametrize("method", ["get", "CONNECT", "TRACE", "GET /a HTTP/1.1\r\n"])
def test_other_methods_are_refused(serve: Serve, method: str) -> None:
    with pytest.raises(ConfigError):
        _get(serve(answer()), method=method)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that no authority signed."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    import ipaddress

    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def _serve_tls(certificate: Path) -> tuple[socket.socket, threading.Thread]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with contextlib.suppress(OSError):
            client, _ = server.accept()
            with context.wrap_socket(client, server_side=True) as wrapped:
                wrapped.recv(65536)
                wrapped.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return server, thread


def test_tls_is_verified_and_timed(certificate: Path) -> None:
    """A17"""
    server, thread = _serve_tls(certificate)
    with server:
        found = request(
            "GET",
            f"https://127.0.0.1:{server.getsockname()[1]}/",
            trust=Trust.CODE,
            timeout_seconds=10,
            tls=ssl.create_default_context(cafile=certificate),
            allowed_networks=(),
        )
        thread.join(5)

    assert found.body == b"ok"
    assert found.timings.tls_seconds


def test_a_certificate_that_nobody_signed_is_refused(certificate: Path) -> None:
    """A17"""
    server, thread = _serve_tls(certificate)
    with server:
        with pytest.raises(ConnectFailed) as caught:
            request(
                "GET",
                f"https://127.0.0.1:{server.getsockname()[1]}/",
                trust=Trust.CODE,
                timeout_seconds=10,
                allowed_networks=(),
            )
        thread.join(5)

    assert caught.value.failure is Failure.CERTIFICATE
