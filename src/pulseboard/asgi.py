"""
A short cut ahead of an ASGI application: the public page without Django::

    from pulseboard.asgi import short_cut

    application = short_cut(get_asgi_application())
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from pulseboard.statuspage.kept import (
    NOT_KEPT,
    OFFERED,
    Answer,
    Keeper,
    Key,
    varies_by_visitor,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Headers by which the application may answer differently.
TELLING = frozenset(
    {
        b"host", b"accept-language", b"accept-encoding",
        b"x-forwarded-host", b"x-forwarded-proto", b"authorization",
    }
)  # fmt: skip


def short_cut(application: Application) -> Application:
    """
    Return *application* with the public pages answered ahead of it.

    What it keeps was answered by the application once, host's headers and all, and is
    forgotten as soon as the page changes. It also starts the runner of the process.
    """
    # Django is set up by now, and was not yet when the host imported this module.
    from pulseboard.runner import embedded
    from pulseboard.statuspage.store import revision

    keeper = Keeper(revision)
    embedded.arm()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await application(scope, receive, send)
            return
        key, none_match = _key(scope)
        kept = keeper.get(key)
        if kept is not None:
            await _send(kept, none_match, scope["method"] == "HEAD", send)
        elif scope["method"] == "GET" and not none_match:
            await application(scope, receive, _Listener(scope, key, keeper, send))
        else:
            await application(scope, receive, send)

    return answer


def _key(scope: Scope) -> tuple[Key, bytes]:
    """Return what tells one answer from another, and ``If-None-Match``."""
    none_match = b""
    parts = [
        scope.get("root_path", ""),
        scope["path"],
        scope["query_string"],
        scope.get("scheme"),
    ]
    for header in scope["headers"]:
        if header[0] in TELLING:
            parts += header
        elif header[0] == b"if-none-match":
            none_match = header[1]
    return tuple(parts), none_match


async def _send(kept: Answer, none_match: bytes, is_head: bool, send: Send) -> None:
    unchanged = bool(none_match) and kept.etag in none_match and bool(kept.etag)
    status = 304 if unchanged else kept.status
    headers = _without_length(kept) if unchanged else kept.headers
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if unchanged or is_head else kept.body
    await send({"type": "http.response.body", "body": body})


def _without_length(kept: Answer) -> list[tuple[bytes, bytes]]:
    dropped = (b"content-length", b"content-type", b"content-encoding")
    return [each for each in kept.headers if each[0].lower() not in dropped]


class _Listener:
    """Passes an answer on, and keeps a copy if the view offered it."""

    def __init__(self, scope: Scope, key: Key, keeper: Keeper, send: Send) -> None:
        self._scope, self._key, self._keeper = scope, key, keeper
        self._send = send
        self._seen = keeper.seen
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message if OFFERED in self._scope else None
        elif message["type"] == "http.response.body" and self._start is not None:
            if not message.get("more_body"):
                self._keep(self._start, message.get("body", b""))
            self._start = None
        await self._send(message)

    def _keep(self, start: Message, body: bytes) -> None:
        headers = tuple(
            (bytes(name), bytes(value))
            for name, value in start["headers"]
            if name.lower() not in NOT_KEPT
        )
        names = {name.lower(): value for name, value in headers}
        vary = names.get(b"vary", b"").decode("latin-1")
        if start["status"] != 200 or b"set-cookie" in names or varies_by_visitor(vary):
            return
        answer = Answer(200, headers, body, names.get(b"etag", b""))
        self._keeper.keep(self._key, answer, self._seen, self._scope[OFFERED])
