"""S14: what the public is told of a component."""

from __future__ import annotations

import pytest

from pulseboard.core.status import Status
from pulseboard.monitors.public_status import (
    Part,
    PublicStatus,
    public_status,
    worst_of,
)

STATUS = {
    "h": Status.HEALTHY,
    "w": Status.WARNING,
    "c": Status.CRITICAL,
    "u": Status.UNKNOWN,
}


def parts(letters: str) -> list[Part]:
    """Return one part for each letter; a capital one decides."""
    return [Part(STATUS[each.lower()], decides=each.isupper()) for each in letters]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [
        ("", PublicStatus.NO_DATA),
        ("u", PublicStatus.NO_DATA),
        ("hu", PublicStatus.OPERATIONAL),
        ("hw", PublicStatus.DEGRADED),
        ("hc", PublicStatus.PARTIAL_OUTAGE),
        ("wc", PublicStatus.PARTIAL_OUTAGE),
        ("hC", PublicStatus.MAJOR_OUTAGE),
        ("cc", PublicStatus.MAJOR_OUTAGE),
        ("cu", PublicStatus.MAJOR_OUTAGE),
    ],
)
def test_a_component_is_what_its_monitors_make_of_it(
    letters: str, expected: PublicStatus
) -> None:
    """S14"""
    assert public_status(parts(letters)) is expected


def test_maintenance_wins_over_everything() -> None:
    """S14, X38"""
    found = public_status(parts("CC"), in_maintenance=True)
    assert found is PublicStatus.MAINTENANCE


def test_the_worst_is_not_the_unknown_one() -> None:
    """S14"""
    found = worst_of([PublicStatus.NO_DATA, PublicStatus.DEGRADED])
    assert found is PublicStatus.DEGRADED
    assert worst_of([]) is PublicStatus.NO_DATA
