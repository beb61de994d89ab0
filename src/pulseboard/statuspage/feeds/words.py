"""The words that feeds are written in, translated by whoever asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulseboard.incidents.story import Phase
from pulseboard.monitors.public_status import PublicStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """
    Args:
        language: A language tag, such as ``en``.
        headline: The banner's sentence.
        planned: With ``%(title)s``.
    """

    language: str = "en"
    headline: str = ""
    planned: str = "Maintenance: %(title)s"
    updated: str = "Updated"
    services: str = "Services"
    incidents: str = "Incidents"
    maintenance: str = "Maintenance"
    no_incidents: str = "No incidents in the last 90 days."
    next_update: str = "Next update by"
    uptime: str = "Uptime"
    response_time: str = "Response time"
    since: str = "since"
    phases: Mapping[Phase, str] = field(
        default_factory=lambda: {
            each: each.value.replace("_", " ").capitalize() for each in Phase
        }
    )
    statuses: Mapping[PublicStatus, str] = field(
        default_factory=lambda: {
            each: each.value.replace("_", " ").capitalize() for each in PublicStatus
        }
    )
