"""Why a name was not resolved: there is none, or nobody said."""

from __future__ import annotations

import socket

from pulseboard.guard.errors import Failure

#: Nobody answered, or whoever did could not find out. What is not listed counts as
#: an answer, so that a name that is gone is never taken for trouble of ours.
_NOT_TOLD = frozenset(
    getattr(socket, name)
    for name in ("EAI_AGAIN", "EAI_SYSTEM", "EAI_MEMORY")
    if hasattr(socket, name)  # not every system knows all of them
)


def name_failure(error: Exception) -> Failure:
    """Return what *error*, raised by a resolver, means."""
    if isinstance(error, TimeoutError):
        return Failure.RESOLVER
    is_not_told = isinstance(error, socket.gaierror) and error.errno in _NOT_TOLD
    return Failure.RESOLVER if is_not_told else Failure.NAME
