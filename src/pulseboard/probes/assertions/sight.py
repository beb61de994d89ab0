"""What was seen, by the names that conditions use."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from datetime import datetime

from pulseboard.probes.assertions.documents import (
    MISSING,
    Budget,
    Found,
    Json,
    NotJson,
    read_json,
)
from pulseboard.probes.assertions.names import HEADER, JSON
from pulseboard.probes.assertions.paths import follow
from pulseboard.probes.assertions.syntax import Subject
from pulseboard.probes.facts import Facts

_DAY_SECONDS = 86_400


class Sight:
    """
    What one try saw, asked for by name. The body is read as JSON once at most.

    Args:
        now: For what is counted from today, such as the days of a certificate.
    """

    def __init__(self, facts: Facts, now: datetime) -> None:
        self.facts = facts
        self.now = now
        self.budget = Budget()

    def of(self, subject: Subject) -> Iterator[Found]:
        """
        Yield what *subject* stands for: one value, or any number for a ``[*]``.

        Raises:
            NotJson: It is a path, and the body is no JSON.
            TooMuch: There is too much to look at.
        """
        if subject.name == JSON:
            return follow(self._document, subject.path, self.budget)
        return iter((self._one(subject.name),))

    def _one(self, name: str) -> Found:
        if name.startswith(f"{HEADER}."):
            value: Json = self.facts.header(name.removeprefix(f"{HEADER}."))
        elif name == "body":
            value = self._text
        elif name in self._known:
            value = self._known[name]
        else:
            value = self.facts.values.get(name)
        return MISSING if value is None else value

    @functools.cached_property
    def _document(self) -> Json:
        if self.facts.truncated:
            raise NotJson("longer than what was read")
        return read_json(self._text)

    @functools.cached_property
    def _text(self) -> str:
        return self.facts.body.decode("utf-8", "replace")

    @functools.cached_property
    def _known(self) -> dict[str, Json]:
        """What the other `names.SUBJECTS` stand for; None is missing."""
        seen, phases = self.facts, self.facts.phases
        known: dict[str, Json] = {
            "status": seen.status,
            "time.total": seen.total_seconds,
            "time.dns": phases.dns_seconds,
            "time.connect": phases.connect_seconds,
            "time.tls": phases.tls_seconds,
            "time.first_byte": phases.first_byte_seconds,
            "time.transfer": phases.transfer_seconds,
            "domain.days": days_until(seen.expires_at, self.now),
            "redirect.url": seen.location or None,
            "redirect.count": seen.redirects,
            "dns.rcode": seen.values.get("dns.rcode"),
            "dns.records": list(seen.records),
            "connected": True,
            "ip": seen.address or None,
            # What was cut is larger than any number that somebody compares it with.
            "size": math.inf if seen.truncated else len(seen.body),
        }
        return known | self._certificate()

    def _certificate(self) -> dict[str, Json]:
        shown = self.facts.certificate
        if shown is None:
            return dict.fromkeys(_CERTIFICATE)
        return {
            "cert.days": days_until(shown.not_after, self.now),
            "cert.issuer": shown.issuer,
            "cert.subject": shown.subject,
            "cert.serial": shown.serial,
            "cert.fingerprint": shown.fingerprint,
            "cert.names": list(shown.names),
            "cert.trusted": shown.trusted,
        }


_CERTIFICATE = (
    "cert.days",
    "cert.issuer",
    "cert.subject",
    "cert.serial",
    "cert.fingerprint",
    "cert.names",
    "cert.trusted",
)


def days_until(at: datetime | None, now: datetime) -> float | None:
    """Return the days from *now* to *at*, negative when it is past; None without it."""
    return None if at is None else (at - now).total_seconds() / _DAY_SECONDS
