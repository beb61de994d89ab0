"""Real mail servers, in all the ways they say no. X28, M1"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult
from pytest_django import Settings
from tests.support.certificates import write_pair
from tests.support.namespaces import outcomes
from tests.support.process import free_port

from pulseboard.checks.builtin.mail import Mail
from pulseboard.checks.check import NotApplicable
from pulseboard.core.outcome import Reason
from pulseboard.core.status import Status

SMTP = "django.core.mail.backends.smtp.EmailBackend"
NOW = datetime.now(UTC)


@pytest.fixture
def configured(settings: Settings) -> Callable[..., None]:
    """Point Django's mail settings somewhere."""

    def configure(port: int, **others: object) -> None:
        settings.EMAIL_BACKEND = SMTP
        settings.EMAIL_HOST = "localhost"
        settings.EMAIL_PORT = port
        for name, value in others.items():
            setattr(settings, name, value)

    return configure


@contextlib.contextmanager
def served(**options: Any) -> Iterator[int]:
    """Run a mail server, yield its port."""
    port = free_port()
    controller = Controller(Sink(), hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextlib.contextmanager
def scripted(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server that *talk*s to its first client, yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            thread.join(10)
            assert not thread.is_alive()


def tls(folder: Path, days: float = 30, name: str = "localhost") -> ssl.SSLContext:
    files = write_pair(
        folder, NOW - timedelta(days=100), NOW + timedelta(days=days), name=name
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the certificate that `tls` makes."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))


def test_a_server_that_takes_mail_is_healthy(configured: Callable[..., None]) -> None:
    with served() as port:
        configured(port)
        outcome = Mail().run()

    assert outcome.status is Status.HEALTHY
    assert outcome.summary.startswith("ready for mail in ")
    assert outcome.readings["mail_seconds"] > 0


def test_a_slow_server_is_a_warning_or_critical(
    configured: Callable[..., None],
) -> None:
    with served() as port:
        configured(port)
        slow = Mail(warning_above=0).run()
        slowest = Mail(warning_above=0, critical_above=0).run()

    assert (slow.status, slowest.status) == (Status.WARNING, Status.CRITICAL)


def test_no_mail_is_sent(configured: Callable[..., None], smtp_sink: Any) -> None:
    configured(smtp_sink.port)
    smtp_sink.clear()

    assert Mail().run().status is Status.HEALTHY
    assert smtp_sink.mails() == []


@pytest.mark.usefixtures("trusted")
def test_starttls_and_login_are_done_as_django_would(
    configured: Callable[..., None], tmp_path: Path
) -> None:
    given = []

    def authenticate(*arguments: Any) -> Any:
        who = arguments[-1]
        given.append((who.login, who.password))
        return AuthResult(success=who.password == b"right", handled=False)

    options = {
        "tls_context": tls(tmp_path),
        "require_starttls": True,
        "auth_required": True,
        "authenticator": authenticate,
    }
    with served(**options) as port:
        login = {"EMAIL_USE_TLS": True, "EMAIL_HOST_USER": "ann"}
        configured(port, **login, EMAIL_HOST_PASSWORD="right")
        right = Mail().run()
        configured(port, **login, EMAIL_HOST_PASSWORD="wrong")
        wrong = Mail().run()

    assert right.status is Status.HEALTHY, right.summary
    assert given[0] == (b"ann", b"right")
    assert wrong.status is Status.CRITICAL
    assert wrong.summary == "The mail server refuses our credentials (535)."


@pytest.mark.usefixtures("trusted")
def test_tls_from_the_first_byte(
    configured: Callable[..., None], tmp_path: Path
) -> None:
    # The controller asks itself once when it starts, and must trust itself then.
    with served(ssl_context=tls(tmp_path)) as port:
        configured(port, EMAIL_USE_SSL=True)
        outcome = Mail().run()

    assert outcome.status is Status.HEALTHY, outcome.summary


@pytest.mark.parametrize(
    ("days", "name", "summary"),
    [
        (-1, "localhost", "The mail server's certificate has expired."),
        (30, "example.org", "The mail server's certificate is for another name."),
    ],
)
@pytest.mark.usefixtures("trusted")
def test_a_bad_certificate_is_critical(
    configured: Callable[..., None],
    tmp_path: Path,
    days: float,
    name: str,
    summary: str,
) -> None:
    with served(tls_context=tls(tmp_path, days, name)) as port:
        configured(port, EMAIL_USE_TLS=True)
        outcome = Mail().run()

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == summary


def test_a_certificate_nobody_vouches_for_is_critical(
    configured: Callable[..., None], tmp_path: Path
) -> None:
    with served(tls_context=tls(tmp_path)) as port:
        configured(port, EMAIL_USE_TLS=True)
        outcome = Mail().run()

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == "The certificate is not valid for the target."


def test_nothing_is_said_in_plain_text_when_tls_was_asked_for(
    configured: Callable[..., None],
) -> None:
    heard = []

    def authenticate(*given: Any) -> Any:
        heard.append(given)
        return AuthResult(success=True)

    with served(authenticator=authenticate, auth_require_tls=False) as port:
        configured(
            port,
            EMAIL_USE_TLS=True,
            EMAIL_HOST_USER="ann",
            EMAIL_HOST_PASSWORD="secret",
        )
        outcome = Mail().run()

    assert outcome.status is Status.CRITICAL
    assert "does not offer STARTTLS" in outcome.summary
    assert heard == []


def test_a_closed_port_is_critical(configured: Callable[..., None]) -> None:
    configured(free_port())

    outcome = Mail().run()

    assert outcome.status is Status.CRITICAL
    assert outcome.reason is Reason.ERROR
    assert outcome.summary == "The connection was refused."


def test_a_name_that_does_not_exist_is_critical(
    configured: Callable[..., None],
) -> None:
    configured(25, EMAIL_HOST="no-such-host.invalid")

    assert Mail().run().summary == "The name does not resolve."


@pytest.mark.parametrize(
    ("talk", "summary"),
    [
        (
            lambda c: c.sendall(b"554 go away\r\n"),
            "The mail server greeted us with 554.",
        ),
        (lambda c: None, "The connection was closed early."),
        (lambda c: c.sendall(b"\xff" * 20_000), "The mail server answered 500."),
    ],
)
def test_servers_that_greet_wrongly_are_critical(
    configured: Callable[..., None],
    talk: Callable[[socket.socket], None],
    summary: str,
) -> None:
    with scripted(talk) as port:
        configured(port)
        outcome = Mail().run()

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == summary


def test_a_silent_server_is_given_up(configured: Callable[..., None]) -> None:
    with scripted(lambda connection: connection.recv(1)) as port:
        configured(port)
        outcome = Mail(answer_within_seconds=0.3).run()

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == "No complete answer in time."


def test_a_server_that_drags_on_is_cut_off(configured: Callable[..., None]) -> None:
    """Each byte begins the socket's timeout anew, and a line may have 8,192."""
    sent = []

    def trickle(connection: socket.socket) -> None:
        pause = threading.Event()
        while not pause.wait(0.01):
            connection.sendall(b"2")
            sent.append(1)

    with scripted(trickle) as port:
        configured(port)
        outcome = Mail(answer_within_seconds=0.3).run()

    assert outcome.status is Status.CRITICAL
    assert outcome.summary == "No complete answer in time."
    assert len(sent) < 4000


@pytest.mark.parametrize("kind", ["console", "locmem", "filebased", "dummy"])
def test_other_backends_have_no_server_to_visit(settings: Settings, kind: str) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{kind}.EmailBackend"
    settings.EMAIL_FILE_PATH = "/tmp"

    with pytest.raises(NotApplicable, match=f"the backend '{kind}', not over SMTP"):
        Mail.instances()
    outcome = Mail().run()
    assert outcome.status is Status.UNKNOWN
    assert outcome.reason is Reason.NOT_APPLICABLE


def test_a_server_nobody_configured_is_not_visited() -> None:
    """Django's default is a server on this machine, which most machines have not."""
    script = """
from django.conf import settings
settings.configure()
from pulseboard.checks.builtin.mail import Mail
show(Mail().run())
settings.EMAIL_PORT = %d
show(Mail().run())
"""
    default, chosen = outcomes(script % free_port())

    assert (default.status, default.summary) == (
        "unknown",
        "no mail server is configured",
    )
    assert (chosen.status, chosen.summary) == (
        "critical",
        "The connection was refused.",
    )


def test_many_visits_leave_threads_and_descriptors_unchanged(
    configured: Callable[..., None], smtp_sink: Any
) -> None:
    """X29"""
    ports = {smtp_sink.port: Status.HEALTHY, free_port(): Status.CRITICAL}
    configured(smtp_sink.port)
    Mail().run()
    before = (len(os.listdir("/proc/self/fd")), threading.active_count())

    for port, status in ports.items():
        configured(port)
        for _ in range(300):
            assert Mail().run().status is status

    assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == before
