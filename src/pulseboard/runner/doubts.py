"""
Results that may not be what they seem, held until somebody else was heard.

    failing below a parent      the parent is asked: bad? then "blocked by" it
    nothing heard of a target   the gateway and other targets are asked: all silent?
                                then it is us who are offline

Who was asked first makes no difference, since only what was found after the failed
run began counts for it. Every hold ends: when those it waits for would have timed
out, after `LONGEST`, and when its monitor has answered again. No database and no
clock in here.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pulseboard.core.outcome import Outcome, healthy
from pulseboard.core.status import Status
from pulseboard.history.observed import Observed
from pulseboard.monitors.definition import Definition
from pulseboard.monitors.network import (
    NETWORK,
    Gateway,
    Heard,
    is_offline,
    offline,
    targets_of,
    told_offline,
)
from pulseboard.monitors.parents import FAILING, blocked_by, is_down, is_recent
from pulseboard.runner.network import gateway_of, is_nothing_heard
from pulseboard.runner.witnesses import by_promise, witnesses

#: What it takes to come round to an answer.
MARGIN = timedelta(seconds=2)
#: No result is held for longer.
LONGEST = timedelta(minutes=2)
#: A gateway that was heard so shortly before need not be waited for.
FRESH = timedelta(seconds=10)
#: Other targets that are asked for one that is silent, and where no gateway could
#: speak for our network.
WITNESSES, WITNESSES_ALONE = 5, 20


class Asked(enum.Enum):
    """What became of asking somebody now."""

    NOW = "now"
    UNDERWAY = "underway"  # a run goes on that began before
    NEVER = "never"  # is not declared, switched off or paused


Ask = Callable[[str], Asked]


@dataclass(slots=True)
class _Held:
    observed: Observed
    since: datetime
    until: datetime
    asked: set[str] = field(default_factory=set)
    never: set[str] = field(default_factory=set)
    witnesses: dict[str, str] | None = None  # name to host; None: not chosen yet


class Doubts:
    """What is known of the others, and the results that wait for them."""

    def __init__(self) -> None:
        self._held: list[_Held] = []
        self._last: dict[str, Observed] = {}
        self._definitions: Mapping[str, Definition] = {}
        self._wanted: frozenset[str] = frozenset()
        self._is_offline = self._is_told = False
        self._heard: list[Heard] = []
        self._targets: frozenset[str] = frozenset()
        self._promising: list[str] | None = None

    def __len__(self) -> int:
        return len(self._held)

    def forget(self) -> None:
        """Drop everything: another one runs now."""
        self._held, self._last = [], {}
        self._is_offline = self._is_told = False

    def recall(self, results: Iterable[Observed]) -> None:
        """Take in what others observed before; only for one who asks once."""
        self._last = {each.monitor: each for each in results}

    def sift(
        self,
        fresh: Sequence[Observed],
        definitions: Mapping[str, Definition],
        now: datetime,
        ask: Ask,
        *,
        to_the_end: bool = False,
    ) -> list[Observed]:
        """
        Take *fresh* in; return what is certain now, of *fresh* and of before.

        Args:
            ask: Called for who should be heard; False when that is not possible.
            to_the_end: Hold nothing.
        """
        if not (fresh or self._held):
            return []
        self._note(fresh, definitions)
        self._heard = _heard_of(self._last, definitions)
        self._promising = None
        self._targets = targets_of(definitions)
        ready = self._superseded(fresh, definitions)
        for each in fresh:
            if self._is_doubtful(each, definitions):
                self._held.append(_Held(each, now, now))
            else:
                ready.append(self._of_network(each, definitions))
        if to_the_end:
            ask = _nobody
        waiting, self._held = self._held, []
        for held in waiting:
            outcome = self._found(held, definitions, ask)
            if outcome is None and not to_the_end and now < held.until:
                self._held.append(held)
            else:
                ready.append(_settled(held.observed, outcome))
        return [*ready, *self._news(definitions, now)]

    def _superseded(
        self, fresh: Iterable[Observed], definitions: Mapping[str, Definition]
    ) -> list[Observed]:
        """Let go of what is held of those that answered again, or are gone."""
        again = {each.monitor for each in fresh}
        ready, waiting = [], []
        for held in self._held:
            name = held.observed.monitor
            if name not in definitions:
                ready.append(held.observed)
            elif name in again:
                outcome = self._decided(held, definitions)
                ready.append(_settled(held.observed, outcome))
            else:
                waiting.append(held)
        self._held = waiting
        return ready

    def _note(
        self, fresh: Iterable[Observed], definitions: Mapping[str, Definition]
    ) -> None:
        """Remember those that others may have to wait for."""
        if definitions is not self._definitions:
            self._definitions = definitions
            self._wanted = _wanted(definitions)
            self._last = {n: o for n, o in self._last.items() if n in self._wanted}
        for each in fresh:
            if each.monitor not in self._wanted:
                continue
            known = self._last.get(each.monitor)
            if known is None or known.at <= each.at:
                self._last[each.monitor] = each
            if definitions[each.monitor].target and not is_nothing_heard(each.outcome):
                self._is_offline = False

    def _is_doubtful(
        self, observed: Observed, definitions: Mapping[str, Definition]
    ) -> bool:
        definition = definitions.get(observed.monitor)
        if definition is None or observed.outcome.status not in FAILING:
            return False
        return bool(definition.parents) or _is_silent(observed, definitions)

    def _found(
        self, held: _Held, definitions: Mapping[str, Definition], ask: Ask
    ) -> Outcome | None:
        outcome = self._decided(held, definitions)
        if outcome is None:
            self._ask_for(held, definitions, ask)
            # Who cannot be asked is not waited for.
            outcome = self._decided(held, definitions)
        return outcome

    def _decided(
        self, held: _Held, definitions: Mapping[str, Definition]
    ) -> Outcome | None:
        """Return what the result is taken for, None while that cannot be told."""
        below = self._below(held, definitions)
        if below is not None and below.status is Status.UNKNOWN:
            return below
        outside = self._outside(held, definitions)
        if outside is not None and outside.status is Status.UNKNOWN:
            return outside
        return None if below is None or outside is None else held.observed.outcome

    def _below(
        self, held: _Held, definitions: Mapping[str, Definition]
    ) -> Outcome | None:
        """Judge by the parents; by an older result only of one nobody can ask."""
        observed, waits = held.observed, False
        for name in definitions[observed.monitor].parents:
            parent, last = definitions.get(name), self._last.get(name)
            if parent is None:
                continue
            if last is None or last.at < observed.at:
                waits = waits or name not in held.never
                if last is None or name not in held.never:
                    continue
            if is_down(last.outcome) and is_recent(observed.at - last.at, parent):
                return blocked_by(parent)
        return None if waits else observed.outcome

    def _outside(
        self, held: _Held, definitions: Mapping[str, Definition]
    ) -> Outcome | None:
        """Judge by the gateway and the other targets."""
        observed = held.observed
        if not _is_silent(observed, definitions):
            return observed.outcome
        found = is_offline(
            definitions[observed.monitor].target,
            observed.at,
            self._heard,
            self._gateway(observed.at),
            asked=set((held.witnesses or {}).values()),
            known=self._targets,
        )
        if found is None or (found and held.witnesses is None):
            return None
        self._is_offline = found
        return offline() if found else observed.outcome

    def _gateway(self, at: datetime) -> Gateway | None:
        network = self._last.get(NETWORK)
        is_fresh = network is not None and network.at >= at - FRESH
        return gateway_of(network.outcome) if network and is_fresh else None

    def _ask_for(
        self, held: _Held, definitions: Mapping[str, Definition], ask: Ask
    ) -> None:
        """Ask who is still to be heard, and wait for them."""
        observed = held.observed
        for name in definitions[observed.monitor].parents:
            if name in definitions:
                self._ask_one(held, name, definitions, ask)
        if not _is_silent(observed, definitions):
            return
        self._ask_one(held, NETWORK, definitions, ask)
        chosen = held.witnesses = held.witnesses or {}
        for name in chosen:
            if name in definitions:
                self._ask_one(held, name, definitions, ask)
        alone = self._gateway(observed.at) is Gateway.NONE
        limit = WITNESSES_ALONE if alone else WITNESSES
        if len(chosen) >= limit:
            return
        for name in self._witnesses(observed, definitions):
            if name in chosen or name in held.never:
                continue
            if self._ask_one(held, name, definitions, ask):
                chosen[name] = definitions[name].target
            if len(chosen) >= limit:
                return

    def _ask_one(
        self, held: _Held, name: str, definitions: Mapping[str, Definition], ask: Ask
    ) -> bool:
        """Return whether *name* was heard since, or will be."""
        if name in held.asked or self._was_heard(name, held.observed.at):
            return True
        asked = ask(name)
        if asked is Asked.NEVER:
            held.never.add(name)
            return False
        if asked is Asked.NOW:
            held.asked.add(name)
        # A run that goes on now, and the one we ask for after it.
        limit = held.since + min(2 * definitions[name].timeout + MARGIN, LONGEST)
        held.until = max(held.until, limit)
        return True

    def _was_heard(self, name: str, at: datetime) -> bool:
        last = self._last.get(name)
        return last is not None and last.at >= at

    def _witnesses(
        self, observed: Observed, definitions: Mapping[str, Definition]
    ) -> Iterable[str]:
        if self._promising is None:
            self._promising = by_promise(definitions, self._last)
        target = definitions[observed.monitor].target
        return witnesses(target, self._promising, definitions)

    def _of_network(
        self, observed: Observed, definitions: Mapping[str, Definition]
    ) -> Observed:
        """Return the result of our network's monitor as it is in the light of all."""
        if observed.monitor != NETWORK:
            return observed
        if observed.outcome.status is Status.HEALTHY:
            self._is_offline = False
            return observed
        if self._is_offline:
            targets = len(targets_of(definitions))
            return replace(observed, outcome=told_offline(targets))
        newest = max(self._heard, key=lambda each: each.at, default=None)
        if newest is None or newest.failed:
            return observed
        answers = healthy("Targets answer, the gateway does not.")
        return replace(observed, outcome=answers)

    def _news(
        self, definitions: Mapping[str, Definition], now: datetime
    ) -> Iterable[Observed]:
        """Yield that we are offline, once: nobody waits for the next look at it."""
        if self._is_offline and not self._is_told:
            targets = len(targets_of(definitions))
            yield Observed(NETWORK, now, told_offline(targets), 0.0)
        self._is_told = self._is_offline


def _settled(observed: Observed, outcome: Outcome | None) -> Observed:
    if outcome is None or outcome is observed.outcome:
        return observed
    return replace(observed, outcome=outcome)


def _nobody(name: str) -> Asked:
    return Asked.NEVER


def _heard_of(
    last: Mapping[str, Observed], definitions: Mapping[str, Definition]
) -> list[Heard]:
    """Return what came last of each target, when it came."""
    return [
        Heard(
            definitions[name].target,
            each.at + timedelta(seconds=each.duration_seconds),
            is_nothing_heard(each.outcome),
        )
        for name, each in last.items()
        if name in definitions and definitions[name].target
    ]


def _is_silent(observed: Observed, definitions: Mapping[str, Definition]) -> bool:
    """Return whether it may be our network: enough others could tell."""
    return bool(
        definitions[observed.monitor].target
        and NETWORK in definitions
        and is_nothing_heard(observed.outcome)
    )


def _wanted(definitions: Mapping[str, Definition]) -> frozenset[str]:
    """Return those whose last result others may ask about."""
    parents = {name for each in definitions.values() for name in each.parents}
    targets = {name for name, each in definitions.items() if each.target}
    return frozenset((parents | targets | {NETWORK}) & set(definitions))
