"""What came back over HTTP. All of it is hostile text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

#: Headers of an answer beyond this are cut off.
HEADERS_KEPT_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """
    How long it took, part by part, and all of them together.

    Args:
        tls_seconds: None over plain HTTP.
        wait_seconds: From the request's first byte until the answer began.
        total_seconds: With redirects.
    """

    resolve_seconds: float
    connect_seconds: float
    tls_seconds: float | None
    wait_seconds: float
    body_seconds: float
    total_seconds: float

    def after(self, before: Timings) -> Timings:
        """Return these and those of the exchange *before*, part by part."""
        both_tls = [each.tls_seconds for each in (before, self)]
        tls = [each for each in both_tls if each is not None]
        return replace(
            self,
            resolve_seconds=before.resolve_seconds + self.resolve_seconds,
            connect_seconds=before.connect_seconds + self.connect_seconds,
            tls_seconds=sum(tls) if tls else None,
            wait_seconds=before.wait_seconds + self.wait_seconds,
            body_seconds=before.body_seconds + self.body_seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """
    An answer.

    Args:
        headers: In order, as sent; names in lower case.
        body: Decoded; at most as long as was asked for.
        truncated: There was more of the body.
        version: ``1.0``, ``1.1`` or ``2``; empty where nobody looked.
        address: That was connected to, as `certificate_der` empty where nobody looked.
        certificate_der: What the server showed, verified or not.
        location: Where the last redirect led, whether or not it was followed.
        redirects: How many were followed.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    timings: Timings
    version: str = ""
    address: str = ""
    certificate_der: bytes | None = None
    location: str = ""
    redirects: int = 0

    def header(self, name: str) -> str:
        """Return the first header *name*, empty without one."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), "")


def kept_headers(raw: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Return the headers as text, as many as are kept."""
    kept: list[tuple[str, str]] = []
    left = HEADERS_KEPT_BYTES
    for name, value in raw:
        left -= len(name) + len(value)
        if left < 0:
            break
        kept.append((name.decode("latin-1").lower(), value.decode("latin-1")))
    return tuple(kept)
