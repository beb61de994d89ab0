"""Real certificates made on the spot."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    pem: str
    der: bytes


@functools.cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_pem() -> str:
    """Return the private key of every certificate made here."""
    return (
        _key()
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
