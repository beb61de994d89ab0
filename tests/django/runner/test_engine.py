"""Questions side by side, each with a deadline that is ours (G7, G8, G9)."""

from __future__ import annotations

import asyncio
import math
import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections

from pulseboard.core.outcome import Outcome, Reason, healthy
from pulseboard.core.status import Status
from pulseboard.runner.engine import Engine, Finished, Job, engine_for_checks


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Ends what a test leaves hanging."""
    event = threading.Event()
    yield event
    event.set()


def answers(engine: Engine, count: int) -> dict[str, Outcome]:
    """Wait for *count* answers and return them by name."""
    found: list[Finished] = []
    while len(found) < count:
        wait = engine.seconds_to_deadline()
        assert (
            engine.answered.wait(5 if wait is None else wait + 0.01) or wait is not None
        )
        found += engine.collect()
    return {each.job.name: each.outcome for each in found}


def answer_to(question: Callable[[], object], timeout_seconds: float = 5) -> Outcome:
    engine = Engine(max_workers=2)
    engine.start(Job(name="q", question=question, timeout_seconds=timeout_seconds))
    return answers(engine, 1)["q"]


def test_a_report_takes_as_long_as_its_slowest_check_and_not_the_sum():
    """G7: four checks that wait for each other can only end side by side."""
    together = threading.Barrier(4, timeout=5)

    def question() -> Outcome:
        together.wait()
        return healthy("met the others")

    engine = Engine(max_workers=4)
    for name in "abcd":
        engine.start(Job(name=name, question=question, timeout_seconds=10))
    assert {o.status for o in answers(engine, 4).values()} == {Status.HEALTHY}


def test_max_workers_bounds_how_many_run_at_once():
    """G7"""
    running, most, lock = 0, 0, threading.Lock()

    def question() -> Outcome:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1
        return healthy("ran")

    engine = Engine(max_workers=2)
    for number in range(12):
        engine.start(Job(name=str(number), question=question, timeout_seconds=5))
    answers(engine, 12)
    assert most == 2


def test_more_questions_than_the_workers_can_ask_do_not_pile_up(release):
    """F12, R15: late is not down, and costs no memory."""
    engine = Engine(max_workers=1)

    def busy() -> Outcome:
        release.wait(10)
        return healthy("answers at last")

    engine.start(Job(name="busy", question=busy, timeout_seconds=10))
    for slot in range(50):
        job = Job(name="starved", question=busy, timeout_seconds=10, ticket=slot)
        engine.start(job)
    late = engine.collect()
    assert [each.job.ticket for each in late] == list(range(49))
    assert {(each.outcome.status, each.outcome.reason) for each in late} == {
        (Status.UNKNOWN, Reason.LATE)
    }
    release.set()
    assert answers(engine, 2).keys() == {"busy", "starved"}


def test_a_hung_check_times_out_is_quarantined_and_costs_one_thread(release):
    """G8, F65, F66: 100 more calls start nothing."""
    asked = []

    def hang() -> Outcome:
        asked.append(1)
        release.wait()
        return healthy("too late")

    before = threading.active_count()
    engine = Engine(max_workers=1)
    engine.start(Job(name="hung", question=hang, timeout_seconds=0.05))
    engine.start(Job(name="fine", question=lambda: healthy("ok"), timeout_seconds=5))
    first = answers(engine, 2)
    assert first["hung"].reason is Reason.TIMEOUT
    assert first["hung"].status is Status.CRITICAL
    assert first["fine"].status is Status.HEALTHY  # its only worker was given back
    for _ in range(100):
        engine.start(Job(name="hung", question=hang, timeout_seconds=0.05))
    again = engine.collect()
    assert [each.outcome.reason for each in again] == [Reason.TIMEOUT] * 100
    assert (len(asked), threading.active_count()) == (1, before + 1)
    assert engine.hung() == ["hung"]


def test_a_late_answer_is_thrown_away_and_the_check_runs_again(release):
    """G8"""
    engine = Engine(max_workers=1)
    ended = threading.Event()

    def late() -> Outcome:
        release.wait()
        ended.set()
        return healthy("too late")

    engine.start(Job(name="q", question=late, timeout_seconds=0.02))
    assert answers(engine, 1)["q"].reason is Reason.TIMEOUT
    release.set()
    assert ended.wait(5)
    while engine.hung():
        assert engine.answered.wait(5)
        assert engine.collect() == []
    engine.start(Job(name="q", question=lambda: healthy("again"), timeout_seconds=5))
    assert answers(engine, 1)["q"].summary == "again"


@pytest.mark.parametrize(
    "error",
    [SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError,
     RecursionError, MemoryError, ValueError],
)  # fmt: skip
def test_whatever_a_check_raises_becomes_an_outcome(error):
    """G9, F67"""

    def question() -> Outcome:
        raise error("secret-in-message")

    outcome = answer_to(question)
    assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.ERROR)
    assert outcome.summary == f"raised {error.__name__}"


def test_the_traceback_is_in_the_log_under_the_reference_the_page_shows(caplog):
    """G9, A60: without the secret."""

    def question() -> Outcome:
        raise ValueError("cannot reach postgres://app:hunter2@db/shop")

    outcome = answer_to(question)
    assert outcome.reference
    assert outcome.reference in caplog.text
    assert "in question" in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    "garbage",
    [None, True, "healthy", 3, object(), Status.HEALTHY,
     healthy("nan", ratio=math.nan), healthy("inf", ratio=math.inf),
     Outcome(Status.HEALTHY, "text", {"ratio": "high"}),  # type: ignore[dict-item]
     Outcome("healthy", "no status"),  # type: ignore[arg-type]
     Outcome(Status.CRITICAL, "x", reason="timeout"),  # type: ignore[arg-type]
     healthy("huge", count=10**400)],
)  # fmt: skip
def test_garbage_is_not_health(garbage):
    outcome = answer_to(lambda: garbage)
    assert (outcome.status, outcome.reason) == (Status.CRITICAL, Reason.BAD_RESULT)


def test_every_text_of_an_answer_fits_where_it_is_stored():
    """A60: a row that the database refuses would be lost."""
    outcome = answer_to(
        lambda: Outcome(
            Status.WARNING, "x" * 999, degraded="x" * 999, reference="x\n" * 999
        )
    )
    assert [len(outcome.summary), len(outcome.degraded)] == [200, 200]
    assert len(outcome.reference) <= 20


def test_asynchronous_checks_are_awaited_and_keep_the_deadline():
    """G10"""

    async def good() -> Outcome:
        await asyncio.sleep(0)
        return healthy("awaited")

    async def endless() -> Outcome:
        await asyncio.Event().wait()
        raise AssertionError

    assert answer_to(good).summary == "awaited"
    assert answer_to(endless, timeout_seconds=0.05).reason is Reason.TIMEOUT


def test_a_timeout_of_the_checks_own_is_its_error():
    def question() -> Outcome:
        raise TimeoutError("the library gave up")

    assert answer_to(question).reason is Reason.ERROR


def test_a_check_that_forks_leaves_one_process_and_one_result():
    """F44: the child ends, the parent's result stands."""
    read, write = os.pipe()

    def question() -> Outcome:
        child = os.fork()
        if child:
            os.waitpid(child, 0)
        os.write(write, b"x")
        return healthy("parent" if child else "child")

    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.12: threads and fork
        assert answer_to(question).summary == "parent"
    assert os.read(read, 10) == b"xx"  # both came to their end, one answered
    os.close(read)
    os.close(write)


@pytest.mark.django_db(transaction=True)
def test_connections_and_transactions_of_a_check_end_with_it():
    """F71: 0 leaked in 200, and an open transaction locks nobody out."""
    left: list[object] = []

    def question() -> Outcome:
        connection.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE pulseboard_monitor SET title = 'x'")
        left.append(connections["default"].connection)
        return healthy("left a transaction open")

    for _ in range(200):
        assert answer_to(question).status is Status.HEALTHY
    assert connections["default"].settings_dict  # this thread's own is untouched
    for raw in left:
        with pytest.raises(Exception, match="closed"):
            raw.execute("SELECT 1")  # type: ignore[attr-defined]


def test_ten_thousand_runs_leave_no_thread_behind():
    """X29"""
    engine = Engine(max_workers=4)
    before = threading.active_count()
    for number in range(10_000):
        job = Job(
            name=str(number % 8), question=lambda: healthy("ok"), timeout_seconds=9
        )
        engine.start(job)
        if number % 8 == 7:
            while not engine.is_idle():
                engine.answered.wait(1)
                engine.collect()
    assert threading.active_count() <= before + 4


def test_no_thread_left_is_our_trouble_and_not_the_targets(monkeypatch):
    """F50: the one mock here stands for the operating system's refusal."""

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    outcome = answer_to(lambda: healthy("never asked"))
    assert (outcome.status, outcome.reason) == (Status.UNKNOWN, Reason.ERROR)


def test_a_check_that_hangs_in_one_engine_is_not_asked_by_another(release):
    """F65, F66: requests ask inline while the runner's thread hangs already."""
    asked = []

    def hangs() -> Outcome:
        asked.append("asked")
        release.wait(30)
        return healthy("at last")

    job = Job(name="shared", question=hangs, timeout_seconds=0.05)
    for _ in range(3):
        engine = engine_for_checks(2)
        engine.start(job)
        assert answers(engine, 1)["shared"].reason is Reason.TIMEOUT
    assert asked == ["asked"]
    threads = [each.name for each in threading.enumerate()]
    assert threads.count("pulseboard shared") == 1
