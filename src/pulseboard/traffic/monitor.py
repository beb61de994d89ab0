"""The monitor over the host's own requests: errors a minute and the 95th percentile."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings as django_settings
from django.db import Error as DatabaseFailure

from pulseboard.conf import Settings, get_settings
from pulseboard.core.outcome import Outcome, Reason, healthy, unknown
from pulseboard.core.status import Status, worst
from pulseboard.core.text import seconds_text
from pulseboard.monitors.definition import Confirmation, Definition
from pulseboard.traffic.store import Summary, now_utc, summary

NAME = "requests"
WINDOW_SECONDS = 300


def provide() -> Iterable[Definition]:
    """Return the monitor, when the middleware counts requests here."""
    if "pulseboard.middleware.PulseboardMiddleware" not in django_settings.MIDDLEWARE:
        return []
    return [
        Definition(
            name=NAME,
            title="Requests",
            run=ask,
            every=get_settings().check_every,
            timeout=max(get_settings().check_timeout, timedelta(seconds=5)),
            confirmation=Confirmation(failures=2, of=3, successes=2),
            source="pulseboard.traffic",
        )
    ]


def ask() -> Outcome:
    """Judge the requests of the last five minutes."""
    try:
        requests = summary(now_utc(), WINDOW_SECONDS)
    except DatabaseFailure:
        # That the database is away is the database check's finding, not this one's.
        return unknown("the counts cannot be read", Reason.BLOCKED)
    return judged(requests, get_settings())


def judged(requests: Summary, settings: Settings) -> Outcome:
    """Return the outcome for *requests* under the limits of *settings*."""
    if not requests.requests or requests.p95_seconds is None:
        return healthy("no requests in the last 5 min", requests=0)
    errors_per_minute = requests.errors * 60 / WINDOW_SECONDS
    slow = settings.limits_of("api_response_time")
    failing = settings.limits_of("error_rate")
    status = worst([slow.grade(requests.p95_seconds), failing.grade(errors_per_minute)])
    return Outcome(
        status,
        _sentence(requests, errors_per_minute, status),
        {
            "p95_seconds": requests.p95_seconds,
            "p50_seconds": requests.p50_seconds or 0.0,
            "requests": requests.requests,
            "errors_per_minute": errors_per_minute,
            "error_ratio": requests.error_ratio,
        },
    )


def _sentence(requests: Summary, errors_per_minute: float, status: Status) -> str:
    p95 = seconds_text(requests.p95_seconds or 0.0)
    text = f"95 % within {p95}, {requests.requests} requests in 5 min"
    if requests.errors or status is not Status.HEALTHY:
        text += f", {errors_per_minute:.1f} errors a minute"
    return text
