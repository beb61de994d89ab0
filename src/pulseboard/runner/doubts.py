"""
Results that may not be what they seem, held until somebody else was heard.

    failing below a parent      the parent is asked: bad? then "blocked by" it
    nothing heard of a target   the gateway and other targets are asked: all silent?
                                then it is us who are offline

Who was asked first makes no difference, since only answers to runs that began after
the failed one count for it. Every hold ends: at the latest when those it waits for
would have timed out. No database and no clock in here.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from pulseboard.core.outcome import Outcome, Reason, healthy
from pulseboard.core.status import Status
from pulseboard.history.observed import Observed
from pulseboard.monitors.definition import Definition
from pulseboard.monitors.network import (
    NETWORK,
    OTHERS_NEEDED,
    Heard,
    is_offline,
    offline,
    targets_of,
    told_offline,
)
from pulseboard.monitors.parents import FAILING, blocked_by
from pulseboard.runner.network import gateway_of, is_nothing_heard

#: A bad result of a parent is believed for so many of its intervals.
STALE_AFTER = 2
#: What it takes to come round to an answer.
MARGIN = timedelta(seconds=2)
#: Gateway and witnesses that were heard so shortly before need not be asked again.
FRESH = timedelta(seconds=10)


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


class Doubts:
    """What is known of the others, and the results that wait for them."""

    def __init__(self) -> None:
        self._held: list[_Held] = []
        self._last: dict[str, Observed] = {}
        self._definitions: Mapping[str, Definition] = {}
        self._wanted: frozenset[str] = frozenset()
        self._is_offline = self._is_told = False

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
        ready: list[Observed] = []
        for each in fresh:
            if self._is_doubtful(each, definitions):
                self._held.append(_Held(each, now, now))
            else:
                ready.append(self._of_network(each, definitions))
        waiting, self._held = self._held, []
        for held in waiting:
            outcome = self._decided(held, definitions, now)
            if (
                outcome is None
                and not to_the_end
                and self._asks(held, definitions, now, ask)
            ):
                self._held.append(held)
            else:
                ready.append(self._settled(held.observed, outcome))
        return [*ready, *self._news(definitions, now)]

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

    def _decided(
        self, held: _Held, definitions: Mapping[str, Definition], now: datetime
    ) -> Outcome | None:
        """Return what the result is taken for, None while that cannot be told."""
        below = self._below(held.observed, definitions)
        if below is not None and below.status is Status.UNKNOWN:
            return below
        outside = self._outside(held.observed, definitions)
        if outside is not None and outside.status is Status.UNKNOWN:
            return outside
        return None if below is None or outside is None else held.observed.outcome

    def _below(
        self, observed: Observed, definitions: Mapping[str, Definition]
    ) -> Outcome | None:
        """Judge by the parents."""
        waits = False
        for name in definitions[observed.monitor].parents:
            parent, last = definitions.get(name), self._last.get(name)
            if parent is None:
                continue
            if last is not None and _is_down(last, observed.at, parent):
                return blocked_by(parent)
            waits = waits or last is None or last.at < observed.at
        return None if waits else observed.outcome

    def _outside(
        self, observed: Observed, definitions: Mapping[str, Definition]
    ) -> Outcome | None:
        """Judge by the gateway and the other targets."""
        if not _is_silent(observed, definitions):
            return observed.outcome
        network = self._last.get(NETWORK)
        is_fresh = network is not None and network.at >= observed.at - FRESH
        gateway = gateway_of(network.outcome) if network and is_fresh else None
        target = definitions[observed.monitor].target
        found = is_offline(target, observed.at, self._heard(definitions), gateway)
        if found is None:
            return None
        self._is_offline = found
        return offline() if found else observed.outcome

    def _heard(self, definitions: Mapping[str, Definition]) -> Iterable[Heard]:
        for name, last in self._last.items():
            definition = definitions.get(name)
            if definition is not None and definition.target:
                failed = is_nothing_heard(last.outcome)
                yield Heard(definition.target, last.at, failed)

    def _asks(
        self,
        held: _Held,
        definitions: Mapping[str, Definition],
        now: datetime,
        ask: Ask,
    ) -> bool:
        """Ask who is still to be heard; return whether to go on waiting."""
        at = held.observed.at
        for name in self._witnesses(held.observed, definitions):
            if name in held.asked or self._was_heard(name, at):
                continue
            asked = ask(name)
            if asked is Asked.NOW:
                held.asked.add(name)
            if asked is not Asked.NEVER:
                # A run that goes on now, and the one we ask for after it.
                limit = held.since + 2 * definitions[name].timeout + MARGIN
                held.until = max(held.until, limit)
        return now < held.until

    def _was_heard(self, name: str, at: datetime) -> bool:
        last = self._last.get(name)
        return last is not None and last.at >= at

    def _witnesses(
        self, observed: Observed, definitions: Mapping[str, Definition]
    ) -> Iterable[str]:
        definition = definitions[observed.monitor]
        yield from (name for name in definition.parents if name in definitions)
        if not _is_silent(observed, definitions):
            return
        yield NETWORK
        targets = {definition.target}
        for name, other in definitions.items():
            if len(targets) > OTHERS_NEEDED:
                return
            if other.target and other.target not in targets:
                targets.add(other.target)
                yield name

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
        newest = max(self._heard(definitions), key=lambda each: each.at, default=None)
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

    def _settled(self, observed: Observed, outcome: Outcome | None) -> Observed:
        if outcome is None or outcome is observed.outcome:
            return observed
        return replace(observed, outcome=outcome)


def _is_down(last: Observed, at: datetime, parent: Definition) -> bool:
    """Return whether *parent* was down when a child was asked at *at*."""
    outcome = last.outcome
    # One that was blocked itself: only of results that others recorded.
    is_bad = outcome.status is Status.CRITICAL or outcome.reason is Reason.BLOCKED
    return is_bad and at - last.at <= STALE_AFTER * parent.every


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
