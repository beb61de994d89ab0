"""A receiver of webhooks on loopback: keeps what it got, answers as it is told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Status, headers and body.
Answer = tuple[int, dict[str, str], bytes]
TAKEN: Answer = (200, {}, b"ok")


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    def is_signed_with(self, key: str) -> bool:
        """Return whether one of its signatures was made with *key*, ``whsec_…``."""
        secret = base64.b64decode(key.removeprefix("whsec_"))
        parts = (self.headers["webhook-id"], self.headers["webhook-timestamp"])
        signed = ".".join(parts).encode() + b"." + self.body
        digest = hmac.new(secret, signed, hashlib.sha256).digest()
        own = f"v1,{base64.b64encode(digest).decode()}"
        return own in self.headers["webhook-signature"].split(" ")


class Receiver:
    """
    Serves until its ``with`` ends.

    Args:
        answer: What to say to a request.
    """

    def __init__(self, answer: Callable[[Received], Answer] = lambda _: TAKEN) -> None:
        self.answer = answer
        self.received: list[Received] = []
        self._came = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_port

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def wait_for(self, count: int, patience_seconds: float = 30) -> list[Received]:
        """Return what came as soon as there are *count*."""
        with self._came:
            came = self._came.wait_for(
                lambda: len(self.received) >= count, patience_seconds
            )
        assert came, f"{len(self.received)} of {count} came"
        return self.received

    def __enter__(self) -> Receiver:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _keep(self, received: Received) -> Answer:
        with self._came:
            self.received.append(received)
            self._came.notify_all()
        return self.answer(received)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        keep = self._keep

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, extra, text = keep(Received(self.path, headers, body))
                self.send_response(status)
                for name, value in extra.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def echo_of(received: Received) -> Answer:
    """Answer a challenge, take anything else."""
    challenge = received.document.get("challenge")
    if challenge is None:
        return TAKEN
    return 200, {}, json.dumps({"challenge": challenge}).encode()
