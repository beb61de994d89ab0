"""Failures that may be a parent's or our own network's (X9, X31, promise 4)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pulseboard.core.outcome import Outcome, Reason, critical, healthy, unknown
from pulseboard.core.status import Status
from pulseboard.guard.errors import Failure
from pulseboard.history.observed import Observed
from pulseboard.monitors.definition import Definition
from pulseboard.monitors.network import NETWORK
from pulseboard.runner.doubts import Asked, Doubts
from pulseboard.runner.network import derive

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SILENT = Outcome(Status.CRITICAL, Failure.TIMEOUT.value, reason=Reason.TIMEOUT)
REFUSED = Outcome(Status.CRITICAL, Failure.REFUSED.value, reason=Reason.ERROR)
FINE, DOWN = healthy("answers"), critical("is down")
NO_GATEWAY = unknown("The gateway does not answer.", Reason.TIMEOUT)


def monitor(name: str, *parents: str, target: str = "") -> Definition:
    return Definition(
        name=name,
        title=name.capitalize(),
        run=lambda: FINE,
        every=30 * SECOND,
        timeout=5 * SECOND,
        parents=parents,
        target=target,
    )


class World:
    """Monitors that answer as told, one second after they are asked."""

    def __init__(self, *monitors: Definition) -> None:
        self.definitions = {each.name: each for each in monitors}
        self.definitions |= {each.name: each for each in derive(self.definitions)}
        self.doubts = Doubts()
        self.now = START
        self.asked: list[str] = []
        self.found: dict[str, Outcome] = {}

    def hear(self, *results: tuple[str, Outcome]) -> None:
        """Take in *results* of runs that began now."""
        self.step([Observed(name, self.now, outcome, 0.1) for name, outcome in results])

    def step(self, fresh: Sequence[Observed] = (), seconds: float = 0) -> None:
        self.now += seconds * SECOND
        for each in self.doubts.sift(fresh, self.definitions, self.now, self._ask):
            self.found[each.monitor] = each.outcome

    def _ask(self, name: str) -> Asked:
        self.asked.append(name)
        return Asked.NOW


@pytest.fixture
def family() -> World:
    return World(monitor("database"), monitor("shop", "database"))


def reason_of(world: World, name: str) -> Reason | None:
    return world.found[name].reason


def test_a_failure_below_a_failed_parent_is_blocked(family):
    """X9"""
    family.hear(("database", DOWN))
    family.hear(("shop", DOWN))
    shop = family.found["shop"]
    assert (shop.status, shop.reason) == (Status.UNKNOWN, Reason.BLOCKED)
    assert shop.summary == "blocked by Database"
    assert family.found["database"] is DOWN
    assert family.asked == []


def test_when_the_child_fails_first_the_parent_is_asked_at_once(family):
    """X9"""
    family.hear(("database", FINE))
    family.step(seconds=10)
    family.hear(("shop", DOWN))
    assert (family.asked, "shop" in family.found) == (["database"], False)
    family.step(seconds=1)
    family.hear(("database", DOWN))
    assert reason_of(family, "shop") is Reason.BLOCKED


def test_with_a_sound_parent_the_failure_is_its_own(family):
    family.hear(("shop", DOWN))
    family.step(seconds=1)
    family.hear(("database", FINE))
    assert family.found["shop"] is DOWN


@pytest.mark.parametrize(
    "order", [*itertools.permutations(["database", "shop", "page"])]
)
def test_the_order_of_arrival_makes_no_difference(order):
    """X9: the page needs the shop, the shop its database."""
    world = World(
        monitor("database"), monitor("shop", "database"), monitor("page", "shop")
    )
    at = world.now
    for name in order:
        world.step([Observed(name, at, DOWN, 0.1)], seconds=1)
    assert world.found["database"] is DOWN
    assert world.found["shop"].summary == "blocked by Database"
    assert world.found["page"].summary == "blocked by Shop"


def test_a_parent_that_never_answers_holds_nothing_for_ever(family):
    """Bounded by the parent's own time limit: a run underway and one after it."""
    family.hear(("shop", DOWN))
    family.step(seconds=11)
    assert "shop" not in family.found
    family.step(seconds=1.1)
    assert family.found["shop"] is DOWN


def test_a_parent_that_is_not_asked_at_all_blocks_nobody(family):
    family._ask = lambda name: Asked.NEVER  # type: ignore[method-assign]
    family.hear(("shop", DOWN))
    assert family.found["shop"] is DOWN


def test_an_old_failure_of_the_parent_blocks_nobody(family):
    family.hear(("database", DOWN))
    family.step(seconds=61)
    family.hear(("shop", DOWN))
    assert "shop" not in family.found
    family.step(seconds=1)
    family.hear(("database", FINE))
    assert family.found["shop"] is DOWN


def test_a_parent_that_recovered_hides_nothing(family):
    """X9: it failed a moment ago, and is asked how it is now."""
    family.hear(("database", DOWN))
    family.step(seconds=20)
    family.hear(("shop", DOWN))
    assert (family.asked, "shop" in family.found) == (["database"], False)
    family.step(seconds=1)
    family.hear(("database", FINE))
    assert family.found["shop"] is DOWN


def test_an_older_failure_stands_in_for_a_parent_nobody_can_ask(family):
    """X9: it is paused, say."""
    family._ask = lambda name: Asked.NEVER  # type: ignore[method-assign]
    family.hear(("database", DOWN))
    family.step(seconds=20)
    family.hear(("shop", DOWN))
    assert reason_of(family, "shop") is Reason.BLOCKED


def test_nothing_is_held_for_longer_than_two_minutes():
    """X9"""
    slow = replace(monitor("database"), timeout=600 * SECOND)
    world = World(slow, monitor("shop", "database"))
    world.hear(("shop", DOWN))
    world.step(seconds=119)
    assert "shop" not in world.found
    world.step(seconds=1)
    assert world.found["shop"] is DOWN


def test_a_monitor_that_answers_again_is_not_held_twice(family):
    """X9: the older result goes before the newer one, as it stands."""
    first, second = (replace(DOWN, summary=each) for each in ("first", "second"))
    family.hear(("shop", first))
    family.step(seconds=5)
    family.hear(("shop", second))
    assert family.found["shop"] is first
    assert len(family.doubts) == 1


def test_what_is_held_of_a_monitor_that_is_gone_is_let_go(family):
    family.hear(("shop", DOWN))
    family.definitions = {}
    family.step(seconds=1)
    assert family.found["shop"] is DOWN


def test_good_news_waits_for_nobody(family):
    family.hear(("database", DOWN), ("shop", FINE))
    assert family.found["shop"] is FINE


@pytest.fixture
def outside() -> World:
    return World(*(monitor(name, target=f"{name}.example") for name in "abcd"))


def test_three_silent_targets_and_a_silent_gateway_are_one_trouble(outside):
    """X31, F64: one finding, no fan of false downs."""
    outside.hear(("a", SILENT))
    assert outside.asked == [NETWORK, "b", "c", "d"]
    outside.step(seconds=1)
    outside.hear((NETWORK, NO_GATEWAY), ("b", SILENT), ("c", SILENT))
    assert "a" not in outside.found  # the last one may yet answer
    outside.hear(("d", SILENT))
    assert reason_of(outside, "a") is Reason.OFFLINE
    outside.hear(("a", SILENT))  # which the others asked
    assert {reason_of(outside, name) for name in "abc"} == {Reason.OFFLINE}
    assert {outside.found[name].status for name in "abc"} == {Status.UNKNOWN}
    assert outside.found[NETWORK].status is Status.CRITICAL
    assert outside.found[NETWORK].summary.startswith("This monitor is offline")


def test_where_the_gateway_answers_the_target_is_down(outside):
    """X31"""
    outside.hear(("a", SILENT))
    outside.step(seconds=1)
    outside.hear((NETWORK, FINE))
    assert outside.found["a"] is SILENT


def test_where_another_target_answers_the_target_is_down(outside):
    """X31: many gateways answer nobody."""
    outside.hear(("a", SILENT))
    outside.step(seconds=1)
    outside.hear((NETWORK, NO_GATEWAY), ("b", FINE))
    assert outside.found["a"] is SILENT
    assert outside.found[NETWORK].status is not Status.CRITICAL


def test_a_refusal_is_an_answer(outside):
    """X31: the network works as far as there."""
    outside.hear(("a", REFUSED))
    assert outside.found["a"] is REFUSED
    assert outside.asked == []


def test_it_is_over_as_soon_as_one_target_answers(outside):
    """X31"""
    outside.hear((NETWORK, NO_GATEWAY), *((name, SILENT) for name in "abcd"))
    assert outside.found[NETWORK].status is Status.CRITICAL
    outside.step(seconds=30)
    outside.hear(("a", FINE), (NETWORK, NO_GATEWAY))
    assert outside.found[NETWORK].status is Status.HEALTHY


def test_two_targets_are_too_few_to_tell():
    """X31: no monitor of our network either."""
    world = World(*(monitor(name, target=f"{name}.example") for name in "ab"))
    assert NETWORK not in world.definitions
    world.hear(("a", SILENT), ("b", SILENT))
    assert world.found["a"] is SILENT


def test_what_is_inside_has_no_part_in_it(outside):
    outside.definitions["cache"] = monitor("cache")
    timed_out = Outcome(Status.CRITICAL, "timed out", reason=Reason.TIMEOUT)
    outside.hear(("cache", timed_out))
    assert outside.found["cache"] is timed_out


@pytest.fixture
def acme() -> World:
    """Three endpoints behind one door, and twenty elsewhere that were fine."""
    doors = [monitor(n, target=f"{n}.acme.com") for n in ("www", "api", "app")]
    others = [monitor(f"m{n}", target=f"m{n}.example") for n in range(20)]
    world = World(*doors, *others)
    world.hear((NETWORK, NO_GATEWAY), *((each.name, FINE) for each in others))
    world.step(seconds=5)
    return world


@pytest.mark.parametrize("gateway", [NO_GATEWAY, unknown("There is none.")])
def test_three_endpoints_behind_one_door_are_down(acme, gateway):
    """X31, promise 4: twenty others are fine, though the gateway drops us."""
    acme.hear((NETWORK, gateway), *((n, SILENT) for n in ("www", "api", "app")))
    acme.step(seconds=1)
    assert len([name for name in acme.asked if name.startswith("m")]) >= 5
    assert not acme.found.keys() & {"www", "api", "app"}
    acme.hear(("m3", FINE))
    assert all(acme.found[name] is SILENT for name in ("www", "api", "app"))


def test_failures_of_before_do_not_outvote_those_who_are_fine():
    """X31: eight others were silent, the five asked are those that answered last."""
    world = World(*(monitor(n, target=f"{n}.example") for n in "abcdefghijklmn"))
    world.hear((NETWORK, NO_GATEWAY), *((name, FINE) for name in "jklmn"))
    world.step(seconds=60)
    world.hear((NETWORK, NO_GATEWAY), *((name, SILENT) for name in "abcdefghi"))
    assert [n for n in dict.fromkeys(world.asked) if n != NETWORK] == [*"jklmn"]
    assert "a" not in world.found
    world.hear(("j", FINE))
    assert all(world.found[name] is SILENT for name in "abcdefghi")


def test_without_a_gateway_everybody_has_to_be_silent(outside):
    """X31: no route to read, or IPv6 only."""
    none = unknown("The gateway does not answer.")
    outside.hear((NETWORK, none), *((name, SILENT) for name in "abc"))
    assert not outside.found.keys() & set("abc")
    outside.hear(("d", SILENT))
    assert {reason_of(outside, name) for name in "abcd"} == {Reason.OFFLINE}


def test_a_missing_name_is_an_answer(outside):
    """X31: somebody out there said so."""
    missing = Outcome(Status.CRITICAL, Failure.NAME.value, reason=Reason.ERROR)
    outside.hear(("a", missing))
    assert outside.found["a"] is missing


def test_at_the_end_nothing_is_held_back(family):
    family.hear(("shop", DOWN))
    ready = family.doubts.sift(
        [], family.definitions, family.now, family._ask, to_the_end=True
    )
    assert [each.outcome for each in ready] == [DOWN]
    assert len(family.doubts) == 0
