"""
One run of an endpoint: tries until one is good, or none is left.

    try --bad--> wait --> try --bad--> wait --> try --> the last verdict
     `--good--> healthy (and after which try)
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial

from pulseboard.core.errors import ConfigError
from pulseboard.core.outcome import Outcome, Reason, unknown
from pulseboard.core.status import Status
from pulseboard.guard.errors import Blocked, ConnectFailed, Failure
from pulseboard.monitors.definition import Definition, Kind, Lane
from pulseboard.monitors.network import host_key
from pulseboard.probes.expiry import told_once, with_notices
from pulseboard.probes.facts import Facts
from pulseboard.probes.plan import GRACE, Plan
from pulseboard.probes.probe import Try
from pulseboard.probes.verdict import verdict


@dataclass(frozen=True, slots=True)
class Tried:
    """What one try saw, or why it saw nothing, and what to make of it."""

    seen: Facts | Blocked | ConnectFailed | None
    outcome: Outcome

    @property
    def may_pass(self) -> bool:
        """Whether trying again could end better: policy does not change by asking."""
        return self.outcome.status is Status.CRITICAL


def definition_of(plan: Plan, source: str) -> Definition:
    """Return *plan* as a monitor."""
    return Definition(
        name=plan.monitor_name,
        title=plan.title,
        run=partial(attempt, plan),
        every=plan.every,
        timeout=plan.budget,
        kind=Kind.PROBE,
        group=plan.group,
        confirmation=plan.confirmation,
        source=source,
        options=plan.options,
        lane=Lane.LOOP,
        parents=plan.parents,
        target=host_key(plan.target),
    )


async def attempt(plan: Plan) -> Outcome:
    """Ask until a try is good, at most ``retries`` times more; return the verdict."""
    tried = await ask_once(plan)
    tries = 1
    while tried.may_pass and tries <= plan.retries:
        await asyncio.sleep(plan.retry_after.total_seconds())
        tried = await ask_once(plan)
        tries += 1
    if tries == 1:
        return tried.outcome
    return replace(tried.outcome, details={**tried.outcome.details, "tries": tries})


async def ask_once(plan: Plan) -> Tried:
    """Return what one try of *plan* found. Raises nothing that is to be expected."""
    one = Try(trust=plan.trust, timeout_seconds=plan.timeout.total_seconds())
    seen: Facts | Blocked | ConnectFailed
    try:
        probe = plan.prepare()
        async with asyncio.timeout((plan.timeout + GRACE).total_seconds()):
            seen = await probe.ask(one)
    except ConfigError as error:
        return Tried(None, unknown(str(error), Reason.NOT_APPLICABLE))
    except TimeoutError:  # a kind that forgot its own limit
        seen = ConnectFailed(Failure.TIMEOUT)
    except (Blocked, ConnectFailed) as error:
        seen = error
    slow = plan.slow_after
    limit_seconds = None if slow is None else slow.total_seconds()
    now = plan.clock()
    if isinstance(seen, Facts):
        seen = with_notices(seen, plan.expiry_days, now)
    outcome = verdict(seen, plan.conditions, now=now, slow_after_seconds=limit_seconds)
    if isinstance(seen, Facts):
        outcome = told_once(outcome, seen, plan.expiry_days, now)
    return Tried(seen, outcome)
