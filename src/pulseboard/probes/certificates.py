"""
What a certificate says, read from its DER without asking whether it is true.

    SEQUENCE( SEQUENCE( [0] version, serial, algorithm, issuer, validity, subject,
                        key, [1], [2], [3] extensions ), algorithm, signature )

An own reader: the library for it is heavier than all that is needed here, and the
standard library tells the contents only of certificates that it verified.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from pulseboard.core.redaction import one_line
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.der import (
    GENERALIZED_TIME,
    IDENTIFIER,
    INTEGER,
    OCTETS,
    SEQUENCE,
    UTC_TIME,
    Malformed,
    Reader,
)
from pulseboard.probes.facts import Certificate

#: Longer ones are not read; servers with thousands of names stay below.
DER_BYTES = 512 * 1024
NAMES_KEPT = 100
PARTS_KEPT = 16
TEXT_LENGTH = 200

ENCODINGS = {
    0x0C: "utf-8",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
#: Of a distinguished name: those that tell people who it is.
PARTS = {
    b"\x55\x04\x03": "CN",
    b"\x55\x04\x06": "C",
    b"\x55\x04\x07": "L",
    b"\x55\x04\x08": "ST",
    b"\x55\x04\x0a": "O",
    b"\x55\x04\x0b": "OU",
}
SUBJECT_ALTERNATIVE_NAME = b"\x55\x1d\x11"
VERSION, EXTENSIONS = 0xA0, 0xA3
DNS_NAME, IP_ADDRESS = 0x82, 0x87

TIME = re.compile(r"(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z", re.ASCII)


def read_certificate(der: bytes, *, trusted: bool) -> Certificate:
    """
    Return what the certificate *der* says.

    Args:
        trusted: Whether whoever opened the connection verified it.

    Raises:
        ConnectFailed: It is no certificate.
    """
    try:
        return _read(der, trusted)
    except (Malformed, OverflowError, ValueError):
        raise ConnectFailed(Failure.PROTOCOL) from None


def _read(der: bytes, trusted: bool) -> Certificate:
    if len(der) > DER_BYTES:
        raise Malformed("too long")
    signed = Reader(Reader(Reader(der).expect(SEQUENCE)).expect(SEQUENCE))
    signed.skip(VERSION)
    serial = signed.expect(INTEGER)
    signed.expect(SEQUENCE)
    issuer = _distinguished_name(signed.expect(SEQUENCE))
    validity = Reader(signed.expect(SEQUENCE))
    not_before, not_after = _time(validity), _time(validity)
    subject = _distinguished_name(signed.expect(SEQUENCE))
    signed.expect(SEQUENCE)
    return Certificate(
        subject=subject,
        issuer=issuer,
        names=tuple(itertools.islice(_names(signed), NAMES_KEPT)),
        not_before=not_before,
        not_after=not_after,
        serial=f"{int.from_bytes(serial[:32], 'big'):x}",
        fingerprint=hashlib.sha256(der).hexdigest(),
        trusted=trusted,
    )


def _distinguished_name(contents: memoryview) -> str:
    """Return it as people write it: ``CN=example.org, O=Example``."""
    parts = []
    for _, one in itertools.islice(Reader(contents), PARTS_KEPT):
        pair = Reader(Reader(one).expect(SEQUENCE))
        label = PARTS.get(bytes(pair.expect(IDENTIFIER)[:16]))
        text = _text(*pair.next())
        if label and text:
            parts.append(f"{label}={text}")
    return one_line(", ".join(parts), limit=TEXT_LENGTH)


def _text(tag: int, contents: memoryview) -> str:
    encoding = ENCODINGS.get(tag)
    if encoding is None:
        return ""
    # Cut at a whole character of the widest encoding.
    text = bytes(contents[: 4 * TEXT_LENGTH]).decode(encoding, "replace")
    return one_line(text, limit=TEXT_LENGTH)


def _time(validity: Reader) -> datetime:
    tag, contents = validity.next()
    if tag not in (UTC_TIME, GENERALIZED_TIME):
        raise Malformed("expected a time")
    found = TIME.fullmatch(bytes(contents[:32]).decode("ascii", "replace"))
    if found is None or (len(found[1]) == 2) != (tag == UTC_TIME):
        raise Malformed("expected a time in UTC")
    year, month, day, hour, minute, second = map(int, found.groups())
    if tag == UTC_TIME:  # RFC 5280: 50 to 99 are of the last century
        year += 1900 if year >= 50 else 2000
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _names(signed: Reader) -> Iterator[str]:
    """Yield the DNS names and addresses that the certificate is for."""
    for tag, contents in signed:
        if tag == EXTENSIONS:
            for _, extension in Reader(Reader(contents).expect(SEQUENCE)):
                yield from _alternative_names(Reader(extension))


def _alternative_names(extension: Reader) -> Iterator[str]:
    if extension.expect(IDENTIFIER) != SUBJECT_ALTERNATIVE_NAME:
        return
    extension.skip(0x01)  # whether it is critical
    for tag, contents in Reader(Reader(extension.expect(OCTETS)).expect(SEQUENCE)):
        if tag == DNS_NAME:
            yield _text(0x16, contents)
        elif tag == IP_ADDRESS:
            with contextlib.suppress(ValueError):
                yield str(ipaddress.ip_address(bytes(contents[:17])))
