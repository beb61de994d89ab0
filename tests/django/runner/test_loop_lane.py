"""Coroutines that share one event loop keep every promise of the engine (G7, G8)."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator

import pytest

from pulseboard.core.outcome import Outcome, Reason, healthy
from pulseboard.core.status import Status
from pulseboard.monitors.definition import Lane
from pulseboard.runner import engine as engine_module
from pulseboard.runner import loop as loop_module
from pulseboard.runner.engine import Engine, Finished, Job


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(max_workers=1)
    yield engine
    engine.end()


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Ends what a test leaves hanging."""
    event = threading.Event()
    yield event
    event.set()


def job(name: str, question: Callable[[], object], timeout_seconds: float = 5) -> Job:
    return Job(
        name=name,
        question=question,  # type: ignore[arg-type]
        timeout_seconds=timeout_seconds,
        lane=Lane.LOOP,
    )


def answers(engine: Engine, count: int) -> dict[str, Outcome]:
    """Wait for *count* answers and return them by name."""
    found: list[Finished] = []
    until = time.monotonic() + 30
    while len(found) < count:
        assert time.monotonic() < until, f"{len(found)} of {count} answers"
        wait = engine.seconds_to_deadline()
        engine.answered.wait(0.05 if wait is None else min(wait + 0.001, 0.05))
        found += engine.collect()
    return {each.job.name: each.outcome for each in found}


def wait_until_nothing_hangs(engine: Engine) -> None:
    until = time.monotonic() + 30
    while engine.hung():
        assert time.monotonic() < until
        engine.answered.wait(0.05)
        assert engine.collect() == []


def loops() -> int:
    """Return how many event loops of ours there are, one thread each."""
    names = [each.name for each in threading.enumerate()]
    return names.count("pulseboard loop")


async def fine() -> Outcome:
    await asyncio.sleep(0)
    return healthy("fine")


async def endless() -> Outcome:
    await asyncio.Event().wait()
    raise AssertionError


def test_a_thousand_questions_share_one_thread(engine):
    """G7, performance 2a"""
    before = loops()
    for number in range(1000):
        engine.start(job(str(number), fine))
    assert loops() == before + 1
    found = answers(engine, 1000)
    assert {each.status for each in found.values()} == {Status.HEALTHY}
    assert engine.is_idle()


def test_only_so_many_are_in_flight_and_the_rest_waits_in_turn():
    """F12: bounded, first come first served."""
    running, most, order = 0, 0, []

    def question(name: str) -> Callable[[], object]:
        async def ask() -> Outcome:
            nonlocal running, most
            running, most = running + 1, max(most, running + 1)
            order.append(name)
            await asyncio.sleep(0.001)
            running -= 1
            return healthy("ran")

        return ask

    engine = Engine(max_workers=1, max_in_flight=3)
    names = [f"{number:02}" for number in range(20)]
    for name in names:
        engine.start(job(name, question(name)))
    answers(engine, 20)
    engine.end()
    assert (most, order) == (3, names)


def test_an_overdue_coroutine_is_answered_on_time_and_let_go(engine):
    """G8, F65: it is cancelled, so that it may be asked again."""
    let_go = threading.Event()

    async def hangs() -> Outcome:
        try:
            return await endless()
        finally:
            let_go.set()

    engine.start(job("hangs", hangs, 0.05))
    outcome = answers(engine, 1)["hangs"]
    assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.TIMEOUT)
    assert let_go.wait(5)
    wait_until_nothing_hangs(engine)
    engine.start(job("hangs", fine))
    assert answers(engine, 1)["hangs"].status is Status.HEALTHY


def test_a_coroutine_that_will_not_be_cancelled_is_quarantined(engine, release):
    """F65, F66: its late answer is thrown away."""
    asked = []

    async def stubborn() -> Outcome:
        asked.append(1)
        while not release.is_set():
            try:
                await asyncio.sleep(0.02)
            except asyncio.CancelledError:
                continue
        return healthy("too late")

    engine.start(job("stubborn", stubborn, 0.05))
    assert answers(engine, 1)["stubborn"].reason is Reason.TIMEOUT
    for _ in range(100):
        engine.start(job("stubborn", stubborn, 0.05))
    again = engine.collect()
    assert [each.outcome.reason for each in again] == [Reason.TIMEOUT] * 100
    assert (len(asked), engine.hung()) == (1, ["stubborn"])
    engine.start(job("fine", fine))
    assert answers(engine, 1)["fine"].status is Status.HEALTHY
    release.set()
    wait_until_nothing_hangs(engine)


def test_one_that_never_yields_costs_its_loop_and_nobody_else(engine, release):
    """F65, R15: the others are late, not down, and go on in a new loop."""
    asked = []

    async def blocks() -> Outcome:
        asked.append(1)
        release.wait(60)  # not awaited: nothing else runs on this loop
        return healthy("too late")

    before = loops()
    engine.start(job("innocent", endless, 1.0))
    engine.start(job("blocks", blocks, 1.5))
    found = answers(engine, 2)
    assert (found["blocks"].status, found["blocks"].reason) == (
        Status.CRITICAL,
        Reason.TIMEOUT,
    )
    assert (found["innocent"].status, found["innocent"].reason) == (
        Status.UNKNOWN,
        Reason.LATE,
    )
    engine.start(job("innocent", fine))
    engine.start(job("blocks", blocks))
    found = answers(engine, 2)
    assert found["innocent"].status is Status.HEALTHY
    assert (found["blocks"].reason, len(asked)) == (Reason.TIMEOUT, 1)
    assert loops() == before + 2  # the old loop's and the new one's
    release.set()
    wait_until_nothing_hangs(engine)
    engine.start(job("blocks", fine))
    assert answers(engine, 1)["blocks"].status is Status.HEALTHY


def test_when_nobody_can_tell_who_blocks_none_of_them_is_down(
    engine, release, monkeypatch
):
    """F65, R15: a callback of some library holds the loop up for good."""
    monkeypatch.setattr(engine_module, "PATIENCE_SECONDS", 0.2)

    async def leaves_a_trap() -> Outcome:
        asyncio.get_running_loop().call_soon(release.wait, 60)
        return await endless()

    engine.start(job("one", leaves_a_trap, 1.2))
    engine.start(job("two", endless, 1.3))
    found = answers(engine, 2)
    assert {each.reason for each in found.values()} == {Reason.LATE}
    engine.start(job("one", leaves_a_trap, 1.2))
    assert answers(engine, 1)["one"].reason is Reason.LATE  # not trapped twice
    engine.start(job("three", fine))
    assert answers(engine, 1)["three"].status is Status.HEALTHY
    release.set()
    wait_until_nothing_hangs(engine)


@pytest.mark.parametrize(
    "error",
    [SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError,
     RecursionError, MemoryError, ValueError, StopIteration],
)  # fmt: skip
def test_whatever_a_coroutine_raises_ends_neither_loop_nor_host(engine, error):
    """G9, F67"""

    async def question() -> Outcome:
        await asyncio.sleep(0)
        raise error("secret-in-message")

    engine.start(job("raises", question))
    outcome = answers(engine, 1)["raises"]
    assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.ERROR)
    assert "secret" not in outcome.summary
    engine.start(job("fine", fine))
    assert answers(engine, 1)["fine"].status is Status.HEALTHY


def test_garbage_is_not_health(engine):
    async def nothing() -> None:
        return None

    engine.start(job("nothing", nothing))
    engine.start(job("plain", lambda: healthy("not even a coroutine")))
    found = answers(engine, 2)
    assert found["nothing"].reason is Reason.BAD_RESULT
    assert found["plain"].status is Status.HEALTHY


def test_answers_that_come_close_together_wake_the_runner_once():
    """Performance 2b: a step for each of them would cost more than the check."""
    engine = Engine(max_workers=1, gather_seconds=0.2)
    for number in range(100):
        engine.start(job(str(number), fine))
    assert engine.answered.wait(5)
    assert len(engine.collect()) == 100
    engine.end()


def test_a_question_that_is_being_asked_is_joined(engine):
    """F66: one live run per name, on the loop as on threads."""
    asked = []

    async def once() -> Outcome:
        asked.append(1)
        await asyncio.sleep(0.05)
        return healthy("asked once")

    for _ in range(5):
        engine.start(job("once", once))
    found: list[Finished] = []
    while len(found) < 5:
        engine.answered.wait(1)
        found += engine.collect()
    assert len(asked) == 1


def test_ten_thousand_runs_leave_nothing_behind(engine):
    """X29: threads, descriptors and tasks as before."""
    for number in range(100):
        engine.start(job(str(number), fine))
    answers(engine, 100)
    before = loops(), len(os.listdir("/proc/self/fd"))
    for _ in range(100):
        for number in range(100):
            engine.start(job(str(number), fine))
        answers(engine, 100)
    assert (loops(), len(os.listdir("/proc/self/fd"))) == before
    loop = engine._loop
    assert loop is not None
    assert not loop._runs
    assert not loop._tasks
    assert len(engine._deadlines._heap) <= 256


def test_an_engine_that_ends_takes_its_thread_along(engine):
    let_go = threading.Event()

    async def hangs() -> Outcome:
        try:
            return await endless()
        finally:
            let_go.set()

    before = loops()
    engine.start(job("hangs", hangs, 60))
    engine.start(job("fine", fine))
    answers(engine, 1)
    engine.end()
    assert let_go.is_set()
    assert loops() == before
    engine.start(job("fine", fine))  # and begins anew when it is asked again
    assert answers(engine, 2)["fine"].status is Status.HEALTHY


def test_a_loop_without_work_ends_itself(engine, monkeypatch):
    monkeypatch.setattr(loop_module, "IDLE_SECONDS", 0.1)
    engine.start(job("fine", fine))
    answers(engine, 1)
    loop = engine._loop
    assert loop is not None
    loop._thread.join(10)
    assert not loop._thread.is_alive()
    engine.start(job("fine", fine))
    assert answers(engine, 1)["fine"].status is Status.HEALTHY


def test_a_coroutine_that_forks_leaves_one_process_and_one_result(engine):
    """F44: the child ends, the parent's result stands."""
    read, write = os.pipe()

    async def question() -> Outcome:
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        os.write(write, b"x")
        return healthy("parent" if child else "child")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.12: threads and fork
        engine.start(job("forks", question))
        assert answers(engine, 1)["forks"].summary == "parent"
    assert os.read(read, 10) == b"xx"
    os.close(read)
    os.close(write)


def test_in_a_forked_child_the_engine_begins_a_loop_of_its_own(engine):
    """F44: the thread of the parent's is not there."""
    engine.start(job("fine", fine))
    answers(engine, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        engine.start(job("child", fine))
        told = answers(engine, 1)["child"].status is Status.HEALTHY
        os._exit(0 if told else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    engine.start(job("parent", fine))
    assert answers(engine, 1)["parent"].status is Status.HEALTHY


def test_no_thread_left_is_our_trouble_and_not_the_targets(engine, monkeypatch):
    """F50: the one mock here stands for the operating system's refusal."""

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    engine.start(job("fine", fine))
    outcome = answers(engine, 1)["fine"]
    assert (outcome.status, outcome.reason) == (Status.UNKNOWN, Reason.ERROR)
    assert engine.is_idle()
