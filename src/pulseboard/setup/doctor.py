"""
``doctor``: every question is asked, whatever the one before it met.

What needs the database comes last and is left out, with one line, when it is away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pulseboard.core.log import get_logger
from pulseboard.core.screen import Screen
from pulseboard.core.verb import BAD_NEWS, FINE
from pulseboard.runner.database import trouble
from pulseboard.setup.examinations import (
    checks,
    databases,
    mail,
    people,
    places,
    runner,
    settings,
    site,
)
from pulseboard.setup.finding import Finding, Level, todo

logger = get_logger("pulseboard.doctor")

Examination = Callable[[], Iterable[Finding]]

WITHOUT_DATABASE: tuple[Examination, ...] = (
    settings.examine,
    site.examine_urls,
    site.examine_middleware,
    site.examine_proxies,
    site.examine_static_files,
    places.examine_logs,
    places.examine_machine,
    places.examine_caches,
    places.examine_extras,
    mail.examine,
    checks.examine,
    databases.examine_options,
)
WITH_DATABASE: tuple[Examination, ...] = (
    databases.examine_migrations,
    databases.examine_journal,
    databases.examine_rights,
    runner.examine,
    mail.examine_outbox,
    people.examine,
)


def examine(screen: Screen, *, send_test: str, as_json: bool) -> int:
    """
    Print every finding; return whether something needs doing.

    Args:
        send_test: Address that a test mail is really sent to; empty for none.
    """
    findings = []
    for each in _findings(send_test):
        findings.append(each)
        if not as_json:
            screen.line(each.line())
    todos = sum(each.level is Level.TODO for each in findings)
    if as_json:
        screen.document([each.entry() for each in findings])
    else:
        screen.line()
        screen.line(_verdict(todos))
    return BAD_NEWS if todos else FINE


def _findings(send_test: str) -> Iterator[Finding]:
    for examination in WITHOUT_DATABASE:
        yield from _guarded(examination)
    if send_test:
        yield from _guarded(lambda: mail.send_test(send_test))
    problem = trouble()
    if problem:
        yield databases.away(problem)
        return
    for examination in WITH_DATABASE:
        yield from _guarded(examination)


def _guarded(examination: Examination) -> list[Finding]:
    """Return what *examination* found, or that it failed: others must go on."""
    try:
        return list(examination())
    except Exception as error:
        logger.debug("An examination failed", exc_info=True)
        name = examination.__module__.rpartition(".")[2]
        return [
            todo(
                name,
                f"This could not be examined ({type(error).__name__}).",
                cure="mend what the other lines say first, then look again",
            )
        ]


def _verdict(todos: int) -> str:
    if not todos:
        return "Nothing needs doing."
    return "1 thing needs doing." if todos == 1 else f"{todos} things need doing."
