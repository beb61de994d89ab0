from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PulseboardConfig(AppConfig):
    name = "pulseboard"
    label = "pulseboard"
    verbose_name = _("Pulseboard")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pulseboard import system_checks  # noqa: F401  (registers itself)
