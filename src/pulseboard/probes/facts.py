"""What one try of a probe saw. All text in here is hostile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Value = str | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """
    The certificate that a server showed.

    Args:
        not_after: From then on it is not valid.
        names: Of whom, at most 100.
        trusted: Whether it was verified; False when nobody asked for that.
    """

    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    not_before: datetime
    not_after: datetime
    serial: str = ""
    fingerprint: str = ""
    trusted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """How long each part took, in seconds; None where it did not happen."""

    dns_seconds: float | None = None
    connect_seconds: float | None = None
    tls_seconds: float | None = None
    first_byte_seconds: float | None = None
    transfer_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """
    What was seen, for conditions to speak about.

    Args:
        total_seconds: From the first step to the last byte, redirects included.
        summary: What the server answered in a few words, such as ``200 OK``.
        status: HTTP status; None for other protocols.
        headers: In order, names in lower case.
        body: Decoded and cut to what was asked for; *truncated* says there was more.
        address: That was connected to. For conditions and staff, never for storage.
        location: Where the last redirect led, whether or not it was followed.
        redirects: How many were followed.
        expires_at: Of a domain, as its registry says.
        records: What a name server answered, one text per record.
        values: What only one kind sees, by the name that conditions use, such as
            ``grpc.status`` or ``dns.rcode``.
        readings: Of those, what is worth a curve, units in the names.
        warnings: What is not well although it was answered; sentences of ours.
    """

    total_seconds: float
    summary: str = ""
    phases: Phases = field(default_factory=Phases)
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    truncated: bool = False
    address: str = ""
    location: str = ""
    redirects: int = 0
    certificate: Certificate | None = None
    expires_at: datetime | None = None
    records: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    readings: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """Return the first header *name*, None without one."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key == wanted), None)
