"""Where Django's admin looks. Each room registers its own lists."""

from pulseboard.access import admin as access
from pulseboard.alerts import admin as alerts
from pulseboard.dashboard.views import admin_dashboard
from pulseboard.history import admin as history
from pulseboard.maintenance import admin as maintenance
from pulseboard.monitors import admin as monitors
from pulseboard.notifiers import admin as notifiers

__all__ = ["access", "alerts", "history", "maintenance", "monitors", "notifiers"]

monitors.PAGES.append(("dashboard/", admin_dashboard, "pulseboard_dashboard"))
