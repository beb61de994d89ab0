"""TLS: the certificate of a server, from the first byte or after STARTTLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.checked import check_choice
from pulseboard.probes.conversing import Conversation, Conversing, word
from pulseboard.probes.facts import Facts, Value
from pulseboard.probes.probe import kind
from pulseboard.probes.upgrades import UPGRADES


@kind("tls")
@dataclass(frozen=True, kw_only=True)
class Tls(Conversing):
    """
    Args:
        start_tls: The protocol that is spoken until both sides agree on TLS: smtp,
            imap or postgresql; empty: TLS comes first.
    """

    port: int = 443
    start_tls: str = ""

    usual_expiry_days: ClassVar[tuple[int, ...]] = (14, 7, 3, 1)
    usual_ports: ClassVar[frozenset[int]] = frozenset(
        {443, 465, 587, 25, 993, 143, 995, 636, 853, 5432, 6379, 8883}
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice(self.start_tls, ("", *UPGRADES), "start_tls")

    @property
    def begins_with_tls(self) -> bool:
        return not self.start_tls

    async def converse(self, talk: Conversation) -> Facts:
        if self.start_tls:
            await UPGRADES[self.start_tls](talk)
        facts = talk.facts("certificate shown", values=_agreed(talk))
        if facts.certificate is None:
            raise ConnectFailed(Failure.TLS)
        return facts


def _agreed(talk: Conversation) -> dict[str, Value]:
    """Return what both sides agreed on."""
    tls = talk.line.tls
    if tls is None:
        return {}
    cipher = tls.cipher()
    return {
        "tls.version": word(tls.version() or ""),
        "tls.cipher": word(cipher[0] if cipher else ""),
    }
