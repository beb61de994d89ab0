"""Domain names: until when one is registered, as its registry says over RDAP."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.guard.target import parse_host, parse_url
from pulseboard.guard.verdict import Trust
from pulseboard.probes.checked import naming
from pulseboard.probes.facts import Facts
from pulseboard.probes.kinds.http import Http
from pulseboard.probes.probe import Probe, Try, kind

#: Sends on to the registry of each top-level domain.
RDAP_SERVER = "https://rdap.org/domain/"
ANSWER_BYTES = 256 * 1024
EVENTS = 100


@kind("domain")
@dataclass(frozen=True, kw_only=True)
class Domain(Probe):
    """
    Args:
        domain: As registered, such as ``example.org``.
        rdap_server: URL to which the name is added. Registries do not like to be
            asked often: that is why a day is usual, and an hour the least.
        authorities: Certificates in PEM that are trusted in place of the usual ones.
    """

    domain: str
    rdap_server: str = RDAP_SERVER
    authorities: str = ""

    usual_expiry_days: ClassVar[tuple[int, ...]] = (30, 14, 7, 3, 1)
    usual_every: ClassVar[timedelta] = timedelta(days=1)
    least_every: ClassVar[timedelta] = timedelta(hours=1)
    presumed: ClassVar[tuple[str, ...]] = (
        "status in 200, 404",
        "domain.registered == true",
    )

    def __post_init__(self) -> None:
        with naming("domain"):
            parse_host(self.domain, Trust.CODE)
        if "." not in self.domain.strip("."):
            raise ConfigError("domain: expected a name such as example.org")
        with naming("rdap_server"):
            parse_url(self.rdap_server, Trust.CODE)
        _ = self._question()  # refuses what is wrong with the rest

    async def ask(self, one: Try) -> Facts:
        facts = await self._question().ask(one)
        registered = facts.status == 200
        ends_at = read_expiry(facts.body) if registered else None
        return replace(
            facts,
            summary="registered" if registered else facts.summary,
            body=b"",
            certificate=None,  # the registry's, which nobody asked about
            expires_at=ends_at,
            values={"domain.registered": registered},
        )

    def _question(self) -> Http:
        return Http(
            url=self.rdap_server + self.domain.removesuffix(".").lower(),
            headers={"accept": "application/rdap+json, application/json"},
            authorities=self.authorities,
            max_bytes=ANSWER_BYTES,
        )


def read_expiry(body: bytes) -> datetime | None:
    """
    Return when the registration ends, None when the answer does not say.

    Raises:
        ConnectFailed: It is no answer of a registry.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise ConnectFailed(Failure.PROTOCOL) from None
    if not isinstance(answer, dict):
        raise ConnectFailed(Failure.PROTOCOL)
    events = answer.get("events")
    for each in events[:EVENTS] if isinstance(events, list) else ():
        if isinstance(each, dict) and each.get("eventAction") == "expiration":
            return _instant(each.get("eventDate"))
    return None


def _instant(text: object) -> datetime | None:
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
