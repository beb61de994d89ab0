"""
A server's year as it really was: 200 outages, slow phases and blips, all scripted.

Seconds count from the start of the year. Outages do not overlap, and are as often
short as long: their lengths are drawn evenly on a scale of logarithms.
"""

from __future__ import annotations

import bisect
import math
import random
from dataclasses import dataclass, field

YEAR_SECONDS = 365 * 86400
OUTAGES = 200
SHORTEST_SECONDS, LONGEST_SECONDS = 3.0, 3 * 3600.0
SLOW_PHASES = 40
BLIPS = 400
BLIP_SECONDS = 0.5
USUAL_SECONDS = 0.12
SLOW_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time of one kind, from *began* until before *ended*."""

    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass(slots=True)
class Truth:
    """
    Args:
        outages: In order. Every other one refuses at once, the rest never answer.
        slow: Answers take seconds then.
        blips: Too short for a second try to meet one.
    """

    seed: int
    outages: list[Stretch] = field(default_factory=list)
    slow: list[Stretch] = field(default_factory=list)
    blips: list[Stretch] = field(default_factory=list)
    _starts: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        taken: list[Stretch] = []
        low, high = math.log(SHORTEST_SECONDS), math.log(LONGEST_SECONDS)
        for number in range(OUTAGES):
            # Both ends of the range are in it, whatever chance says.
            length = [SHORTEST_SECONDS, LONGEST_SECONDS][number] if number < 2 else None
            seconds = length or math.exp(chance.uniform(low, high))
            self.outages.append(_placed(chance, seconds, taken))
        for _ in range(SLOW_PHASES):
            self.slow.append(_placed(chance, chance.uniform(600, 7200), taken))
        for _ in range(BLIPS):
            self.blips.append(_placed(chance, BLIP_SECONDS, taken))
        for each in (self.outages, self.slow, self.blips):
            each.sort(key=lambda stretch: stretch.began)
        self._starts = [each.began for each in self.outages]

    def outage_at(self, second: float) -> int | None:
        """Return the place of the outage that *second* lies in."""
        place = bisect.bisect_right(self._starts, second) - 1
        if place >= 0 and second < self.outages[place].ended:
            return place
        return None

    def is_slow_at(self, second: float) -> bool:
        return _within(self.slow, second)

    def is_blip_at(self, second: float) -> bool:
        return _within(self.blips, second)


def _placed(chance: random.Random, seconds: float, taken: list[Stretch]) -> Stretch:
    """Return a stretch with ten quiet minutes on both sides."""
    while True:
        began = chance.uniform(3600, YEAR_SECONDS - seconds - 3600)
        place = Stretch(began, began + seconds)
        if not any(
            began - 600 < each.ended and place.ended + 600 > each.began
            for each in taken
        ):
            taken.append(place)
            return place


def _within(stretches: list[Stretch], second: float) -> bool:
    place = bisect.bisect_right(stretches, second, key=lambda each: each.began) - 1
    return place >= 0 and second < stretches[place].ended
