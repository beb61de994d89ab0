"""
What a probed server can do to us: nothing but be told apart. A05, A11 to A18

Every behavior of the hostile server ends in time, with the right reason, and leaves
no memory behind. Where nobody may be led to is measured in `test_forbidden_sinks`.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.hostile_server import PLAIN, HostileServer

from pulseboard.core.outcome import Reason
from pulseboard.core.status import Status
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.guard.verdict import Trust
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.facts import Facts
from pulseboard.probes.kinds.http import Http
from pulseboard.probes.probe import Try
from pulseboard.probes.verdict import verdict

TIMEOUT_SECONDS = 0.6
#: The promise of A14.
GRACE_SECONDS = 0.25
GROWTH_BYTES = 4 * 1024 * 1024

WELL, CUT, BLOCKED = "well", "cut", "blocked"
EXPECTED: dict[str, str | Failure] = {
    "well": WELL,
    **{f"{code} to a forbidden address": BLOCKED for code in (301, 302, 303, 307, 308)},
    "loop": Failure.REDIRECT,
    "protocol-relative": BLOCKED,
    "to metadata": BLOCKED,
    "to a mapped address": BLOCKED,
    "to a number": Failure.REDIRECT,
    "to a file": Failure.REDIRECT,
    "to gopher": Failure.REDIRECT,
    "to a user": Failure.REDIRECT,
    "to a backslash": Failure.REDIRECT,
    "refresh": WELL,
    "meta refresh": WELL,
    "endless body": CUT,
    "endless chunks": CUT,
    "chunks of one byte": CUT,
    "gzip bomb": CUT,
    "deflate bomb": CUT,
    "endless empty gzip": CUT,
    "broken gzip": Failure.PROTOCOL,
    "markup": WELL,
    "invalid UTF-8": WELL,
    "silence": Failure.TIMEOUT,
    "trickling head": Failure.TIMEOUT,
    "trickling headers": Failure.TIMEOUT,
    "trickling body": Failure.TIMEOUT,
    "trickling chunks": Failure.TIMEOUT,
    "long header": Failure.PROTOCOL,
    "thousand headers": Failure.PROTOCOL,
    "endless headers": Failure.PROTOCOL,
    "long status line": Failure.PROTOCOL,
    "interim answers": Failure.PROTOCOL,
    "bad chunk": Failure.PROTOCOL,
    "huge chunk": Failure.PROTOCOL,
    "endless chunk extension": Failure.PROTOCOL,
    "two lengths": Failure.PROTOCOL,
    "negative length": Failure.PROTOCOL,
    "endless length": Failure.PROTOCOL,
    "NUL in a header": Failure.PROTOCOL,
    "no HTTP": Failure.PROTOCOL,
    "a status beyond": Failure.PROTOCOL,
    "bytes": Failure.PROTOCOL,
    "nothing": Failure.CLOSED,
    "half a head": Failure.CLOSED,
    "half a body": Failure.CLOSED,
    "half a chunk": Failure.CLOSED,
    "reset": Failure.CLOSED,
    "TLS with silence": Failure.TIMEOUT,
    "TLS with garbage": Failure.NOT_TLS,
    "TLS byte by byte": Failure.TIMEOUT,
    "TLS answered in plain": Failure.NOT_TLS,
    "secure": WELL,
    "expired": Failure.EXPIRED,
    "not yet valid": Failure.NOT_YET_VALID,
    "self-signed": Failure.SELF_SIGNED,
    "unknown authority": Failure.UNTRUSTED,
    "wrong host": Failure.WRONG_HOST,
    "wildcard of another": Failure.WRONG_HOST,
    "ten thousand names": Failure.TLS,
    "markup in its name": WELL,
    "NUL in its name": Failure.WRONG_HOST,
    "weak key": Failure.WEAK_CERTIFICATE,
    "TLS 1.0": Failure.TLS_VERSION,
    "client certificate": Failure.CLIENT_CERTIFICATE,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileServer]:
    with HostileServer(tmp_path_factory.mktemp("hostile")) as started:
        yield started


@pytest.fixture(autouse=True)
def only_the_server(settings: Any) -> None:
    """People may reach this one address; a redirect elsewhere is one too many."""
    settings.PULSEBOARD = {"ALLOWED_NETWORKS": ["127.0.0.1/32"]}


def test_every_behavior_is_expected_to_end_somehow(server: HostileServer) -> None:
    assert set(EXPECTED) == set(server.names)
    assert len([each for each in EXPECTED if each not in PLAIN]) >= 10


@pytest.mark.parametrize("name", EXPECTED)
def test_a_probe_ends_in_time_with_the_reason(server: HostileServer, name: str) -> None:
    """A05, A12, A14, A15, A17"""
    started = time.monotonic()

    seen = _ask(server, name)

    assert time.monotonic() - started <= TIMEOUT_SECONDS + GRACE_SECONDS
    assert _ended(seen) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_what_people_read_of_it_quotes_no_server(
    server: HostileServer, name: str
) -> None:
    """A18: through conditions to the outcome."""
    conditions = parse_conditions('status == 200\nbody contains "healthy"')

    outcome = verdict(_ask(server, name), conditions, now=datetime.now(UTC))

    assert outcome.status is not Status.HEALTHY or name == "well"
    assert (outcome.reason is Reason.BLOCKED) == (EXPECTED[name] == BLOCKED)
    assert outcome.summary.isprintable()
    assert len(outcome.summary) <= 200
    port = server.url(name).rsplit(":", 1)[1].strip("/")
    for secret in ("127.0.0", "localhost", port, "<script"):
        assert secret not in outcome.summary


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_they_do_grows_the_process(server: HostileServer) -> None:
    """A12: the most it ever held beyond a probe that went well, in its own process."""
    probes = {name: [server.url(name), EXPECTED[name] != WELL] for name in EXPECTED}
    ran = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps([list(probes.values()), server.authority.pem]),
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) <= GROWTH_BYTES


#: Reads addresses; asks the good ones until nothing new is loaded, then all.
CHILD = """
import asyncio, contextlib, json, sys
from django.conf import settings
settings.configure(PULSEBOARD={"ALLOWED_NETWORKS": ["127.0.0.1/32"]})
from pulseboard.core.errors import PulseboardError
from pulseboard.guard.verdict import Trust
from pulseboard.probes.kinds.http import Http
from pulseboard.probes.probe import Try

targets, authorities = json.load(sys.stdin)

async def ask(url):
    with contextlib.suppress(PulseboardError):
        probe = Http(url=url, authorities=authorities)
        await probe.ask(Try(trust=Trust.PEOPLE, timeout_seconds=0.5))

def peak_bytes():  # not `ru_maxrss`: that begins with what the parent had
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024

async def main():
    for _ in range(20):
        for url, is_bad in targets:
            if not is_bad:
                await ask(url)
    before = peak_bytes()
    for _ in range(3):
        await asyncio.gather(*(ask(url) for url, _ in targets))
    for url, _ in targets:
        await ask(url)
    print(peak_bytes() - before)

asyncio.run(main())
"""


def _ask(server: HostileServer, name: str) -> Facts | ConnectFailed | Blocked:
    probe = Http(url=server.url(name), authorities=server.authority.pem)
    one = Try(trust=Trust.PEOPLE, timeout_seconds=TIMEOUT_SECONDS)
    try:
        return asyncio.run(probe.ask(one))
    except (ConnectFailed, Blocked) as error:
        return error


def _ended(seen: Facts | ConnectFailed | Blocked) -> str | Failure:
    if isinstance(seen, Blocked):
        return BLOCKED
    if isinstance(seen, ConnectFailed):
        return seen.failure
    assert seen.status == 200
    assert len(seen.body) <= 65536
    assert sum(len(name) + len(value) for name, value in seen.headers) <= 32768
    return CUT if seen.truncated else WELL
