"""What goes wrong on the way out. Every text is fit for the public."""

from __future__ import annotations

import enum

from pulseboard.core.errors import PulseboardError


class Blocked(PulseboardError):
    """Policy forbids the target; nothing was sent. One text whatever the reason."""

    def __init__(self) -> None:
        super().__init__("The target is not allowed.")


class Failure(enum.Enum):
    """How a target failed; the value is the sentence people read."""

    NAME = "The name does not resolve."
    REFUSED = "The connection was refused."
    UNREACHABLE = "The target cannot be reached."
    TIMEOUT = "No complete answer in time."
    CERTIFICATE = "The certificate is not valid for the target."
    TLS = "No secure connection could be made."
    CLOSED = "The connection was closed early."
    PROTOCOL = "The answer is not well-formed."
    REDIRECT = "The redirects lead nowhere."
    BUSY = "Too many names are being resolved at once."


class ConnectFailed(PulseboardError):
    """A target that is allowed did not answer as it should."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure
