"""What a channel has to do."""

from __future__ import annotations

import abc
from typing import ClassVar

from pulseboard.notifiers.message import Message


class Notifier(abc.ABC):
    """
    Delivers messages in one way.

    Args:
        kind: The word for it in a channel's row.
    """

    kind: ClassVar[str]

    @abc.abstractmethod
    def send(self, message: Message) -> None:
        """
        Deliver *message*, or raise.

        Raises:
            NotifyError: It was not delivered; its text may be shown to people.
        """
