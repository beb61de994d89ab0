"""Where Django looks for models. Each lives in its room."""

from pulseboard.access.models import ApiToken, AuditEvent
from pulseboard.alerts.models import SystemAlert
from pulseboard.history.models import (
    DaySummary,
    HealthMetric,
    HourSummaries,
    PackedHour,
    Run,
    Series,
    StatusInterval,
)
from pulseboard.incidents.models import (
    Announcement,
    Asking,
    Incident,
    IncidentAlert,
    IncidentTemplate,
    IncidentUpdate,
    Subscriber,
)
from pulseboard.maintenance.models import KeptOccurrence, Maintenance
from pulseboard.monitors.models import (
    Component,
    ComponentMonitor,
    JobRun,
    Monitor,
    RunnerLease,
)
from pulseboard.notifiers.models import Channel, Notification
from pulseboard.probes.models import Endpoint
from pulseboard.statuspage.models import PageComponent, PageSnapshot, StatusPage
from pulseboard.traffic.models import TrafficCount

__all__ = [
    "Announcement",
    "ApiToken",
    "Asking",
    "AuditEvent",
    "Channel",
    "Component",
    "ComponentMonitor",
    "DaySummary",
    "Endpoint",
    "HealthMetric",
    "HourSummaries",
    "Incident",
    "IncidentAlert",
    "IncidentTemplate",
    "IncidentUpdate",
    "JobRun",
    "KeptOccurrence",
    "Maintenance",
    "Monitor",
    "Notification",
    "PackedHour",
    "PageComponent",
    "PageSnapshot",
    "Run",
    "RunnerLease",
    "Series",
    "StatusInterval",
    "StatusPage",
    "Subscriber",
    "SystemAlert",
    "TrafficCount",
]
