"""Into the log: needs nothing, so it always works."""

from __future__ import annotations

import logging
from typing import ClassVar

from pulseboard.core.redaction import one_line
from pulseboard.notifiers.message import Message
from pulseboard.notifiers.notifier import Notifier

logger = logging.getLogger("pulseboard.alerts")

LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "critical": logging.ERROR}


class LogNotifier(Notifier):
    kind: ClassVar[str] = "log"

    def send(self, message: Message) -> None:
        logger.log(LEVELS[message.severity], "%s", one_line(message.subject, limit=250))
