"""The verbs ``status`` (what is stored) and ``health`` (what is true now)."""

from __future__ import annotations

import logging
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pulseboard.core.errors import ConfigError, UsageError
from pulseboard.core.options import refuse_unknown
from pulseboard.core.screen import Screen
from pulseboard.core.status import Status, worst
from pulseboard.core.verb import BAD_NEWS, FINE, Verb, add_json_option
from pulseboard.healthpaths import report
from pulseboard.healthpaths.snapshot import Known

if TYPE_CHECKING:
    from pulseboard.alerts.models import SystemAlert
    from pulseboard.monitors.models import Monitor

#: With this ``--verbosity`` a check that raises also shows its traceback.
LOUD = 2

# Models may be imported only when Django is set up, and `--help` works before: so
# the functions import what they need.


def _status(options: Namespace, screen: Screen) -> int:
    standing = _standing(datetime.now(UTC))
    if options.json:
        screen.document(report.document(standing))
    else:
        for line in _lines(standing):
            screen.line(line)
    return BAD_NEWS if standing.is_bad else FINE


def _health(options: Namespace, screen: Screen) -> int:
    from pulseboard.monitors.registry import definitions
    from pulseboard.monitors.run_now import ask_now

    names = _chosen(options.names, definitions())
    if getattr(options, "verbosity", 1) < LOUD:
        # What a check raised is in its line. Without logging set up by the host,
        # Python would print the traceback here, too.
        logging.getLogger("pulseboard").addHandler(logging.NullHandler())
    observed = sorted(ask_now(names), key=lambda each: names.index(each.monitor))
    if options.json:
        screen.document([report.observed_entry(each) for each in observed])
    else:
        for each in observed:
            screen.line(report.observed_line(each))
    limit = Status(options.fail_on)
    bad = worst(each.outcome.status for each in observed).badness >= limit.badness
    return BAD_NEWS if bad else FINE


def _chosen(names: Sequence[str], known: Iterable[str]) -> list[str]:
    """
    Return the *names* to ask, all that are *known* when there are none.

    Raises:
        UsageError: One is not known, or there is nothing to ask: silence would look
            like health.
    """
    known = list(known)
    try:
        refuse_unknown(names, known, where="health")
    except ConfigError as error:
        raise UsageError(str(error)) from None
    if not known:
        raise UsageError("health: no check is declared")
    return list(dict.fromkeys(names)) or known


def _standing(now: datetime) -> report.Standing:
    from pulseboard.alerts import store as alerts
    from pulseboard.monitors import store as monitors
    from pulseboard.notifiers import store as notifiers

    return report.Standing(
        now=now,
        pulse=monitors.read_pulse(),
        lines=[_line(row, now) for row in monitors.current()],
        alerts=[_alert(row) for row in alerts.active()],
        outbox=notifiers.waiting(now),
    )


def _lines(standing: report.Standing) -> list[str]:
    return [
        report.sentence(standing),
        report.runner_line(standing),
        *report.monitor_lines(standing),
        *report.alert_lines(standing),
        report.outbox_line(standing),
    ]


def _line(row: Monitor, now: datetime) -> report.Line:
    known = Known(
        name=row.name,
        title=row.title,
        status=Status(row.status),
        summary=row.summary,
        ran_at=row.ran_at,
        interval=row.interval,
        readings=row.readings,
    )
    return report.Line(
        known=known, paused=row.paused_until is not None and row.paused_until > now
    )


def _alert(row: SystemAlert) -> report.OpenAlert:
    return report.OpenAlert(
        severity=row.severity,
        title=row.title,
        message=row.message,
        began_at=row.began_at,
        acknowledged_by=row.acknowledged_by,
    )


def _health_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="*", metavar="CHECK", help="Checks to ask. Default: all."
    )
    parser.add_argument(
        "--fail-on",
        choices=[Status.WARNING.value, Status.CRITICAL.value],
        default=Status.CRITICAL.value,
        help="Least bad status that counts as failure. Default: %(default)s.",
    )
    add_json_option(parser)


VERBS = (
    Verb(
        name="status",
        help="Show what is known: checks, runner, alerts, outbox. Runs nothing. "
        "Exits 1 when something is critical or no runner ticks.",
        run=_status,
        add_arguments=add_json_option,
        examples=("status", "status --json"),
    ),
    Verb(
        name="health",
        help="Ask the checks now, side by side; nothing is recorded. Exits 1 when "
        "one is bad enough.",
        run=_health,
        add_arguments=_health_arguments,
        examples=("health", "health database cache --fail-on warning"),
        on_bad_checks="tell",
    ),
)
