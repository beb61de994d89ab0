"""The verbs ``init``, ``setup``, ``doctor``, ``demo`` and ``up``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from pulseboard.core.door import call
from pulseboard.core.screen import Screen
from pulseboard.core.verb import FINE, Verb, add_json_option
from pulseboard.setup.standalone import DEFAULT_NAME

# Models may be imported only when Django is set up, and `--help` works before: so
# the functions import what they need.


def _init(options: Namespace, screen: Screen) -> int:
    from pulseboard.setup.install import install

    return install(screen)


def _setup(options: Namespace, screen: Screen) -> int:
    from pulseboard.setup.endpoints.written import propose

    return propose(
        screen,
        yes=options.yes,
        dry_run=options.dry_run,
        publish=options.publish,
        as_json=options.json,
    )


def _doctor(options: Namespace, screen: Screen) -> int:
    from pulseboard.setup.doctor import examine

    return examine(screen, send_test=options.send_test, as_json=options.json)


def _demo(options: Namespace, screen: Screen) -> int:
    from pulseboard.setup.demo.filled import fill, remove
    from pulseboard.setup.demo.past import fill_past, remove_past

    if options.remove:
        screen.line(f"Demo data removed: {remove() + remove_past():,} rows.")
        return FINE
    if options.past:
        filled = fill_past(datetime.now(UTC))
        screen.line(f"Demo history: 90 days, marked, for {filled} endpoints.")
        screen.line(f"Remove it with {call('demo --remove')}.")
        return FINE
    shown = fill(datetime.now(UTC))
    screen.line(f"Demo data: {shown} monitors with 90 days of history.")
    screen.line(f"Remove them with {call('demo --remove')}.")
    return FINE


def _up(options: Namespace, screen: Screen) -> int:
    from pulseboard.setup.server import serve

    return serve(screen, options.bind, new_password=options.new_password)


def _doctor_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--send-test",
        metavar="ADDRESS",
        default="",
        help="Really send a test mail to ADDRESS.",
    )
    add_json_option(parser)


def _setup_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--yes", action="store_true", help="Write what is proposed without asking."
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="Only show what would be proposed."
    )
    parser.add_argument(
        "--publish", action="store_true", help="Show them on the public page, too."
    )
    add_json_option(parser)


def _demo_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--remove", action="store_true", help="Remove the demo data and nothing else."
    )
    parser.add_argument(
        "--past",
        action="store_true",
        help="Only give your own endpoints a made-up past of 90 days, marked as such.",
    )


def _up_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file",
        nargs="?",
        default="",
        metavar="FILE.toml",
        help="Settings in lower case and a table [server]. Default: PULSEBOARD_FILE, "
        f"else {DEFAULT_NAME} in this folder.",
    )
    parser.add_argument(
        "--bind",
        default="",
        metavar="ADDRESS:PORT",
        help="Where to serve instead of [server] bind. Default: 127.0.0.1:8765.",
    )
    parser.add_argument(
        "--new-password",
        action="store_true",
        help="Give the user admin a new password and print it.",
    )


VERBS = (
    Verb(
        name="init",
        help="Bring the tables up to the settings, ask every check once, say what "
        "next. Safe to repeat.",
        run=_init,
        examples=("init",),
        on_bad_checks="tell",
    ),
    Verb(
        name="setup",
        help="Read this application's addresses, ask each once, propose endpoints to "
        "watch and write them when you agree.",
        run=_setup,
        add_arguments=_setup_arguments,
        examples=("setup", "setup --dry-run", "setup --yes --publish"),
    ),
    Verb(
        name="doctor",
        help="Look for what is missing or wrong: cause, the command that shows it, "
        "the cure. Exits 1 when something needs doing.",
        run=_doctor,
        add_arguments=_doctor_arguments,
        examples=("doctor", "doctor --send-test you@example.org"),
        judges_settings=False,
    ),
    Verb(
        name="demo",
        help="Show every page filled: 90 days of data marked as demo.",
        run=_demo,
        add_arguments=_demo_arguments,
        examples=("demo", "demo --past", "demo --remove"),
    ),
    Verb(
        name="up",
        help="Serve Pulseboard by itself, without a Django project.",
        run=_up,
        add_arguments=_up_arguments,
        examples=("up", "up shop.toml --bind 127.0.0.1:9000"),
        on_bad_checks="refuse",
    ),
)
