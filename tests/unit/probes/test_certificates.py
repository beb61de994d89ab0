"""X5, X39, A17: what a certificate says, whoever wrote it."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.certificates import NAMES_KEPT, read_certificate

KEY = ec.generate_private_key(ec.SECP256R1())
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def made(
    *,
    common_name: str = "example.org",
    organisation: str = "Example",
    names: tuple[str, ...] = ("example.org",),
    ends_at: datetime = START + timedelta(days=90),
) -> bytes:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        ]
    )
    alternatives = [x509.DNSName(each) for each in names]
    address = x509.IPAddress(ipaddress.ip_address("2001:db8::1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root")]))
        .public_key(KEY.public_key())
        .serial_number(0xABCDEF)
        .not_valid_before(START)
        .not_valid_after(ends_at)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.SubjectAlternativeName([*alternatives, address]), True)
        .sign(KEY, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)


GOOD = made()


def test_a_certificate_tells_whose_it_is_and_until_when() -> None:
    found = read_certificate(GOOD, trusted=False)
    assert found.subject == "CN=example.org, O=Example"
    assert found.issuer == "CN=Root"
    assert found.names == ("example.org", "2001:db8::1")
    assert (found.not_before, found.not_after) == (START, START + timedelta(days=90))
    assert found.serial == "abcdef"
    assert (
        found.fingerprint
        == x509.load_der_x509_certificate(GOOD).fingerprint(hashes.SHA256()).hex()
    )
    assert not found.trusted


def test_times_beyond_2049_are_written_with_four_digits() -> None:
    ends_at = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert read_certificate(made(ends_at=ends_at), trusted=True).not_after == ends_at


def test_of_ten_thousand_names_a_hundred_are_kept() -> None:
    """A17"""
    names = tuple(f"host{number}.example.org" for number in range(10_000))
    found = read_certificate(made(names=names), trusted=True)
    assert found.names == names[:NAMES_KEPT]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("bank.example\0.evil.example", "CN=bank.example .evil.example, O=Example"),
        ("a\u202eb", "CN=a b, O=Example"),
        ("<b>bold</b>", "CN=<b>bold</b>, O=Example"),
    ],
)
def test_names_of_ill_will_stay_on_one_line(written: str, read: str) -> None:
    """A17, A18"""
    assert read_certificate(made(common_name=written), trusted=True).subject == read


@given(st.binary(max_size=600))
def test_bytes_of_any_kind_are_refused_in_one_way(junk: bytes) -> None:
    """A17"""
    with pytest.raises(ConnectFailed) as caught:
        read_certificate(junk, trusted=True)
    assert caught.value.failure is Failure.PROTOCOL


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_certificate_is_read_or_refused(place: int, patch: bytes) -> None:
    """A17"""
    damaged = GOOD[:place] + patch + GOOD[place + len(patch) :]
    try:
        found = read_certificate(damaged, trusted=True)
    except ConnectFailed:
        return
    assert len(found.subject) <= 200
    assert len(found.names) <= NAMES_KEPT


@given(st.integers(0, len(GOOD) - 1))
def test_a_certificate_that_is_cut_is_refused(length: int) -> None:
    with pytest.raises(ConnectFailed):
        read_certificate(GOOD[:length], trusted=True)
