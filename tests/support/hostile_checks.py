"""
What the worst host could declare, next to two good checks: copied into a project.

Nothing hangs before the file ``armed`` lies beside this one, so that a test can see
the process with and without.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation

import pulseboard

ARMED = Path(__file__).with_name("armed")
#: Kept, or the ends would be closed as garbage.
SILENT = socket.socketpair()


def good() -> pulseboard.Outcome:
    return pulseboard.healthy("fine", began_seconds=time.time())


pulseboard.check("good_one", every="1s", timeout="1s")(good)
pulseboard.check("good_two", every="1s", timeout="1s")(good)


@pulseboard.check("hangs_asleep", every="1s", timeout="1s")
def hangs_asleep() -> pulseboard.Outcome:
    if ARMED.exists():
        threading.Event().wait()
    return pulseboard.healthy("awake")


@pulseboard.check("hangs_in_a_call", every="1s", timeout="1s")
def hangs_in_a_call() -> pulseboard.Outcome:
    if ARMED.exists():
        SILENT[0].recv(1)
    return pulseboard.healthy("called")


@pulseboard.check("hangs_without_yielding", every="1s", timeout="1s")
async def hangs_without_yielding() -> pulseboard.Outcome:
    while ARMED.exists():
        time.sleep(3600)  # not `asyncio.sleep`: never yields
    return pulseboard.healthy("yielded")


def raising(error: type[BaseException]) -> None:
    def check() -> pulseboard.Outcome:
        raise error("hostile")

    name = f"raises_{error.__name__.lower()}"
    pulseboard.check(name, every="1s", timeout="1s")(check)


for each in (
    SystemExit,
    KeyboardInterrupt,
    GeneratorExit,
    asyncio.CancelledError,
    RecursionError,
    MemoryError,
):
    raising(each)


def returning(name: str, garbage: Any) -> None:
    pulseboard.check(f"returns_{name}", every="1s", timeout="1s")(lambda: garbage)


returning("nothing", None)
returning("an_object", object())
returning("not_a_number", pulseboard.healthy("fine", size_bytes=float("nan")))


@pulseboard.check("leaks_connections", every="1s", timeout="1s")
def leaks_connections() -> pulseboard.Outcome:
    transaction.atomic().__enter__()
    connection.cursor().execute("SELECT 1")
    return pulseboard.healthy("left a transaction open")


@pulseboard.check("changes_the_surroundings", every="1s", timeout="1s")
def changes_the_surroundings() -> pulseboard.Outcome:
    timezone.activate("Pacific/Apia")
    translation.activate("de")
    return pulseboard.healthy("changed")


@pulseboard.check("forks_and_exits", every="1s", timeout="1s")
def forks_and_exits() -> pulseboard.Outcome:
    child = os.fork()
    if not child:
        sys.exit("the child leaves")
    os.waitpid(child, 0)
    return pulseboard.healthy("the parent stays")


@pulseboard.check("forks_and_returns", every="1s", timeout="1s")
def forks_and_returns() -> pulseboard.Outcome:
    child = os.fork()
    if not child:
        return pulseboard.critical("the child answers")
    os.waitpid(child, 0)
    return pulseboard.healthy("the parent stays")
