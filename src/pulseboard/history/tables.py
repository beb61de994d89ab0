"""What our tables are for: how long their rows stay, whether to back them up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purpose:
    """
    Args:
        kept_for: Name of the setting; or how long in words.
        backup: Whether losing it would be felt, and why.
    """

    kept_for: str
    backup: str


YES, NO = "yes", "no"

#: By the name of the model.
PURPOSES: dict[str, Purpose] = {
    "Announcement": Purpose("keep_notifications_for", f"{NO}: what was told"),
    "ApiToken": Purpose("until deleted", f"{YES}: callers would need new tokens"),
    "Asking": Purpose("1 hour", f"{NO}: who asked too often"),
    "AuditEvent": Purpose("keep_audit_for", f"{YES}: who did what"),
    "Channel": Purpose("until deleted", f"{YES}: where alerts go"),
    "Component": Purpose("until deleted", f"{YES}: what the public is told of"),
    "ComponentMonitor": Purpose("until deleted", f"{YES}: what speaks for a component"),
    "DaySummary": Purpose("for good", f"{YES}: the long history"),
    "Endpoint": Purpose("until deleted", f"{YES}: what is asked from outside"),
    "HealthMetric": Purpose("keep_metrics_for", f"{NO}: also in the packed history"),
    "HourSummaries": Purpose("keep_hours_for", f"{YES}: the history by the hour"),
    "Incident": Purpose("for good", f"{YES}: what the public was told"),
    "IncidentAlert": Purpose("for good", f"{YES}: what incidents began with"),
    "IncidentTemplate": Purpose("until deleted", f"{YES}: words for a bad day"),
    "IncidentUpdate": Purpose("for good", f"{YES}: what the public was told"),
    "Incident_components": Purpose("until deleted", f"{YES}: what an incident affects"),
    "IncidentTemplate_components": Purpose(
        "until deleted", f"{YES}: what a template names"
    ),
    "Subscriber_components": Purpose(
        "until deleted", f"{YES}: which services somebody chose"
    ),
    "JobRun": Purpose("until replaced", f"{NO}: made again"),
    "KeptOccurrence": Purpose("until deleted", f"{YES}: when maintenance really was"),
    "Maintenance": Purpose("until deleted", f"{YES}: planned windows"),
    "Monitor": Purpose("until deleted", f"{YES}: what was paused or switched off"),
    "Notification": Purpose("keep_notifications_for", f"{NO}: what was sent"),
    "PackedHour": Purpose("keep_samples_for", f"{YES}: every run, packed"),
    "PageComponent": Purpose("until deleted", f"{YES}: what a page shows"),
    "PageSnapshot": Purpose("until replaced", f"{NO}: made again"),
    "Run": Purpose("2 hours", f"{NO}: packed soon"),
    "RunnerLease": Purpose("until replaced", f"{NO}: made again"),
    "Series": Purpose("for good", f"{YES}: the history cannot be read without"),
    "StatusInterval": Purpose("for good", f"{YES}: uptime is computed from it"),
    "Subscriber": Purpose(
        "until they unsubscribe, 24 hours unless confirmed",
        f"{YES}: who asked to be told",
    ),
    "StatusPage": Purpose("until deleted", f"{YES}: how pages look, and who reads"),
    "SystemAlert": Purpose("keep_alerts_for", f"{YES}: what went wrong"),
    "TrafficCount": Purpose("keep_metrics_for", f"{NO}: counted anew"),
}
UNKNOWN_PURPOSE = Purpose("not known", "not known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    One table as it is.

    Args:
        size_bytes: With its indexes; None when the database does not tell.
        estimated: Whether the size is only a guess.
    """

    model: str
    name: str
    rows: int
    size_bytes: int | None
    estimated: bool = False

    @property
    def purpose(self) -> Purpose:
        return PURPOSES.get(self.model, UNKNOWN_PURPOSE)
