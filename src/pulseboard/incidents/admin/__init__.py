"""Incidents, their templates and subscribers in the admin."""

from pulseboard.incidents.admin import alerts as alerts
from pulseboard.incidents.admin.incidents import IncidentAdmin
from pulseboard.incidents.admin.subscribers import SubscriberAdmin
from pulseboard.incidents.admin.templates import IncidentTemplateAdmin

__all__ = ["IncidentAdmin", "IncidentTemplateAdmin", "SubscriberAdmin"]
