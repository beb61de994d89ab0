"""Where Django's admin looks. Each room registers its own lists."""

from pulseboard.access import admin as access
from pulseboard.alerts import admin as alerts
from pulseboard.dashboard.icons import ICONS
from pulseboard.dashboard.views import admin_dashboard
from pulseboard.history import admin as history
from pulseboard.incidents import admin as incidents
from pulseboard.maintenance import admin as maintenance
from pulseboard.monitors import admin as monitors
from pulseboard.notifiers import admin as notifiers
from pulseboard.probes import admin as probes
from pulseboard.statuspage import admin as statuspage

__all__ = [
    "access",
    "alerts",
    "history",
    "incidents",
    "maintenance",
    "monitors",
    "notifiers",
    "probes",
    "statuspage",
]

probes.ICONS.update({standing.value: path for standing, path in ICONS.items()})
monitors.PAGES.append(("dashboard/", admin_dashboard, "pulseboard_dashboard"))
