"""One request over a plain socket: the bytes as they are on the wire."""

from __future__ import annotations

import http.client
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Args:
        wire_bytes: Status line and headers included, about.
    """

    status: int
    headers: list[list[str]]
    body: bytes

    @property
    def wire_bytes(self) -> int:
        return len(self.body) + sum(len(n) + len(v) + 4 for n, v in self.headers) + 19


def ask(port: int, path: str) -> Asked:
    """Return the compressed answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    headers = [[n.lower(), v] for n, v in response.getheaders()]
    return Asked(response.status, headers, body)
