"""IMAP: whether a mailbox server greets. Nobody logs in."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import ClassVar

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.conversing import Conversation, Conversing
from pulseboard.probes.facts import Facts
from pulseboard.probes.probe import kind
from pulseboard.probes.upgrades import start_tls_imap

GREETINGS = ("OK", "PREAUTH", "BYE")


@kind("imap")
@dataclass(frozen=True, kw_only=True)
class Imap(Conversing):
    """
    Args:
        tls: Whether TLS comes first, as on port 993.
        start_tls: Whether to go on with TLS after the greeting.
    """

    port: int = 143
    tls: bool = False
    start_tls: bool = False

    usual_ports: ClassVar[frozenset[int]] = frozenset({143, 993})
    presumed: ClassVar[tuple[str, ...]] = ("imap.greeting != BYE",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tls and self.start_tls:
            raise ConfigError("start_tls: not with tls, which comes first")

    @property
    def begins_with_tls(self) -> bool:
        return self.tls

    async def converse(self, talk: Conversation) -> Facts:
        greeting = _greeting(await talk.hear())
        if self.start_tls and greeting == "OK":
            await start_tls_imap(talk)
        facts = talk.facts(
            f"greeted with {greeting}", values={"imap.greeting": greeting}
        )
        with contextlib.suppress(ConnectFailed):
            await talk.line.write(b"a2 LOGOUT\r\n")
        return facts


def _greeting(line: str) -> str:
    words = line.upper().split(maxsplit=2)
    if len(words) < 2 or words[0] != "*" or words[1] not in GREETINGS:
        raise ConnectFailed(Failure.PROTOCOL)
    return words[1]
