"""A mail server that delivers nowhere: it prints a line and keeps the text."""

import email
import email.policy
from datetime import UTC, datetime
from typing import Any

from aiosmtpd.controller import Controller

from demonstration.folder import DEMO, fresh_port

MAIL = DEMO / "mail"


class Sink:
    """What aiosmtpd asks for: an object that takes a finished message."""

    def __init__(self) -> None:
        self._received = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self._received += 1
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{self._received:03}.eml"
        (MAIL / name).write_bytes(envelope.content)
        message = email.message_from_bytes(
            envelope.content, policy=email.policy.default
        )
        subject = "".join(c for c in message["Subject"] or "" if c.isprintable())
        print(f"mail to {', '.join(envelope.rcpt_tos)}: {subject}", flush=True)
        return "250 kept"


def start() -> Controller:
    """Return the running server; its `stop` ends it."""
    MAIL.mkdir(parents=True, exist_ok=True)
    sink = Controller(Sink(), hostname="127.0.0.1", port=fresh_port("smtp"))
    sink.start()
    return sink
