from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pulseboard.core.outcome import Outcome
from pulseboard.healthpaths.store import board
from pulseboard.monitors import registry
from pulseboard.monitors.definition import Definition


@dataclass(frozen=True)
class Ran:
    """What a verb printed and the code it ended with."""

    code: int
    out: str
    err: str


@pytest.fixture
def pulseboard_command() -> Callable[..., Ran]:
    """Run ``manage.py pulseboard …`` in this process."""

    def run(*words: str, **options: Any) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("pulseboard", *words, stdout=out, stderr=err, **options)
        except SystemExit as end:
            return Ran(int(end.code or 0), out.getvalue(), err.getvalue())
        except CommandError as error:
            return Ran(error.returncode, out.getvalue(), f"{err.getvalue()}{error}")
        return Ran(0, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Declare monitors by name and outcome, in place of every other."""

    def declare(**outcomes: Outcome) -> None:
        definitions = [_definition(*each) for each in outcomes.items()]
        monkeypatch.setattr(registry, "_providers", [lambda: definitions])
        registry.forget()

    declare()
    yield declare
    monkeypatch.undo()
    registry.forget()
    board.forget()


def _definition(name: str, outcome: Outcome) -> Definition:
    return Definition(
        name=name,
        title=name.capitalize(),
        run=lambda: outcome,
        every=timedelta(seconds=30),
        timeout=timedelta(seconds=5),
        source="shop.health_checks",
    )
