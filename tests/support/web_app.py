"""An ASGI application to probe: one path for each thing a server may do."""

from __future__ import annotations

import asyncio
import json
from typing import Any


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    path = scope["path"]
    if path == "/slow":
        await asyncio.sleep(0.3)
    if path == "/moved":
        return await _answer(send, 302, b"", location=b"/")
    if path == "/down":
        is_head = scope["method"] == "HEAD"
        return await _answer(send, 503, b"" if is_head else b"out of order")
    if path == "/echo":
        return await _answer(send, 200, await _echo(scope, receive))
    await _answer(send, 200, b'{"status": "healthy"}')


async def _echo(scope: dict[str, Any], receive: Any) -> bytes:
    """Return what was asked, as JSON."""
    body = b""
    while (event := await receive())["type"] == "http.request":
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    asked = {
        "method": scope["method"],
        "version": scope["http_version"],
        "headers": headers,
        "body": body.decode(),
    }
    return json.dumps(asked).encode()


async def _answer(send: Any, status: int, body: bytes, location: bytes = b"") -> None:
    headers = [(b"content-type", b"application/json")]
    headers += [(b"location", location)] if location else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
