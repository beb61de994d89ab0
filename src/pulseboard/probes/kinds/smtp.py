"""SMTP: whether a mail server greets. No mail is sent."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import ClassVar

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import ConnectFailed
from pulseboard.probes.conversing import Conversation, Conversing
from pulseboard.probes.facts import Facts
from pulseboard.probes.probe import kind
from pulseboard.probes.upgrades import greet_smtp, start_tls_smtp


@kind("smtp")
@dataclass(frozen=True, kw_only=True)
class Smtp(Conversing):
    """
    Args:
        tls: Whether TLS comes first, as on port 465.
        start_tls: Whether to go on with TLS after the greeting.
    """

    port: int = 25
    tls: bool = False
    start_tls: bool = False

    usual_ports: ClassVar[frozenset[int]] = frozenset({25, 465, 587})
    presumed: ClassVar[tuple[str, ...]] = ("smtp.code == 220",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tls and self.start_tls:
            raise ConfigError("start_tls: not with tls, which comes first")

    @property
    def begins_with_tls(self) -> bool:
        return self.tls

    async def converse(self, talk: Conversation) -> Facts:
        code, abilities = await greet_smtp(talk)
        if self.start_tls and code == 220:
            await start_tls_smtp(talk)
        facts = talk.facts(
            f"greeted with {code}",
            values={
                "smtp.code": float(code),
                "smtp.starttls": "STARTTLS" in map(str.upper, abilities),
            },
        )
        with contextlib.suppress(ConnectFailed):  # it has said all we asked for
            await talk.line.write(b"QUIT\r\n")
        return facts
