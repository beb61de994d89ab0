"""
Kinds that hold one conversation over one TCP connection.

    connect --> TLS, at once or when both sides agreed --> ask, hear --> facts
    `------------------------- one deadline ------------------------'

A kind writes what is said; connecting, measuring and closing are done here.
"""

from __future__ import annotations

import abc
import ssl
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from pulseboard.core.redaction import one_line
from pulseboard.guard.connection import Connection, connect
from pulseboard.guard.deadline import Deadline
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.tls_context import client_tls
from pulseboard.probes.certificates import read_certificate
from pulseboard.probes.checked import (
    check_authorities,
    check_choice,
    check_host,
    check_port,
)
from pulseboard.probes.facts import Certificate, Facts, Phases, Value
from pulseboard.probes.probe import Probe, Try

#: Of a banner or version that a server names.
WORD_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """
    Where a conversation is held, and how.

    Args:
        usual_ports: People may ask these; others only in `ALLOWED_NETWORKS`.
        ip_version: 4 or 6 asks only such addresses; 0 any.
        server_name: That the certificate is for; empty: *host*.
        verify_tls: Whether the certificate must be trusted.
        authorities: Certificates in PEM that are trusted in place of the usual ones.
        protocols: That TLS offers to speak.
        begins_with_tls: Whether TLS comes before the first word.
    """

    host: str
    port: int
    usual_ports: frozenset[int]
    ip_version: int = 0
    server_name: str = ""
    verify_tls: bool = True
    authorities: str = ""
    protocols: tuple[str, ...] = ()
    begins_with_tls: bool = False

    @property
    def context(self) -> ssl.SSLContext:
        """How TLS is spoken and whom it trusts."""
        return client_tls(
            verify=self.verify_tls,
            authorities=self.authorities,
            protocols=self.protocols,
        )


Talk = Callable[["Conversation"], Awaitable[Facts]]


async def hold(aim: Aim, one: Try, talk: Talk) -> Facts:
    """
    Connect, let *talk* ask and hear, and close.

    Args:
        talk: May raise ValueError, IndexError or struct.error at bytes that are not
            what its protocol wants.
    """
    line = await connect(
        aim.host,
        aim.port,
        trust=one.trust,
        deadline=Deadline(one.timeout_seconds),
        family=aim.ip_version,
        default_ports=aim.usual_ports,
        tls=aim.context if aim.begins_with_tls else None,
        server_name=aim.server_name,
    )
    async with line:
        return await converse(line, aim, talk)


async def converse(line: Connection, aim: Aim, talk: Talk) -> Facts:
    """Let *talk* ask and hear over *line*, as `hold` does."""
    try:
        return await talk(Conversation(line, aim))
    except (ValueError, IndexError, struct.error):
        raise ConnectFailed(Failure.PROTOCOL) from None


@dataclass(frozen=True, kw_only=True)
class Conversing(Probe):
    """
    A kind with a host and a port, and TLS where it has that.

    Args:
        ip_version: 4 or 6 asks only such addresses; 0 any.
        server_name: That the certificate is for; empty: *host*.
        verify_tls: Whether the certificate must be trusted.
        authorities: Certificates in PEM that are trusted in place of the usual ones.
    """

    host: str
    port: int
    ip_version: int = 0
    server_name: str = ""
    verify_tls: bool = True
    authorities: str = ""

    usual_ports: ClassVar[frozenset[int]] = frozenset()
    protocols: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        check_host(self.host)
        check_port(self.port)
        check_choice(self.ip_version, (0, 4, 6), "ip_version")
        if self.server_name:
            check_host(self.server_name, "server_name")
        check_authorities(self.authorities)

    @property
    def begins_with_tls(self) -> bool:
        """Whether TLS comes before the first word."""
        return False

    @abc.abstractmethod
    async def converse(self, talk: Conversation) -> Facts:
        """Ask and hear, as `hold` lets it."""

    async def ask(self, one: Try) -> Facts:
        return await hold(self.aim, one, self.converse)

    @property
    def aim(self) -> Aim:
        """Where the conversation is held, and how."""
        return Aim(
            host=self.host,
            port=self.port,
            usual_ports=self.usual_ports,
            ip_version=self.ip_version,
            server_name=self.server_name,
            verify_tls=self.verify_tls,
            authorities=self.authorities,
            protocols=self.protocols,
            begins_with_tls=self.begins_with_tls,
        )


class Conversation:
    """
    What is said over one connection, and when.

    Args:
        line: The connection, open.
    """

    def __init__(self, line: Connection, aim: Aim) -> None:
        self.line = line
        self._aim = aim
        self._began = line.deadline.passed_seconds()
        self._first_byte_seconds: float | None = None

    async def secure(self) -> None:
        """Go on with TLS, as both sides agreed."""
        self.heard()
        await self.line.start_tls(
            self._aim.context, self._aim.server_name or self._aim.host
        )

    async def ask(self, question: bytes, limit: int = 8192) -> str:
        """Send *question* and return the line that comes back."""
        await self.line.write(question)
        return await self.hear(limit)

    async def hear(self, limit: int = 8192) -> str:
        """Return the next line, at most *limit* bytes of it."""
        line = await self.line.read_line(limit)
        self.heard()
        return line.decode("utf-8", "replace")

    def heard(self) -> None:
        """Remember that the first of the answer is here."""
        if self._first_byte_seconds is None:
            now = self.line.deadline.passed_seconds()
            self._first_byte_seconds = now - self._began

    def facts(
        self,
        summary: str,
        *,
        status: int | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        values: Mapping[str, Value] | None = None,
    ) -> Facts:
        """Return what came of it; *summary* is in words of ours."""
        return Facts(
            total_seconds=self.line.deadline.passed_seconds(),
            summary=summary,
            phases=self._phases(),
            status=status,
            headers=headers,
            body=body,
            address=self.line.address,
            certificate=self._certificate(),
            values=values or {},
        )

    def _phases(self) -> Phases:
        phases = self.line.phases
        return Phases(
            dns_seconds=phases.resolve_seconds,
            connect_seconds=phases.connect_seconds,
            tls_seconds=phases.tls_seconds,
            first_byte_seconds=self._first_byte_seconds,
        )

    def _certificate(self) -> Certificate | None:
        der = self.line.certificate_der
        if not der:
            return None
        return read_certificate(der, trusted=self._aim.verify_tls)


def word(text: str) -> str:
    """Return hostile *text* as a value: on one line, and short."""
    return one_line(text, limit=WORD_LENGTH)
