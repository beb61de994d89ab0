"""Redis and its kin: PING, after a login where one is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.checked import check_text
from pulseboard.probes.conversing import Conversation, Conversing, word
from pulseboard.probes.facts import Facts
from pulseboard.probes.probe import kind

#: Of an error's first word, such as LOADING.
CODE_LENGTH = 30


@kind("redis")
@dataclass(frozen=True, kw_only=True)
class Redis(Conversing):
    """
    Args:
        password: Empty: no login.
        username: Of Redis 6 and later; empty: the default user.
        tls: Whether TLS comes first.
    """

    port: int = 6379
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False

    usual_ports: ClassVar[frozenset[int]] = frozenset({6379, 6380})
    presumed: ClassVar[tuple[str, ...]] = ("redis.reply == PONG",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text(self.username, "username")
        check_text(self.password, "password")
        if self.username and not self.password:
            raise ConfigError("password: expected one for the user name")

    @property
    def begins_with_tls(self) -> bool:
        return self.tls

    async def converse(self, talk: Conversation) -> Facts:
        reply = "OK"
        if self.password:
            login = (
                (self.username, self.password) if self.username else (self.password,)
            )
            reply = _reply(await talk.ask(command("AUTH", *login)))
        if reply == "OK":
            reply = _reply(await talk.ask(command("PING")))
        return talk.facts(f"replied {reply}", values={"redis.reply": reply})


def command(*words: str) -> bytes:
    """Return *words* as the protocol writes them; any byte may stand in one."""
    parts = [f"*{len(words)}\r\n".encode()]
    for each in words:
        encoded = each.encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(encoded), encoded))
    return b"".join(parts)


def _reply(line: str) -> str:
    """Return ``PONG``, ``OK``, or the code of an error such as ``LOADING``."""
    sign, text = line[:1], line[1:]
    code = word(text.split(" ", 1)[0])[:CODE_LENGTH]
    if sign not in ("+", "-") or not code.isalnum():
        raise ConnectFailed(Failure.PROTOCOL)
    return code
