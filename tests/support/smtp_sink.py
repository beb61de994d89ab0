"""
The process behind `SmtpSink`: ``python smtp_sink.py PORT FOLDER``.

A mail is on disk before its sender reads 250, so what a test counts after a crash
is what a mail server would have delivered.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Keeper:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        reply = self.next_reply()
        if reply.startswith("2") or reply.startswith("keep"):
            self.keep(envelope)
        if reply.endswith("cut"):
            server.transport.abort()
        return reply

    def next_reply(self) -> str:
        for path in sorted(self.folder.glob("answer-*")):
            reply = path.read_text()
            path.unlink()
            return reply
        return "250 2.0.0 kept"

    def keep(self, envelope: Any) -> None:
        line = {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "data": base64.b64encode(envelope.original_content).decode(),
            "received_at": datetime.now(UTC).isoformat(),
        }
        with open(self.folder / "mails.jsonl", "a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())


async def serve(port: int, folder: Path) -> None:
    keeper = Keeper(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(keeper, hostname="sink.test"), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
