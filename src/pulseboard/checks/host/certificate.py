"""
When a certificate file stops being valid.

The standard library tells the dates of a certificate only when it came through a
handshake, and a parser library would be one more dependency. So OpenSSL, through
`ssl`, says whether the bytes are a certificate at all, and a strict reader of the few
DER elements on the way to ``validity`` says from when to when::

    Certificate = SEQUENCE { tbsCertificate SEQUENCE {
        [0] version?, serialNumber, signature, issuer,
        validity SEQUENCE { notBefore Time, notAfter Time }, … }, … }
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime

MOST_CERTIFICATES = 100

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")

SEQUENCE, INTEGER, VERSION = 0x30, 0x02, 0xA0
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18


@dataclass(frozen=True, slots=True)
class Validity:
    """From when to when a certificate is valid."""

    starts_at: datetime
    ends_at: datetime


def validities(pem: str) -> list[Validity]:
    """
    Return the validity of each certificate in *pem*, in the order of the file.

    Raises:
        ValueError: There is none, there are more than `MOST_CERTIFICATES`, or one
            is malformed. The message says which of these and nothing of the content.
    """
    blocks = _BLOCK.findall(pem)
    if not blocks:
        raise ValueError("holds no certificate")
    if len(blocks) > MOST_CERTIFICATES:
        raise ValueError(f"holds more than {MOST_CERTIFICATES} certificates")
    return [validity(_der(block)) for block in blocks]


def validity(der: bytes) -> Validity:
    """Return the validity of the certificate *der*, or raise ValueError."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=der)
    except (ssl.SSLError, ValueError):
        raise ValueError("holds a malformed certificate") from None
    certificate = _Reader(der).inside(SEQUENCE)
    fields = certificate.inside(SEQUENCE)
    fields.skip_optional(VERSION)
    fields.skip(INTEGER)
    fields.skip(SEQUENCE)
    fields.skip(SEQUENCE)
    dates = fields.inside(SEQUENCE)
    return Validity(dates.time(), dates.time())


def _der(block: str) -> bytes:
    try:
        return ssl.PEM_cert_to_DER_cert(block)
    except ValueError:
        raise ValueError("holds a malformed certificate") from None


class _Reader:
    """Reads DER elements one after another; anything unexpected is a ValueError."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def inside(self, tag: int) -> _Reader:
        return _Reader(self._next(tag))

    def skip(self, tag: int) -> None:
        self._next(tag)

    def skip_optional(self, tag: int) -> None:
        if self._content[self._at : self._at + 1] == bytes([tag]):
            self._next(tag)

    def time(self) -> datetime:
        tag = self._content[self._at] if self._at < len(self._content) else 0
        text = self._next(tag).decode("ascii", "replace")
        if tag == UTC_TIME and re.fullmatch(r"[0-9]{12}Z", text):
            # RFC 5280, 4.1.2.5.1: two digits from 50 on are of the last century.
            text = ("19" if text >= "50" else "20") + text
        elif tag != GENERALIZED_TIME or not re.fullmatch(r"[0-9]{14}Z", text):
            raise ValueError("holds a malformed date")
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)

    def _next(self, tag: int) -> bytes:
        header = self._content[self._at : self._at + 2]
        if len(header) < 2 or header[0] != tag:
            raise ValueError("holds a malformed certificate")
        start, length = self._at + 2, header[1]
        if length & 0x80:
            size = length & 0x7F
            start += size
            length = int.from_bytes(self._content[start - size : start], "big")
        self._at = start + length
        if self._at > len(self._content):
            raise ValueError("holds a malformed certificate")
        return self._content[start : self._at]
