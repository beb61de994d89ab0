"""Limits on readings (M2)."""

from __future__ import annotations

import math

import pytest

from pulseboard.core.errors import ConfigError
from pulseboard.core.limits import Limits
from pulseboard.core.status import Status

ABOVE = Limits(warning_above=80, critical_above=95)
BELOW = Limits(warning_below=21, critical_below=7)


@pytest.mark.parametrize(
    ("limits", "value", "status"),
    [
        (ABOVE, 80, Status.HEALTHY),
        (ABOVE, 80.1, Status.WARNING),
        (ABOVE, 95, Status.WARNING),
        (ABOVE, 95.1, Status.CRITICAL),
        (BELOW, 21, Status.HEALTHY),
        (BELOW, 20.9, Status.WARNING),
        (BELOW, 7, Status.WARNING),
        (BELOW, 6.9, Status.CRITICAL),
        (Limits(), 10**9, Status.HEALTHY),
        (ABOVE, None, Status.UNKNOWN),
        (ABOVE, math.nan, Status.UNKNOWN),
    ],
)
def test_equal_is_fine_and_beyond_is_not(limits, value, status):
    assert limits.grade(value) is status


@pytest.mark.parametrize(
    "wrong",
    [
        {"warning_above": 2, "critical_above": 1},
        {"warning_below": 1, "critical_below": 2},
        {"warning_above": math.inf},
    ],
)
def test_limits_that_contradict_are_refused(wrong):
    with pytest.raises(ConfigError):
        Limits(**wrong)
