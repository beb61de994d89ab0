"""
The sidebar block for Unfold: ``UNFOLD = {"SIDEBAR": {"navigation": [*navigation()]}}``.

Unfold writes into what it is given, so every call returns new dictionaries.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from pulseboard.access.model_admin import may
from pulseboard.core.roles import Role

#: Heading to links: text, icon, name of the admin page, least role.
LINKS = {
    _("Health"): [(_("Dashboard"), "monitor_heart", "dashboard", Role.VIEWER)],
    _("Respond"): [
        (_("Alerts"), "notifications", "systemalert_changelist", Role.VIEWER),
        (_("Incidents"), "campaign", "incident_changelist", Role.VIEWER),
        (_("Maintenance"), "build", "maintenance_changelist", Role.VIEWER),
    ],
    _("Set up"): [
        (_("Components"), "view_list", "component_changelist", Role.VIEWER),
        (_("Monitors"), "fact_check", "monitor_changelist", Role.VIEWER),
        (_("Endpoints"), "travel_explore", "endpoint_changelist", Role.VIEWER),
        (_("Status pages"), "web", "statuspage_changelist", Role.VIEWER),
        (_("Channels"), "forum", "channel_changelist", Role.ADMIN),
    ],
}


def navigation(request: HttpRequest | None = None) -> list[dict[str, Any]]:
    """Return the groups of the sidebar, each link shown to who may open it."""
    return [
        {
            "title": title,
            "separator": True,
            "items": [
                {
                    "title": text,
                    "icon": icon,
                    "link": reverse_lazy(f"admin:pulseboard_{page}"),
                    "permission": _asker(role),
                }
                for text, icon, page, role in links
            ],
        }
        for title, links in LINKS.items()
    ]


def _asker(role: Role) -> Any:
    return lambda request: may(request, role)
