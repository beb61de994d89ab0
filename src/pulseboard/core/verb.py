"""One verb of the command tree."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pulseboard.core.screen import Screen

#: Every verb ends with one of these.
FINE, BAD_NEWS, CALLED_WRONGLY = 0, 1, 2


def _no_arguments(parser: ArgumentParser) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """
    What stands behind ``pulseboard NAME``.

    Args:
        run: Does it and returns the exit code. Called when Django is set up; its
            module is imported before, so that ``--help`` needs no project.
        examples: Words after ``pulseboard``, shown below the help.
        judges_settings: Whether wrong settings keep it from running.
        on_bad_checks: What it does about a check that is declared wrongly: the
            others stand, so it is told, or all is refused.
    """

    name: str
    help: str
    run: Callable[[Namespace, Screen], int]
    add_arguments: Callable[[ArgumentParser], None] = _no_arguments
    examples: tuple[str, ...] = ()
    judges_settings: bool = True
    on_bad_checks: Literal["ignore", "tell", "refuse"] = "ignore"


def add_json_option(parser: ArgumentParser) -> None:
    """Add ``--json``, in the same words for every verb that has it."""
    parser.add_argument(
        "--json", action="store_true", help="Print one JSON document for programs."
    )
