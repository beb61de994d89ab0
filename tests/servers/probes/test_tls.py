"""X5, X39, A17: certificates of real servers, good and bad."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from tests.servers.probes.asking import (
    ask,
    authority,
    delaying,
    failure_of,
    scripted,
    silent,
)
from tests.support import certificates

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import Failure
from pulseboard.probes.kinds.tls import Tls

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


class Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that do not trust us leave in the middle."""


@contextlib.contextmanager
def serving(pair: tuple[str, str]) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    with Server(("127.0.0.1", 0), StreamRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join(5)


def probe(port: int, pair: tuple[str, str], **options: object) -> Tls:
    authorities = Path(pair[0]).read_text()
    return Tls(host="localhost", port=port, authorities=authorities, **options)


def test_a_trusted_certificate_tells_its_end(tmp_path: Path) -> None:
    pair = authority(tmp_path, days=60)
    with serving(pair) as port:
        facts = ask(probe(port, pair))
    assert facts.certificate.names == ("localhost",)
    assert facts.certificate.trusted
    assert 59 * DAY < facts.certificate.not_after - NOW < 61 * DAY
    assert facts.values["tls.version"] == "TLSv1.3"


def test_without_verification_any_certificate_tells_its_end(tmp_path: Path) -> None:
    pair = certificates.write_pair(tmp_path, NOW - 9 * DAY, NOW - DAY, name="other")
    with serving((str(pair[0]), str(pair[1]))) as port:
        facts = ask(Tls(host="localhost", port=port, verify_tls=False))
    assert facts.certificate.subject == "CN=other"
    assert facts.certificate.not_after < NOW
    assert not facts.certificate.trusted


@pytest.mark.parametrize(
    ("starts", "ends", "name", "failure"),
    [
        (-9 * DAY, -DAY, "localhost", Failure.EXPIRED),
        (DAY, 9 * DAY, "localhost", Failure.NOT_YET_VALID),
        (-DAY, 9 * DAY, "other.test", Failure.WRONG_HOST),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told(
    tmp_path: Path, starts, ends, name: str, failure: Failure
) -> None:
    files = certificates.write_pair(tmp_path, NOW + starts, NOW + ends, name=name)
    pair = (str(files[0]), str(files[1]))
    with serving(pair) as port:
        assert failure_of(probe(port, pair)) is failure
        assert failure_of(Tls(host="localhost", port=port)) is not None


def test_another_name_may_be_asked_for(tmp_path: Path) -> None:
    pair = authority(tmp_path, name="other.test")
    with serving(pair) as port:
        facts = ask(probe(port, pair, server_name="other.test"))
    assert facts.certificate.subject == "CN=other.test"


def test_slow_is_slow_and_a_stalled_handshake_ends(tmp_path: Path) -> None:
    """X7, A14"""
    pair = authority(tmp_path)
    with serving(pair) as port, delaying(port, 0.3) as slow:
        facts = ask(probe(slow, pair))
    assert facts.phases.tls_seconds >= 0.3
    with scripted(silent) as port:
        assert failure_of(probe(port, pair), timeout_seconds=0.3) is Failure.TIMEOUT


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"host": "127.1"}, "host"),
        ({"host": "a b"}, "host"),
        ({"port": 70000}, "port"),
        ({"server_name": "<b>"}, "server_name"),
        ({"start_tls": "xmpp"}, "start_tls"),
        ({"authorities": "-----BEGIN NOTHING-----"}, "authorities"),
        ({"ip_version": 7}, "ip_version"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(options, field) -> None:
    with pytest.raises(ConfigError, match=f"^{field}: "):
        Tls(**{"host": "localhost", **options})
