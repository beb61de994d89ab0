"""X6: mail servers, by real ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servers.probes.asking import (
    ask,
    authority,
    delaying,
    failure_of,
    saying,
    scripted,
)
from tests.support.process import Server, free_port
from tests.support.servers import SmtpSink

from pulseboard.guard.errors import Failure
from pulseboard.probes.kinds.imap import Imap
from pulseboard.probes.kinds.smtp import Smtp
from pulseboard.probes.kinds.tls import Tls

pytestmark = pytest.mark.server
HOST = "127.0.0.1"

SMTP_WITH_TLS = """
import asyncio, ssl, sys
from aiosmtpd.smtp import SMTP

async def serve(port, first):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    loop = asyncio.get_running_loop()
    make = lambda: SMTP(None, tls_context=None if first else context)
    server = await loop.create_server(
        make, "127.0.0.1", port, ssl=context if first else None
    )
    await server.serve_forever()

asyncio.run(serve(int(sys.argv[1]), sys.argv[4] == "first"))
"""


class SmtpWithTls(Server):
    name = "smtp-tls"

    def command(self) -> list[str]:
        return [
            sys.executable, "-c", SMTP_WITH_TLS, str(self.port),
            self.options["certificate"], self.options["key"], self.options["when"],
        ]  # fmt: skip


class Pymap(Server):
    """A whole IMAP server."""

    name = "imap"

    def command(self) -> list[str]:
        tls = ["--no-tls"]
        if "key" in self.options:
            tls = ["--cert", self.options["certificate"], "--key", self.options["key"]]
        return [
            str(Path(sys.executable).with_name("pymap")), *self._without_others(),
            "--host", "127.0.0.1", "--port", str(self.port), *tls, "dict",
        ]  # fmt: skip

    def _without_others(self) -> list[str]:
        return ["--no-service", "managesieve", "--no-service", "admin"]


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[str, str]:
    return authority(tmp_path_factory.mktemp("pair"))


@pytest.fixture(scope="module")
def imap_server(pair) -> Iterator[Pymap]:
    with Pymap(options={"certificate": pair[0], "key": pair[1]}) as server:
        yield server


def trusting(pair: tuple[str, str]) -> dict[str, str]:
    return {
        "authorities": Path(pair[0]).read_text(),
        "server_name": "localhost",
    }


def test_smtp_that_greets_is_up(smtp_sink: SmtpSink) -> None:
    smtp_sink.clear()
    facts = ask(Smtp(host=HOST, port=smtp_sink.port))
    assert facts.values == {"smtp.code": 220, "smtp.starttls": False}
    assert smtp_sink.mails() == []


def test_smtp_without_start_tls_fails_when_it_must(smtp_sink: SmtpSink) -> None:
    probe = Smtp(host=HOST, port=smtp_sink.port, start_tls=True)
    assert failure_of(probe) is Failure.TLS


def test_smtp_goes_on_with_tls(pair) -> None:
    """X5"""
    options = {"certificate": pair[0], "key": pair[1], "when": "later"}
    with SmtpWithTls(options=options) as server:
        facts = ask(Smtp(host=HOST, port=server.port, start_tls=True, **trusting(pair)))
        shown = ask(
            Tls(host=HOST, port=server.port, start_tls="smtp", **trusting(pair))
        )
    assert facts.values["smtp.starttls"] is True
    assert facts.certificate == shown.certificate
    assert facts.certificate.trusted


def test_smtp_begins_with_tls(pair) -> None:
    options = {"certificate": pair[0], "key": pair[1], "when": "first"}
    with SmtpWithTls(options=options) as server:
        facts = ask(Smtp(host=HOST, port=server.port, tls=True, **trusting(pair)))
        plain = failure_of(Smtp(host=HOST, port=server.port), timeout_seconds=0.5)
    assert facts.values["smtp.code"] == 220
    assert facts.phases.tls_seconds is not None
    assert plain in (Failure.TIMEOUT, Failure.CLOSED, Failure.PROTOCOL)


def test_smtp_that_turns_everybody_away_tells_its_code() -> None:
    with scripted(saying(b"421 4.3.2 too busy\r\n")) as port:
        assert ask(Smtp(host=HOST, port=port)).values["smtp.code"] == 421


def test_smtp_greets_in_as_many_lines_as_it_likes() -> None:
    with scripted(saying(b"220-one\r\n220-two\r\n220 three\r\n250 fine\r\n")) as port:
        assert ask(Smtp(host=HOST, port=port)).values["smtp.code"] == 220


def test_smtp_that_talks_without_end_is_cut_off() -> None:
    """A15"""
    with scripted(saying(b"220-more\r\n" * 1000)) as port:
        assert failure_of(Smtp(host=HOST, port=port)) is Failure.PROTOCOL


def test_imap_that_greets_is_up(imap_server: Pymap) -> None:
    facts = ask(Imap(host=HOST, port=imap_server.port))
    assert facts.values == {"imap.greeting": "OK"}


def test_imap_goes_on_with_tls(imap_server: Pymap, pair) -> None:
    """X5"""
    options = {"host": HOST, "port": imap_server.port, **trusting(pair)}
    facts = ask(Imap(start_tls=True, **options))
    shown = ask(Tls(**{**options, "start_tls": "imap"}))
    assert facts.certificate == shown.certificate
    assert facts.certificate.names == ("localhost",)


def test_imap_that_says_goodbye_tells_so() -> None:
    with scripted(saying(b"* BYE overloaded\r\n")) as port:
        assert ask(Imap(host=HOST, port=port)).values["imap.greeting"] == "BYE"


def test_what_is_said_ahead_of_tls_is_not_believed() -> None:
    """A17"""
    ahead = b"* OK hello\r\na1 OK go on\r\n* OK in plain text\r\n"
    with scripted(saying(ahead)) as port:
        probe = Imap(host=HOST, port=port, start_tls=True)
        assert failure_of(probe) is Failure.PROTOCOL


@pytest.mark.parametrize("kind", [Smtp, Imap])
def test_mail_servers_are_slow_silent_and_down(
    kind, smtp_sink: SmtpSink, imap_server: Pymap
) -> None:
    """X7, A14"""
    server: Server = smtp_sink if kind is Smtp else imap_server
    with delaying(server.port, 0.3) as port:
        assert ask(kind(host=HOST, port=port)).total_seconds >= 0.3
    server.pause()
    silent = failure_of(kind(host=HOST, port=server.port), timeout_seconds=0.5)
    server.resume()
    assert silent is Failure.TIMEOUT
    assert failure_of(kind(host=HOST, port=free_port())) is Failure.REFUSED
