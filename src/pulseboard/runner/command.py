"""The verbs ``run``, ``start``, ``stop`` and ``cleanup``."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime

from pulseboard.core.screen import Screen
from pulseboard.core.verb import FINE, Verb
from pulseboard.runner.pid_file import OPTION

# Models may be imported only when Django is set up, and `--help` works before: so
# the functions import what they need.


def _run(options: Namespace, screen: Screen) -> int:
    from pulseboard.runner.process import run_once, run_until_told

    if options.once:
        return run_once(screen)
    return run_until_told(screen, options.pid_file)


def _start(options: Namespace, screen: Screen) -> int:
    from pulseboard.runner.detached import start

    return start(screen)


def _stop(options: Namespace, screen: Screen) -> int:
    from pulseboard.runner.detached import stop

    return stop(screen)


def _cleanup(options: Namespace, screen: Screen) -> int:
    from pulseboard.runner.jobs import prune_all

    deleted = prune_all(datetime.now(UTC), days=options.days)
    for what, count in deleted.items():
        screen.line(f"{count:>9,}  {what}")
    screen.line(f"{sum(deleted.values()):>9,}  rows deleted")
    return FINE


def _run_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--once",
        action="store_true",
        help="Do what is due now, wait for it and end; for a scheduler of your own.",
    )
    parser.add_argument(OPTION, default="", help=SUPPRESS)


def _cleanup_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--days",
        type=_days,
        metavar="N",
        help="Keep raw results and request counts for N days, 1 or more. Default: "
        "KEEP_METRICS_FOR. Everything else keeps to the settings.",
    )


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 36_500):
        raise ArgumentTypeError(f"expected a number of days such as 7, got {text!r}")
    return int(text)


VERBS = (
    Verb(
        name="run",
        help="Run the checks in the foreground until Ctrl-C or SIGTERM.",
        run=_run,
        add_arguments=_run_arguments,
        examples=("run", "run --once"),
        on_bad_checks="tell",
    ),
    Verb(
        name="start",
        help="Run the checks in a process of its own; lifts what `stop` did.",
        run=_start,
        examples=("start",),
    ),
    Verb(
        name="stop",
        help="Stop the checks everywhere until `start`; every page says so.",
        run=_stop,
        examples=("stop",),
    ),
    Verb(
        name="cleanup",
        help="Delete all that is older than it is kept for.",
        run=_cleanup,
        add_arguments=_cleanup_arguments,
        examples=("cleanup", "cleanup --days 3"),
    ),
)
