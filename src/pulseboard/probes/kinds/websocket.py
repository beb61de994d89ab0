"""WebSocket: whether a server agrees to one, and answers one message in it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.request_headers import checked_headers
from pulseboard.guard.target import DEFAULT_PORTS, Url, parse_url
from pulseboard.guard.verdict import Trust
from pulseboard.probes.checked import (
    check_authorities,
    check_choice,
    check_line,
    check_text,
    naming,
    unescaped,
)
from pulseboard.probes.conversing import Aim, Conversation, hold
from pulseboard.probes.facts import Facts
from pulseboard.probes.frames import CLOSE, TEXT, frame, hear_message
from pulseboard.probes.probe import Probe, Try, kind

SCHEMES = {"ws": "http", "wss": "https"}
#: Appended to the key before hashing (RFC 6455).
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
HEADERS, HEADER_LENGTH, HEADERS_BYTES = 100, 8192, 32 * 1024
GOING = (1000).to_bytes(2, "big")


@kind("websocket")
@dataclass(frozen=True, kw_only=True)
class Websocket(Probe):
    """
    Args:
        url: Such as ``wss://example.org/live``.
        headers: Sent with the request.
        subprotocol: That the server must choose; empty: none is offered.
        send: Text of one message; ``\\n`` and the like are read as such.
        answer: How the next message must begin; empty: none is waited for.
        verify_tls: Whether the certificate must be trusted.
        authorities: Certificates in PEM that are trusted in place of the usual ones.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    subprotocol: str = ""
    send: str = ""
    answer: str = ""
    ip_version: int = 0
    verify_tls: bool = True
    authorities: str = ""

    usual_ports: ClassVar[frozenset[int]] = frozenset({80, 443})
    presumed: ClassVar[tuple[str, ...]] = (
        "status == 101",
        "websocket.matched == true",
    )

    def __post_init__(self) -> None:
        self._target()
        with naming("headers"):
            checked_headers(self.headers, Trust.CODE)
        check_line(self.subprotocol, "subprotocol", 100)
        if " " in self.subprotocol or "," in self.subprotocol:
            raise ConfigError("subprotocol: expected one word")
        check_text(self.send, "send")
        check_text(self.answer, "answer")
        check_choice(self.ip_version, (0, 4, 6), "ip_version")
        check_authorities(self.authorities)

    async def ask(self, one: Try) -> Facts:
        target = self._target()
        aim = Aim(
            host=target.host,
            port=target.port,
            usual_ports=self.usual_ports,
            ip_version=self.ip_version,
            verify_tls=self.verify_tls,
            authorities=self.authorities,
            begins_with_tls=target.scheme == "https",
        )

        async def talk(conversation: Conversation) -> Facts:
            return await self._talk(conversation, target, one.trust)

        return await hold(aim, one, talk)

    def _target(self) -> Url:
        scheme, separator, rest = self.url.partition("://")
        if scheme.lower() not in SCHEMES or not separator:
            raise ConfigError("url: expected a URL such as wss://example.org/live")
        with naming("url"):
            return parse_url(f"{SCHEMES[scheme.lower()]}://{rest}", Trust.CODE)

    async def _talk(self, talk: Conversation, target: Url, trust: Trust) -> Facts:
        key = base64.b64encode(secrets.token_bytes(16))
        await talk.line.write(self._request(target, key, trust))
        status, headers = await _hear_head(talk)
        if status != 101:
            return talk.facts(f"answered {status}", status=status, headers=headers)
        self._check(dict(headers), key)
        body = await self._exchange(talk)
        matched = body.startswith(unescaped(self.answer))
        facts = talk.facts(
            "upgraded",
            status=status,
            headers=headers,
            body=body,
            values={"websocket.matched": matched},
        )
        with contextlib.suppress(ConnectFailed):
            await talk.line.write(frame(CLOSE, GOING))
        return facts

    def _request(self, target: Url, key: bytes, trust: Trust) -> bytes:
        port = "" if target.port == DEFAULT_PORTS[target.scheme] else f":{target.port}"
        headers = {
            "host": f"{target.host_in_url}{port}",
            "user-agent": "pulseboard",
            **checked_headers(self.headers, trust),
            "upgrade": "websocket",
            "connection": "Upgrade",
            "sec-websocket-key": key.decode(),
            "sec-websocket-version": "13",
        }
        if self.subprotocol:
            headers["sec-websocket-protocol"] = self.subprotocol
        lines = [f"GET {target.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("ascii")

    def _check(self, headers: Mapping[str, str], key: bytes) -> None:
        """Raise ConnectFailed unless the server read the key and speaks our tongue."""
        # The protocol wants this hash; nothing secret hangs on it.
        digest = hashlib.sha1(key + MAGIC, usedforsecurity=False).digest()
        accepted = base64.b64encode(digest).decode()
        chosen = headers.get("sec-websocket-protocol", "")
        if (
            headers.get("sec-websocket-accept") != accepted
            or headers.get("upgrade", "").lower() != "websocket"
            or chosen != self.subprotocol
        ):
            raise ConnectFailed(Failure.PROTOCOL)

    async def _exchange(self, talk: Conversation) -> bytes:
        """Return the beginning of the message that came, empty when none was wanted."""
        if self.send:
            await talk.line.write(frame(TEXT, unescaped(self.send)))
        if not self.answer:
            return b""
        return await hear_message(talk.line)


async def _hear_head(talk: Conversation) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Return status and headers, names in lower case."""
    first = await talk.hear(HEADER_LENGTH)
    version, _, rest = first.partition(" ")
    status = int(rest[:3])
    if version not in ("HTTP/1.1", "HTTP/1.0") or not 100 <= status <= 999:
        raise ConnectFailed(Failure.PROTOCOL)
    headers: list[tuple[str, str]] = []
    left = HEADERS_BYTES
    while line := await talk.hear(HEADER_LENGTH):
        name, colon, value = line.partition(":")
        left -= len(line)
        if not colon or left < 0 or len(headers) >= HEADERS:
            raise ConnectFailed(Failure.PROTOCOL)
        headers.append((name.strip().lower(), value.strip()))
    return status, tuple(headers)
