"""Remember, judge, tell: what becomes of observed results, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import router, transaction

from pulseboard.alerts import store as alerts
from pulseboard.core.status import Status
from pulseboard.history import store as history
from pulseboard.history.observed import Observed
from pulseboard.history.store.retry import retried
from pulseboard.maintenance import store as maintenance
from pulseboard.monitors import store as monitors
from pulseboard.monitors.definition import Confirmation, Definition
from pulseboard.monitors.models import Monitor
from pulseboard.monitors.remembered import Change, Remembered
from pulseboard.monitors.store import Overtaken, Update
from pulseboard.statuspage import store as statuspage

Confirm = Callable[[datetime], None]


def record(
    observed: Sequence[Observed],
    definitions: Mapping[str, Definition],
    now: datetime,
    *,
    confirm: Confirm = lambda now: None,
) -> list[Change]:
    """Store *observed* as a `Recorder` does that remembers nothing yet."""
    return Recorder().record(observed, definitions, now, confirm=confirm)


class Recorder:
    """
    Stores results, and remembers how they left the monitors.

    So the next result of a monitor costs no reading. Whatever goes wrong, and whoever
    else recorded one of them meanwhile: everything is forgotten and read again.
    """

    def __init__(self) -> None:
        self._remembered: dict[str, Remembered] = {}
        self._history = history.Known()

    def forget(self) -> None:
        """Read everything again: rows were changed by somebody."""
        self._remembered = {}
        self._history.forget()

    def record(
        self,
        observed: Sequence[Observed],
        definitions: Mapping[str, Definition],
        now: datetime,
        *,
        confirm: Confirm = lambda now: None,
    ) -> list[Change]:
        """
        Store *observed* and everything that follows from it, or nothing.

        Args:
            confirm: Called first in the transaction; raises to roll back.

        Returns:
            The confirmed changes of status.

        Raises:
            DatabaseError: It could not be stored, after three tries for a lock.
        """

        def write() -> list[Change]:
            try:
                with transaction.atomic(using=router.db_for_write(Monitor)):
                    confirm(now)
                    return self._record(observed, definitions, now)
            except BaseException:
                self.forget()
                raise

        try:
            return retried(write)
        except Overtaken:
            # This time the rows are read, and locked until they are written.
            return retried(write)

    def _record(
        self,
        observed: Sequence[Observed],
        definitions: Mapping[str, Definition],
        now: datetime,
    ) -> list[Change]:
        self._read(each.monitor for each in observed)
        updates: dict[str, Update] = {}
        changes: list[Change] = []
        known = [each for each in observed if each.monitor in self._remembered]
        for each in known:
            definition = definitions.get(each.monitor)
            policy = definition.confirmation if definition else Confirmation()
            changes += self._judge(each, policy, now, updates)
        monitors.write(list(updates.values()))
        _note(changes)
        history.remember(known, self._history)
        if changes:
            names = {each.monitor for each in changes}
            alerts.apply(changes, muted=maintenance.muted(names, now))
            statuspage.touch()
        return changes

    def _read(self, names: Iterable[str]) -> None:
        missing = {name for name in names if name not in self._remembered}
        if missing:
            found = monitors.locked(missing)
            self._remembered |= {each.name: each for each in found}

    def _judge(
        self,
        observed: Observed,
        policy: Confirmation,
        now: datetime,
        updates: dict[str, Update],
    ) -> list[Change]:
        """Judge one result; return the change it confirms, if any."""
        before = self._remembered[observed.monitor]
        gap = before.unwatched_since(observed.at)
        if gap is not None:
            _note_gap(before, gap, observed.at)
        believed = before
        if before.ran_at is not None and before.ran_at > now:
            # The clock was set back since: that result is not newer.
            believed = replace(before, ran_at=None)
        if not believed.is_news(observed.at):
            return []
        after = believed.after(observed, policy)
        self._remembered[observed.monitor] = after
        update = updates.setdefault(observed.monitor, Update(before, after, observed))
        update.add(after, observed)
        change = believed.change_to(after, observed.outcome)
        return [] if change is None else [change]


def _note(changes: Sequence[Change]) -> None:
    """Record what is believed since when; of many that begin, at once."""
    begun: set[str] = set()
    fresh = [each for each in changes if each.before is Status.UNKNOWN]
    if len(fresh) > 1:
        begun = history.note_first((c.monitor, c.after, c.since) for c in fresh)
    for change in changes:
        if change.monitor in begun:
            begun.discard(change.monitor)  # a second change of it is none
        else:
            history.note_confirmed(change.monitor, change.after, change.since)


def _note_gap(before: Remembered, since: datetime, at: datetime) -> None:
    """Record that nobody knew how it was while nothing asked it."""
    history.note_confirmed(before.name, Status.UNKNOWN, since)
    history.note_confirmed(before.name, before.judgement.confirmed, at)
