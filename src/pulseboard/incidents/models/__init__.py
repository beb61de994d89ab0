"""Incidents and those who are told of them, as rows."""

from pulseboard.incidents.models.incidents import (
    Impact,
    Incident,
    IncidentAlert,
    IncidentTemplate,
    IncidentUpdate,
    PhaseChoice,
)
from pulseboard.incidents.models.subscribers import Announcement, Asking, Subscriber

__all__ = [
    "Announcement",
    "Asking",
    "Impact",
    "Incident",
    "IncidentAlert",
    "IncidentTemplate",
    "IncidentUpdate",
    "PhaseChoice",
    "Subscriber",
]
