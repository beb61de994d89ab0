from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.signals import setting_changed
from django.utils.translation import gettext_lazy as _


class PulseboardConfig(AppConfig):
    name = "pulseboard"
    label = "pulseboard"
    verbose_name = _("Pulseboard")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Join the rooms that may not import each other. Starts nothing."""
        from pulseboard import system_checks  # noqa: F401  (registers itself)
        from pulseboard.checks import configured
        from pulseboard.incidents import store as incidents  # noqa: F401  (listens)
        from pulseboard.incidents import zone
        from pulseboard.monitors import registry, run_now
        from pulseboard.notifiers import store as notifiers  # noqa: F401  (listens)
        from pulseboard.probes import configured as endpoints
        from pulseboard.probes import store as probes
        from pulseboard.runner import network
        from pulseboard.runner.run_now import run_by_hand, run_without_database
        from pulseboard.statuspage import store as statuspage
        from pulseboard.traffic import monitor as traffic

        registry.provide(configured.provide)
        registry.provide(traffic.provide)
        registry.provide(endpoints.provide)
        registry.provide_stored(probes.revision, probes.stored)
        registry.derive(network.derive)
        run_now.fill_in(run_by_hand, run_without_database)
        statuspage.watch()
        zone.provide(statuspage.default_zone)
        setting_changed.connect(_forget_monitors)


def _forget_monitors(**kwargs: Any) -> None:
    """Ask again after `override_settings`: databases and caches have monitors, too."""
    from pulseboard.monitors import registry

    registry.forget()
