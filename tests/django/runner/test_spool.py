"""Results are kept while the database is away, and not without end (D3, F02)."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

from pulseboard.core.outcome import Outcome
from pulseboard.core.status import Status
from pulseboard.history.observed import Observed
from pulseboard.runner.spool import MOST_BYTES, Spool

START = datetime(2026, 11, 21, tzinfo=UTC)


def result(number: int) -> Observed:
    readings = {f"reading_{n}": float(n * number) for n in range(8)}
    outcome = Outcome(
        Status.HEALTHY, f"result {number}", readings, details={"n": number}
    )
    return Observed("check", START + timedelta(seconds=number), outcome, 0.01)


def test_the_newest_mebibyte_is_kept_and_the_rest_is_counted():
    spool = Spool()
    tracemalloc.start()
    for number in range(5_000):
        spool.keep([result(number)])
    used_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spool.bytes <= MOST_BYTES
    assert len(spool) + spool.dropped_total == 5_000
    assert spool.dropped_total > 0
    assert spool.first(1)[0].outcome.summary == f"result {spool.dropped_total}"
    assert used_bytes <= MOST_BYTES  # objects and all


def test_what_is_stored_is_forgotten_oldest_first():
    spool = Spool()
    spool.keep(result(number) for number in range(5))
    assert [r.outcome.summary for r in spool.first(2)] == ["result 0", "result 1"]
    spool.forget(2)
    assert [r.outcome.summary for r in spool.first(9)] == [
        f"result {n}" for n in (2, 3, 4)
    ]
    spool.forget(3)
    assert (len(spool), spool.bytes) == (0, 0)
