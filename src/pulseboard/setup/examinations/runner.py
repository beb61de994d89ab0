"""Whether checks run at all, and where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pulseboard.conf import get_settings
from pulseboard.core.door import call
from pulseboard.core.text import duration_text
from pulseboard.monitors.models import JobRun
from pulseboard.monitors.store import read_pulse
from pulseboard.setup.finding import Finding, fine, note, todo

CURES = {
    "embedded": "start the web server; its middleware brings the runner along",
    "process": "start a runner",
}


def examine() -> Iterator[Finding]:
    """Yield whether a runner ticks, and what its jobs met last."""
    pulse, now = read_pulse(), datetime.now(UTC)
    mode = get_settings().runner
    cure = f"{CURES[mode]}, or {call('start')}"
    if pulse.stopped_at is not None:
        by = f" by {pulse.stopped_by}" if pulse.stopped_by else ""
        ago = duration_text(now - pulse.stopped_at)
        yield _silent(f"Checks were stopped{by} {ago} ago.", call("start"))
    elif pulse.ticked_at is None:
        yield _silent(f"No runner has ever ticked (RUNNER is {mode!r}).", cure)
    elif not pulse.is_running(now):
        ago = duration_text(now - pulse.ticked_at)
        yield _silent(f"The last tick was {ago} ago (RUNNER is {mode!r}).", cure)
    else:
        ago = duration_text(now - pulse.ticked_at)
        yield fine("runner", f"Last tick {ago} ago, process {pulse.pid}, {pulse.mode}.")
        if pulse.mode == "process" and mode == "embedded":
            yield note("runner", "A process of its own runs the checks; that is fine.")
    yield from _jobs()


def _silent(cause: str, cure: str) -> Finding:
    return todo("runner", cause, shown_by=call("status"), cure=cure)


def _jobs() -> Iterator[Finding]:
    for job in JobRun.objects.exclude(error=""):
        yield todo(
            "jobs",
            f"The job {job.name!r} failed last: {job.error}.",
            shown_by="the log of the runner",
            cure="mend what the log says; it is tried again by itself",
        )
