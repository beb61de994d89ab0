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
    RESOLVER = "Names cannot be resolved just now."
    REFUSED = "The connection was refused."
    UNREACHABLE = "The target cannot be reached."
    NO_ADDRESS = "The name has no address of that IP version."
    TIMEOUT = "No complete answer in time."
    CERTIFICATE = "The certificate is not valid for the target."
    EXPIRED = "The certificate has expired."
    NOT_YET_VALID = "The certificate is not valid yet."
    WRONG_HOST = "The certificate is for another host."
    SELF_SIGNED = "The certificate is signed by itself only."
    UNTRUSTED = "The certificate was issued by an unknown authority."
    WEAK_CERTIFICATE = "The certificate has a weak key or signature."
    TLS = "No secure connection could be made."
    TLS_VERSION = "The target speaks no accepted version of TLS."
    NOT_TLS = "The target does not speak TLS on this port."
    CLIENT_CERTIFICATE = "The target wants a client certificate that it knows."
    CLOSED = "The connection was closed early."
    PROTOCOL = "The answer is not well-formed."
    REDIRECT = "The redirects lead nowhere."
    # Ours, not the target's:
    BUSY = "Too many names are being resolved at once."
    EXHAUSTED = "Too many connections are open here."
    OCCUPIED = "Not asked: this application serves one request at a time."


#: A detail of an outcome: the name of the failure, in small letters.
FAILURE = "failure"

#: These say nothing about the target.
OURS = frozenset({Failure.BUSY, Failure.EXHAUSTED, Failure.OCCUPIED})


class ConnectFailed(PulseboardError):
    """A target that is allowed did not answer as it should."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.value)
        self.failure = failure
