"""
R8: two servers alike, but that the checks of one hang; polled in turn.

The hundred polls are spread over their second, as pollers that know nothing of one
another are: all at once, the p99 of the host's view is the length of that queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.process import wait_until
from tests.support.projects import TOKEN, Project

from benchmarks.goal import Line
from benchmarks.health.served import KINDS, OneWorker, project_in

ROUNDS = 7
TURN_SECONDS = 22.0  # seven turns a server: two and a half minutes beside as many
POLLERS = 100
POLL_EVERY_SECONDS = 1.0
HUNG = 3
PATHS = ("/health/", "/health/ready", "/health/detailed")
SETTINGS = """
PULSEBOARD = {"RATE_LIMITS": {"READ": 1_000_000}}
"""
CHECKS = """
import threading
import pulseboard

def declare(name):
    @pulseboard.check(name, every="5s", timeout="1s")
    def check():
        if HANG:
            threading.Event().wait()
        return pulseboard.healthy("fine")

for name in ("one", "two", "three"):
    declare(name)
"""


@dataclass(slots=True)
class Turn:
    """Seconds that answers took, and statuses nobody wants."""

    host: list[float] = field(default_factory=list)
    live: list[float] = field(default_factory=list)
    failed: int = 0


def measured(folder: Path) -> list[Line]:
    return [line for kind in KINDS for line in _lines(folder, kind)]


def _lines(folder: Path, kind: str) -> Iterator[Line]:
    place = folder / kind.split()[0]
    place.mkdir()
    quiet = project_in(place / "quiet", f"HANG = False\n{CHECKS}", SETTINGS)
    hung = project_in(place / "hung", f"HANG = True\n{CHECKS}", SETTINGS)
    with _started(quiet, kind) as bare, _started(hung, kind) as ours:
        for server in (bare, ours):
            asyncio.run(_turn(server.port))  # warm
        pairs = [
            (asyncio.run(_turn(ours.port)), asyncio.run(_turn(bare.port)))
            for _ in range(ROUNDS)
        ]
    for title, share in (("p50", 0.5), ("p99", 0.99)):
        mine, their = zip(
            *((_ms(a.host, share), _ms(b.host, share)) for a, b in pairs), strict=True
        )
        value, beside = statistics.median(mine), statistics.median(their)
        yield Line(title=f"{kind}: host {title}", value=value, beside=beside)
        ratio = statistics.median(a / b for a, b in zip(mine, their, strict=True))
        goal = 1.10 if title == "p99" else None
        yield Line(
            title=f"{kind}: host {title}, ratio of turns", value=ratio, goal=goal
        )
    live = [each for mine, _ in pairs for each in mine.live]
    title = f"{kind}: /health/live p99.9 of {len(live)}"
    yield Line(title=title, value=_ms(live, 0.999), goal=100)
    failed = sum(mine.failed for mine, _ in pairs)
    yield Line(title=f"{kind}: answers with 5xx", value=failed, goal=0)


@contextlib.contextmanager
def _started(project: Project, kind: str) -> Iterator[OneWorker]:
    """Serve *project* and wait until its checks have run, hung or not."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    with OneWorker(project, kind) as server:

        def have_run() -> bool:
            found = server.get("/health/detailed", **bearer).json()["health_checks"]
            ours = [
                each for each in found if each["service"] in {"one", "two", "three"}
            ]
            return len(ours) == HUNG and all(
                "age_seconds" in e["details"] for e in ours
            )

        wait_until(have_run, "the checks", 60)
        yield server


async def _turn(port: int) -> Turn:
    """Poll for a while, and ask the host's own view meanwhile."""
    turn, until = Turn(), time.monotonic() + TURN_SECONDS
    polls = [_poll(number, port, until, turn) for number in range(POLLERS)]
    await asyncio.gather(
        *polls,
        _ask_on(port, "/hello/", until, turn.host, turn),
        _ask_on(port, "/health/live", until, turn.live, turn),
    )
    return turn


async def _poll(number: int, port: int, until: float, turn: Turn) -> None:
    path = PATHS[number % len(PATHS)]
    await asyncio.sleep(number / POLLERS * POLL_EVERY_SECONDS)
    while time.monotonic() < until:
        began = time.monotonic()
        await _ask(port, path, turn)
        pause = POLL_EVERY_SECONDS - (time.monotonic() - began)
        await asyncio.sleep(max(0.0, pause))


async def _ask_on(
    port: int, path: str, until: float, seconds: list[float], turn: Turn
) -> None:
    while time.monotonic() < until:
        seconds.append(await _ask(port, path, turn))
        await asyncio.sleep(0.005)


async def _ask(port: int, path: str, turn: Turn) -> float:
    """Return how long the answer took, connection included."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Authorization: Bearer {TOKEN}\r\n\r\n".encode()
    )
    answer = b""
    while part := await reader.read(65536):
        answer += part
    took = time.perf_counter() - began
    writer.close()
    if answer.split(b" ", 2)[1][:1] == b"5":
        turn.failed += 1
    return took


def _ms(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
