"""TCP: whether a port answers, and if asked, whether with the right words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pulseboard.probes.checked import check_text, unescaped
from pulseboard.probes.conversing import Conversation, Conversing
from pulseboard.probes.facts import Facts
from pulseboard.probes.probe import kind


@kind("tcp")
@dataclass(frozen=True, kw_only=True)
class Tcp(Conversing):
    r"""
    Args:
        send: Sent when connected; ``\r\n`` and the like are read as such.
        answer: How the answer must begin; empty: none is waited for.
        tls: Whether TLS comes first.
    """

    send: str = ""
    answer: str = ""
    tls: bool = False

    usual_ports: ClassVar[frozenset[int]] = frozenset({80, 443})
    presumed: ClassVar[tuple[str, ...]] = ("tcp.matched == true",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text(self.send, "send")
        check_text(self.answer, "answer")

    @property
    def begins_with_tls(self) -> bool:
        return self.tls

    async def converse(self, talk: Conversation) -> Facts:
        if self.send:
            await talk.line.write(unescaped(self.send))
        expected = unescaped(self.answer)
        heard = await _heard(talk, len(expected))
        matched = heard == expected
        summary = "connected" if not expected else "answered"
        return talk.facts(summary, body=heard, values={"tcp.matched": matched})


async def _heard(talk: Conversation, count: int) -> bytes:
    """Return the first *count* bytes of the answer, fewer when it ends before."""
    heard = b""
    while len(heard) < count:
        piece = await talk.line.read(count - len(heard))
        if not piece:
            break
        talk.heard()
        heard += piece
    return heard
