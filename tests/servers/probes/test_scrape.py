"""X26: one figure of a page for Prometheus, fetched from a real server."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.servers.probes.asking import ask, failure_of, free_port
from tests.servers.probes.web import Reply, Request, web

from pulseboard.core.errors import ConfigError
from pulseboard.core.status import Status
from pulseboard.guard.errors import Failure
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.exposition import samples
from pulseboard.probes.kinds.scrape import Scrape
from pulseboard.probes.verdict import verdict

PAGE = r"""
# HELP queue_jobs Jobs that wait.
# TYPE queue_jobs gauge
queue_jobs{queue="mail",host="a"} 12
queue_jobs{queue="mail",host="b"} 30 1700000000000
queue_jobs{ queue = "odd\"}{\\ \n" , } 7
queue_jobs_total 99
temperature NaN
speed +Inf
load 1.5e1 # {trace="abc"} 1
broken{queue="mail" 3
broken{a=b} 3
spaced {a="b"} 3
broken x
"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def page(request: Request) -> Reply:
    return Reply(body=PAGE.encode())


def scraped(
    metric: str, labels: dict[str, str] | None = None, **limits: float
) -> tuple:
    """Return the values that one try sees, and the verdict on it."""
    with web(page) as url:
        probe = Scrape(
            url=f"{url}/metrics", metric=metric, labels=labels or {}, **limits
        )
        facts = ask(probe)
    lines = "\n".join([*probe.presumed, *probe.required()])
    return facts, verdict(facts, parse_conditions(lines), now=NOW)


@pytest.mark.parametrize(
    ("metric", "labels", "value", "count"),
    [
        ("queue_jobs", {"queue": "mail"}, 12, 2),
        ("queue_jobs", {"queue": "mail", "host": "b"}, 30, 1),
        ("queue_jobs", {"queue": 'odd"}{\\ \n'}, 7, 1),
        ("queue_jobs", {}, 12, 3),
        ("queue_jobs_total", {}, 99, 1),
        ("load", {}, 15, 1),
        ("spaced", {"a": "b"}, 3, 1),
    ],
)
def test_a_sample_is_picked_by_name_and_labels(metric, labels, value, count) -> None:
    facts, outcome = scraped(metric, labels)
    assert facts.values["metric.value"] == value
    assert facts.values["metric.samples"] == count
    assert outcome.readings["metric_value"] == value
    assert outcome.status is Status.HEALTHY


@pytest.mark.parametrize("metric", ["queue", "missing", "broken", "HELP"])
def test_a_missing_sample_is_critical(metric: str) -> None:
    facts, outcome = scraped(metric)
    assert facts.values["metric.found"] is False
    assert outcome.status is Status.CRITICAL


@pytest.mark.parametrize("metric", ["temperature", "speed"])
def test_what_is_no_finite_number_is_no_measurement(metric: str) -> None:
    facts, outcome = scraped(metric, critical_above=5)
    assert "metric.value" not in facts.values
    assert outcome.status is Status.CRITICAL


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        ({"warning_above": 12}, Status.HEALTHY),
        ({"warning_above": 11.9}, Status.WARNING),
        ({"warning_above": 5, "critical_above": 11}, Status.CRITICAL),
        ({"warning_below": 12}, Status.HEALTHY),
        ({"warning_below": 12.1}, Status.WARNING),
        ({"critical_below": 13}, Status.CRITICAL),
        ({"critical_below": -1e15, "critical_above": 1e15}, Status.HEALTHY),
    ],
)
def test_limits_judge_it_and_equal_is_fine(limits, status) -> None:
    assert scraped("queue_jobs", **limits)[1].status is status


def test_a_page_that_is_missing_tells_its_status() -> None:
    with web(lambda request: Reply(404)) as url:
        facts = ask(Scrape(url=url, metric="queue_jobs"))
    assert facts.status == 404
    assert facts.values["metric.found"] is False


def test_half_a_number_at_the_end_of_a_long_page_is_not_read() -> None:
    """A12"""
    long = b"# filler\n" * 100 + b"jobs 123456"
    with web(lambda request: Reply(body=long + b"789\n" * 9)) as url:
        facts = ask(Scrape(url=url, metric="jobs", max_bytes=len(long)))
    assert facts.truncated
    assert facts.values["metric.found"] is False


def test_no_server_is_refused() -> None:
    url = f"http://127.0.0.1:{free_port()}/metrics"
    assert failure_of(Scrape(url=url, metric="jobs")) is Failure.REFUSED


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"metric": "a b"}, "metric"),
        ({"metric": "jobs", "labels": {"a-b": "c"}}, "labels"),
        ({"metric": "jobs", "labels": {"a": "x" * 501}}, "labels"),
        ({"metric": "jobs", "warning_above": float("nan")}, "warning_above"),
        ({"metric": "jobs", "url": "ftp://example.org/"}, "url"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(options, field) -> None:
    with pytest.raises(ConfigError, match=f"^{field}: "):
        Scrape(**{"url": "https://example.org/metrics", **options})


@given(st.text(max_size=300))
def test_pages_of_any_kind_are_read(junk: str) -> None:
    """A15"""
    for line in (junk, f"jobs{junk}", f"jobs{{{junk}", f'jobs{{a="{junk}'):
        with contextlib.suppress(StopIteration):
            next(samples(line, "jobs", {}))


def test_a_line_made_to_be_slow_is_not() -> None:
    """A15: the time is in proportion to the length."""
    hostile = 'jobs{a="' + "\\" * 15_000
    assert list(samples("\n".join([hostile] * 60), "jobs", {})) == []
