"""Where Django looks for models. Each lives in its room."""

from pulseboard.access.models import ApiToken, AuditEvent
from pulseboard.alerts.models import SystemAlert
from pulseboard.monitors.models import JobRun, Monitor, RunnerLease
from pulseboard.notifiers.models import Channel, Notification

__all__ = [
    "ApiToken",
    "AuditEvent",
    "Channel",
    "JobRun",
    "Monitor",
    "Notification",
    "RunnerLease",
    "SystemAlert",
]
