"""Real certificates made on the spot."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Certificate:
    pem: str
    der: bytes


@functools.cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: PrivateKey | None = None) -> str:
    """Return *key*, or else that of every certificate made here, in PEM."""
    return (
        (key or _key())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def certificate(
    starts_at: datetime, ends_at: datetime, *, name: str = "localhost"
) -> Certificate:
    """Return a self-signed certificate for *name*."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(_key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts_at)
        .not_valid_after(ends_at)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(_key(), hashes.SHA256())
    )
    return Certificate(
        made.public_bytes(serialization.Encoding.PEM).decode(),
        made.public_bytes(serialization.Encoding.DER),
    )


def write_pair(
    folder: Path, starts_at: datetime, ends_at: datetime, *, name: str = "localhost"
) -> tuple[Path, Path]:
    """Return the files of a certificate and its key, written into *folder*."""
    made, key = folder / "certificate.pem", folder / "key.pem"
    made.write_text(certificate(starts_at, ends_at, name=name).pem)
    key.write_text(key_pem())
    return made, key


class Authority:
    """Signs certificates; *pem* is what its friends trust."""

    def __init__(self, name: str = "Pulseboard test authority") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(self._name)
            .issuer_name(self._name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=4000))
            .not_valid_after(now + timedelta(days=4000))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .add_extension(_KEY_USAGE, True)
            .sign(self._key, hashes.SHA256())
        )
        self.pem = made.public_bytes(serialization.Encoding.PEM).decode()

    def issue(
        self,
        *,
        names: Sequence[str] = ("localhost",),
        common_name: str = "localhost",
        starts_in: timedelta = timedelta(days=-30),
        ends_in: timedelta = timedelta(days=60),
        key: PrivateKey | None = None,
    ) -> Issued:
        """Return a certificate and its key."""
        own_key = key or _key()
        now = datetime.now(UTC)
        alternatives = x509.SubjectAlternativeName(
            [x509.DNSName(each) for each in names]
        )
        made = (
            x509.CertificateBuilder()
            .subject_name(_named(common_name))
            .issuer_name(self._name)
            .public_key(own_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + starts_in)
            .not_valid_after(now + ends_in)
            .add_extension(alternatives, False)
            .sign(self._key, hashes.SHA256())
        )
        pem = made.public_bytes(serialization.Encoding.PEM).decode()
        return Issued(pem, key_pem(own_key))


@dataclass(frozen=True)
class Issued:
    """A certificate and its key, both in PEM."""

    pem: str
    key: str

    def write(self, folder: Path) -> Path:
        """Return a new file in *folder* with both."""
        path = folder / f"{abs(hash(self.pem)):x}.pem"
        path.write_text(self.pem + self.key)
        return path


def weak_key() -> rsa.RSAPrivateKey:
    """Return a key that nobody should trust any more."""
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


_KEY_USAGE = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
