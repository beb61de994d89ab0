"""Alerts as rows: `SystemAlert` and its columns are a contract with hosts."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.core.models import InstantField
from pulseboard.tables import FromWriter


class SystemAlert(models.Model):
    """Trouble that was announced. One is open per type and subject."""

    class Severity(models.TextChoices):
        INFO = "info", _("Info")
        WARNING = "warning", _("Warning")
        CRITICAL = "critical", _("Critical")

    class State(models.TextChoices):
        FIRING = "firing", _("Firing")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        RESOLVED = "resolved", _("Resolved")

    alert_type = models.CharField(_("type"), max_length=100)
    subject = models.CharField(_("subject"), max_length=150)
    title = models.CharField(_("title"), max_length=200)
    message = models.TextField(_("message"))
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    state = models.CharField(
        _("state"), max_length=15, choices=State.choices, default=State.FIRING
    )
    resolved = models.BooleanField(_("resolved"), default=False)
    began_at = InstantField(_("began"))
    created_at = InstantField(_("announced"))
    resolved_at = InstantField(_("resolved at"), null=True, blank=True)
    resolved_by = models.CharField(_("resolved by"), max_length=150, blank=True)
    acknowledged_at = InstantField(_("acknowledged at"), null=True, blank=True)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=150, blank=True)
    reminded_at = InstantField(_("last reminder"), null=True, blank=True)
    #: Nothing but notices was announced of it (see `core.outcome.NOTICE`).
    is_notice = models.BooleanField(default=False, editable=False)
    #: Type and subject while open, NULL after: a unique index that every database
    #: has (MariaDB knows no partial ones) keeps it at one open alert.
    open_key = models.CharField(max_length=255, null=True, unique=True, editable=False)

    objects = FromWriter()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-created_at"]
        permissions = [("acknowledge_alert", _("Can acknowledge and resolve alerts"))]
        indexes = [
            # For the dashboard's question: what is open, worst first?
            models.Index(
                fields=["resolved", "created_at"], name="pulseboard_alert_open"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resolved=True, resolved_at__isnull=False)
                | models.Q(resolved=False, resolved_at__isnull=True),
                name="pulseboard_alert_resolved_has_time",
                violation_error_message=_(
                    "A resolved alert has a time, an open one none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_severity_display()}: {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep state and key with `resolved`, also for rows that a host changes."""
        if self.resolved:
            self.state = self.State.RESOLVED
        elif self.state == self.State.RESOLVED:
            self.state = self.State.FIRING
        self.open_key = (
            None if self.resolved else open_key_of(self.alert_type, self.subject)
        )
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "state", "open_key"}
        super().save(*args, **kwargs)


def open_key_of(alert_type: str, subject: str) -> str:
    """Return what an open alert of *subject* holds, and no other may."""
    return f"{alert_type}:{subject}"[:255]
