"""
Where this application listens, as its own processes find out.

    web process    sockets --the only one, or the one that answers as us--> known here
                                                                |
    the database   one row a host, written every minute  <------'
                                                                |
    other runners  believe it for three minutes          <------'

A Unix socket is no address: `PUBLIC_URL` says then where we are asked.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings as django_settings
from django.db import Error as DatabaseFailure
from django.urls import NoReverseMatch, reverse

from pulseboard.conf import get_settings
from pulseboard.core.errors import ConfigError
from pulseboard.core.log import get_logger
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.verdict import Trust
from pulseboard.monitors.store.web import note_web, read_web
from pulseboard.probes.own_address import (
    OwnAddress,
    Socket,
    bound_address,
    is_own,
    listening_sockets,
    public_address,
    sockets_of_parents,
)

logger = get_logger("pulseboard.probes")

NOTE_EVERY_SECONDS = 60.0
READ_EVERY_SECONDS = 30.0
#: Found nothing yet: the server may be about to listen.
AGAIN_AFTER_SECONDS = 5.0
ASK_SECONDS = 2.0
#: More ports of one process are not asked whether they are ours.
MOST_ASKED = 8


@dataclass(slots=True)
class _Known:
    """
    What this process knows.

    Args:
        sockets: What was found listening when *here* was chosen.
        here: Where this web process is asked.
        noted: What the web processes of this host wrote down.
        is_occupied: A request waits for what is asked, and no second one is served.
    """

    sockets: Sequence[Socket] = ()
    here: Socket | None = None
    noted: Socket | None = None
    found_at: float = float("-inf")
    read_at: float = float("-inf")
    is_occupied: bool = False


_known = _Known()


def own_address() -> OwnAddress | None:
    """
    Return where this application is asked, None when nobody knows.

    Raises:
        ConnectFailed: A request waits for this, and nobody else would answer.
    """
    if _known.is_occupied:
        raise ConnectFailed(Failure.OCCUPIED)
    return public_address(get_settings().public_url) or _bound(
        _known.here or _known.noted
    )


def note_if_due() -> None:
    """Find out where this web process listens and write it down, once a minute."""
    every = NOTE_EVERY_SECONDS if _known.here else AGAIN_AFTER_SECONDS
    if time.monotonic() - _known.found_at < every:
        return
    _known.found_at = time.monotonic()
    _find()
    if _known.here is None or get_settings().public_url:
        return
    try:
        note_web(socket.gethostname(), *_known.here, datetime.now(UTC))
    except DatabaseFailure as error:
        logger.info("Where we listen is not written down (%s)", type(error).__name__)


def look() -> None:
    """Read now and then what web processes wrote down. Asks the database."""
    every = READ_EVERY_SECONDS if _known.noted else AGAIN_AFTER_SECONDS
    if time.monotonic() - _known.read_at < every:
        return
    if _known.here is None and not get_settings().public_url:
        _known.read_at = time.monotonic()
        _known.noted = read_web(socket.gethostname(), datetime.now(UTC))


@contextlib.contextmanager
def during_request(targets: Iterable[object]) -> Iterator[None]:
    """
    Ask *targets* in here while a request may be waiting for what they answer.

    A server with one worker answers nobody until that request has ended. A path of
    ours would be asked in vain, and its silence would pass for an outage.
    """
    if _known.here is not None and any(map(is_own, targets)):
        _known.is_occupied = not _answers_as_us(_known.here)
    try:
        yield
    finally:
        _known.is_occupied = False


def forget() -> None:
    """Know nothing, as a new process."""
    global _known
    _known = _Known()


os.register_at_fork(after_in_child=forget)


def _find() -> None:
    sockets = listening_sockets()
    if sockets == _known.sockets and _known.here is not None:
        return
    _known.sockets = sockets
    if len(sockets) == 1:
        _known.here = sockets[0]
    else:
        _known.here = _answering(sockets or sockets_of_parents())
        if _known.here is None and sockets:
            _known.here = sockets[0]


def _answering(sockets: Sequence[Socket]) -> Socket | None:
    """Return the first of *sockets* where our health path answers."""
    return next((each for each in sockets[:MOST_ASKED] if _answers_as_us(each)), None)


def _answers_as_us(place: Socket) -> bool:
    from pulseboard.guard.http import request  # its library takes megabytes: at use

    own = _bound(place)
    try:
        path = reverse("pulseboard:live")
        answer = request(
            "GET",
            f"{own.base if own else ''}{path}",
            trust=Trust.CODE,
            timeout_seconds=ASK_SECONDS,
            headers=own.headers if own else None,
        )
        said = json.loads(answer.body)
    except (NoReverseMatch, ConfigError, Blocked, ConnectFailed, ValueError):
        return False
    return isinstance(said, dict) and said.get("service") == get_settings().service_name


def _bound(place: Socket | None) -> OwnAddress | None:
    return bound_address(
        [] if place is None else [place],
        django_settings.ALLOWED_HOSTS,
        getattr(django_settings, "SECURE_PROXY_SSL_HEADER", None) or (),
    )
