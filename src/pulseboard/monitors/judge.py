"""
When to believe a change of status.

    confirmed ──N of the last M results worse──▶ worse, since the first of them
              ──K better results in a row──────▶ better, since the first of them

Unknown results speak neither for nor against; only N of them in a row make a
monitor unknown. What got better is over: the failures before it are forgotten, or
they would confirm trouble once more. Pure: the memory goes in and comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pulseboard.core.status import Status, worst
from pulseboard.monitors.definition import Confirmation

REMEMBERED = 16


@dataclass(frozen=True, slots=True)
class Result:
    """One raw result: what was found, and when."""

    status: Status
    at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    What is believed, and the results it rests on, oldest first.

    Args:
        since: Start of the confirmed status, back-dated to the first result that
            spoke for it. None before anything was confirmed.
    """

    confirmed: Status = Status.UNKNOWN
    since: datetime | None = None
    memory: tuple[Result, ...] = ()


def judge(before: Judgement, result: Result, policy: Confirmation) -> Judgement:
    """Return what is believed after *result*."""
    if result.status is before.confirmed and all(
        each.status is result.status for each in before.memory
    ):
        memory = _needed((*before.memory, result), policy)
        return Judgement(before.confirmed, before.since, memory)
    memory = (*before.memory, result)[-REMEMBERED:]
    change = (
        _worse(before.confirmed, memory, policy)
        or _better(before, memory, policy)
        or _lost(before.confirmed, memory, policy)
    )
    if change is None:
        return Judgement(before.confirmed, before.since, _needed(memory, policy))
    if change.status.badness < before.confirmed.badness:
        memory = tuple(each for each in memory if each.at >= change.at)
    return Judgement(change.status, change.at, _needed(memory, policy))


def _needed(memory: tuple[Result, ...], policy: Confirmation) -> tuple[Result, ...]:
    """
    Return the end of *memory* that a judgement can still depend on.

    That are so many known results as the policy looks at, and the unknown ones among
    them; each of a thousand monitors keeps them, and writes them every time.
    """
    wanted = max(policy.of, policy.successes)
    for place in range(len(memory) - 1, -1, -1):
        wanted -= _known(memory[place])
        if not wanted:
            return memory[place:]
    return memory[-REMEMBERED:]


def _worse(
    confirmed: Status, memory: Sequence[Result], policy: Confirmation
) -> Result | None:
    for level in (Status.CRITICAL, Status.WARNING):
        recent = [result for result in memory[-policy.of :] if _known(result)]
        bad = [result for result in recent if result.status.badness >= level.badness]
        if level.badness > confirmed.badness and len(bad) >= policy.failures:
            return Result(level, bad[0].at)
    return None


def _better(
    before: Judgement, memory: Sequence[Result], policy: Confirmation
) -> Result | None:
    if not _known(memory[-1]):
        return None
    # Nothing known before is no trouble to recover from: one good result will do.
    needed = 1 if before.confirmed is Status.UNKNOWN else policy.successes
    recent = [result for result in memory if _known(result)][-needed:]
    status = worst(result.status for result in recent)
    if len(recent) < needed or status.badness >= before.confirmed.badness:
        return None
    return Result(status, recent[0].at)


def _lost(
    confirmed: Status, memory: Sequence[Result], policy: Confirmation
) -> Result | None:
    recent = memory[-policy.failures :]
    if confirmed is Status.UNKNOWN or len(recent) < policy.failures:
        return None
    if any(_known(result) for result in recent):
        return None
    return Result(Status.UNKNOWN, recent[0].at)


def _known(result: Result) -> bool:
    return result.status is not Status.UNKNOWN
