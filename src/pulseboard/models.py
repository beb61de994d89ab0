"""Where Django looks for models. Each lives in its room."""

from pulseboard.alerts.models import SystemAlert
from pulseboard.monitors.models import Monitor
from pulseboard.notifiers.models import Channel, Notification
from pulseboard.runner.models import JobRun, RunnerLease

__all__ = [
    "Channel",
    "JobRun",
    "Monitor",
    "Notification",
    "RunnerLease",
    "SystemAlert",
]
