"""
How a mail server greets us: everything a sender does, up to the message itself.

Connect, TLS as configured, EHLO, log in, NOOP, QUIT. No mail is sent, and nothing is
said in plain text when TLS was asked for.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from pulseboard.core.errors import PulseboardError
from pulseboard.guard.dial import open_connection
from pulseboard.guard.errors import Failure
from pulseboard.guard.verdict import Trust

#: What OpenSSL calls these failures of a certificate.
EXPIRED, OTHER_NAME = 10, 62


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """
    Args:
        starttls: Change to TLS after the greeting.
        implicit_tls: Speak TLS from the first byte.
        context: What certificates to accept; the system's by default.
        local_name: The name we say in EHLO.
    """

    host: str = field(repr=False)
    port: int = 25
    starttls: bool = False
    implicit_tls: bool = False
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = field(default=None, repr=False)
    local_name: str = "localhost"


class MailRefusal(PulseboardError):
    """The server could not be greeted; the message is a sentence fit for people."""


def greet(server: MailServer, *, within_seconds: float) -> None:
    """
    Do everything short of sending, or raise.

    Args:
        within_seconds: For all steps together.

    Raises:
        MailRefusal: A step failed; says which.
    """
    session = _Session(server, within_seconds)
    try:
        with _cut_off_in_time(session, within_seconds):
            _visit(session, server)
    except (PulseboardError, OSError, smtplib.SMTPException) as error:
        # An answer cut in the middle may look like another trouble.
        cut = session.is_cut_off
        raise MailRefusal(Failure.TIMEOUT.value if cut else _sentence(error)) from error


def _visit(session: _Session, server: MailServer) -> None:
    code, _ = session.connect(server.host, server.port)
    if code != 220:
        raise MailRefusal(f"The mail server greeted us with {code}.")
    session.ehlo_or_helo_if_needed()
    if server.starttls and not server.implicit_tls:
        session.starttls(context=_context(server))
        session.ehlo_or_helo_if_needed()
    if server.username and server.password:
        session.login(server.username, server.password)
    code, _ = session.noop()
    if code != 250:
        raise MailRefusal(f"The mail server answered {code}.")
    session.quit()


@contextlib.contextmanager
def _cut_off_in_time(session: _Session, within_seconds: float) -> Iterator[None]:
    """End *session* in time: a trickle of bytes resets every other timeout."""
    deadline = threading.Timer(within_seconds, session.cut_off)
    deadline.daemon = True
    deadline.start()
    try:
        yield
    finally:
        deadline.cancel()
        deadline.join()
        session.close()


class _Session(smtplib.SMTP):
    """An SMTP session through the guard, that another thread can end."""

    def __init__(self, server: MailServer, within_seconds: float) -> None:
        super().__init__(local_hostname=server.local_name, timeout=within_seconds)
        # STARTTLS holds the certificate against this name, and connect() leaves it.
        self._host = server.host
        self._server = server
        self._wire: socket.socket | None = None
        self.is_cut_off = False

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened = open_connection(
            host,
            port,
            trust=Trust.CODE,
            timeout_seconds=float(timeout),
            tls=_context(self._server) if self._server.implicit_tls else None,
        )
        # A second handle: a change to TLS takes the first one away from the object.
        self._wire = socket.fromfd(opened.fileno(), opened.family, opened.type)
        return opened

    def cut_off(self) -> None:
        """End whatever is going on; called from another thread."""
        self.is_cut_off = True
        if self._wire is not None:
            with contextlib.suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        if self._wire is not None:
            self._wire.close()


def _context(server: MailServer) -> ssl.SSLContext:
    return server.context or ssl.create_default_context()


def _sentence(error: Exception) -> str:
    if isinstance(error, PulseboardError):
        return str(error)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"The mail server refuses our credentials ({error.smtp_code})."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "The mail server does not offer STARTTLS or login, as configured."
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server answered {error.smtp_code}."
    # smtplib tells of a socket's timeout as of a connection that was closed.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return Failure.TIMEOUT.value
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Failure.CLOSED.value
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_sentence(error)
    if isinstance(error, ssl.SSLError):
        return Failure.TLS.value
    if isinstance(error, smtplib.SMTPException):
        return Failure.PROTOCOL.value
    return Failure.CLOSED.value


def _certificate_sentence(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == EXPIRED:
        return "The mail server's certificate has expired."
    if error.verify_code == OTHER_NAME:
        return "The mail server's certificate is for another name."
    return Failure.CERTIFICATE.value
