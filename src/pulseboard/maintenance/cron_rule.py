"""Windows by cron: minute, hour, day of month, month, day of week."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError

from pulseboard.core.errors import ConfigError

LONGEST_TEXT = 100
#: Nobody plans more; and a year of windows stays a number that can be listed.
MOST_STARTS_A_DAY = 24
LEAST_MINUTES_BETWEEN = 5

_TEXT = re.compile(r"[0-9A-Za-z*,/#-]+(?: +[0-9A-Za-z*,/#-]+){4}", re.ASCII)
_SECOND = timedelta(seconds=1)
_SOME_DAY = datetime(2026, 1, 1)  # noqa: DTZ001  (on no clock in particular)


@dataclass(frozen=True, slots=True)
class CronRule:
    """A checked cron expression."""

    text: str

    def starts(
        self, first: datetime, after: datetime, before: datetime
    ) -> Iterator[datetime]:
        """
        Yield the starts from *after* up to, but without, *before*.

        All are naive, times on the clock of the zone: what a clock change does to
        them is decided where they become instants, as for every other rule.

        Args:
            first: None is earlier.
        """
        earlier = max(first, after) - _SECOND  # CronSim goes on from the next second
        for start in CronSim(self.text, earlier):
            if start >= before:
                return
            yield start


def parse_cron_rule(text: str) -> CronRule:
    """
    Return the expression in *text*, checked.

    Raises:
        ConfigError: It is none, or it starts too often.
    """
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise ConfigError(f"Expected at most {LONGEST_TEXT} characters.")
    if not _TEXT.fullmatch(text):
        raise ConfigError(
            "Expected minute, hour, day, month and weekday, such as 30 2 * * SUN."
        )
    try:
        parsed = CronSim(text, _SOME_DAY)
    except (CronSimError, ValueError, TypeError, AssertionError) as error:
        what = str(error) if isinstance(error, CronSimError) else "Not a cron rule"
        raise ConfigError(f"{what}. Expected, for example, 30 2 * * SUN.") from None
    _refuse_often(parsed)
    return CronRule(text)


def _refuse_often(parsed: CronSim) -> None:
    if len(parsed.minutes) * len(parsed.hours) > MOST_STARTS_A_DAY:
        raise ConfigError(f"Expected at most {MOST_STARTS_A_DAY} starts a day.")
    around = [*sorted(parsed.minutes), min(parsed.minutes) + 60]
    gaps = [after - before for before, after in itertools.pairwise(around)]
    if min(gaps) < LEAST_MINUTES_BETWEEN:
        raise ConfigError(
            f"Expected at least {LEAST_MINUTES_BETWEEN} minutes between two starts."
        )
