"""Dates read from certificates. X28"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.certificates import certificate, key_pem

from pulseboard.checks.host.certificate import Validity, validities, validity

START = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        (START, START + timedelta(days=90)),
        (datetime(1950, 1, 1, tzinfo=UTC), datetime(1999, 12, 31, tzinfo=UTC)),
        (START, datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (START, datetime(2050, 1, 1, tzinfo=UTC)),
        (START, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_dates_of_both_forms_are_read(starts_at: datetime, ends_at: datetime) -> None:
    pem = certificate(starts_at, ends_at).pem

    assert validities(pem) == [Validity(starts_at, ends_at)]


def test_every_certificate_of_a_chain_is_read_and_keys_are_passed_over() -> None:
    ends = [START + timedelta(days=days) for days in (10, 20)]
    first, second = (certificate(START, end).pem for end in ends)

    found = validities(f"text\n{first}{key_pem()}{second}")

    assert [each.ends_at for each in found] == ends


@pytest.mark.parametrize(
    ("pem", "problem"),
    [
        ("", "holds no certificate"),
        ("hello", "holds no certificate"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            "holds a malformed certificate",
        ),
        (
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
            "holds a malformed certificate",
        ),
    ],
)
def test_what_is_no_certificate_is_refused(pem: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        validities(pem)


def test_a_file_of_very_many_certificates_is_refused() -> None:
    pem = certificate(START, START + timedelta(days=1)).pem

    with pytest.raises(ValueError, match="more than 100"):
        validities(pem * 101)


@given(st.data())
def test_damaged_certificates_are_read_or_refused_but_never_crash(
    data: st.DataObject,
) -> None:
    der = bytearray(DER)
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        validity(bytes(der[: data.draw(st.integers(0, len(der)))]))


DER = certificate(START, START + timedelta(days=1)).der
