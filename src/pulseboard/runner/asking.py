"""Claims what is due, and asks it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from pulseboard.monitors import store as monitors
from pulseboard.monitors.agenda import Agenda, Entry
from pulseboard.monitors.definition import Definition
from pulseboard.runner.doubts import Asked
from pulseboard.runner.engine import Engine, Job


class Asking:
    """
    Args:
        definitions: What is declared now, by name.
    """

    def __init__(
        self, engine: Engine, definitions: Callable[[], Mapping[str, Definition]]
    ) -> None:
        self._engine = engine
        self._definitions = definitions
        self._agenda = Agenda()

    def read(self, now: datetime) -> None:
        """Read what is to run, and its slots."""
        self._agenda.fill(monitors.entries(now), now)

    def refresh(self, now: datetime) -> None:
        """Read it again if a monitor was switched, paused or resumed."""
        if monitors.scheduled_ids(now) != self._agenda.ids:
            self.read(now)

    def forget(self) -> None:
        """Ask nothing until it is read again."""
        self._agenda.clear()

    def ask_due(self, holder: str, now: datetime) -> None:
        """Ask what is due and could be claimed for *holder*."""
        with self._due(now) as due:
            for entry in monitors.claim_all(due, holder, now):
                self.ask(entry.name, now)

    def ask_unclaimed(self, now: datetime) -> None:
        """Ask what is due without the database that would arbitrate."""
        with self._due(now) as due:
            for entry in due:
                slot = entry.due_slot(now)
                if slot is not None:
                    entry.slot = slot
                    self.ask(entry.name, now)

    def ask(self, name: str, now: datetime) -> bool:
        """Ask *name* now; return whether there is such a question."""
        definition = self._definitions().get(name)
        if definition is None:
            return False
        self._engine.start(
            Job(
                name=name,
                question=definition.run,
                timeout_seconds=definition.timeout.total_seconds(),
                ticket=now,
                lane=definition.lane,
            )
        )
        return True

    def ask_now(self, name: str, now: datetime) -> Asked:
        """Ask *name* out of turn, unless it is being asked or not to be asked."""
        if name not in self._agenda:
            return Asked.NEVER
        if self._engine.is_asked(name):
            return Asked.UNDERWAY
        return Asked.NOW if self.ask(name, now) else Asked.NEVER

    def seconds_to_next(self, now: datetime) -> float | None:
        """Return how long nothing is due; None when nothing ever is."""
        return self._agenda.seconds_to_next(now)

    @contextlib.contextmanager
    def _due(self, now: datetime) -> Iterator[list[Entry]]:
        due = self._agenda.take_due(now)
        try:
            yield due
        finally:
            self._agenda.put(due, now)
