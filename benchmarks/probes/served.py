"""
A cheap HTTP server in a process of its own, plain and with TLS.

``python -m benchmarks.probes.served FOLDER`` prints both ports and answers until its
input ends.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n"
    b"Connection: close\r\n\r\n"
    b'{"status":"ok"}'
)
MODULE = "benchmarks.probes.served"


class Server:
    """The process; *folder* gets the certificate that its clients trust."""

    def __init__(self, folder: Path) -> None:
        self.authority = folder / "certificate.pem"
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        plain, tls = json.loads(self._process.stdout.readline())
        self.urls = {
            "plain": f"http://127.0.0.1:{plain}",
            "TLS": f"https://localhost:{tls}",
        }

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)


class _Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's own class is none of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if b"\r\n\r\n" in self._seen:
            self._transport.write(ANSWER)
            self._transport.close()


async def _serve(folder: Path) -> None:
    from tests.support.certificates import write_pair

    now = datetime.now(UTC)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    days = timedelta(days=90)
    context.load_cert_chain(*write_pair(folder, now - days, now + days))
    loop = asyncio.get_running_loop()
    ports = []
    for tls in (None, context):
        server = await loop.create_server(
            _Answering, "127.0.0.1", 0, ssl=tls, backlog=2048
        )
        ports.append(server.sockets[0].getsockname()[1])
    print(json.dumps(ports), flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve(Path(sys.argv[1])))
