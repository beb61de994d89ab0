"""Planned windows as rows."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.core.models import InstantField
from pulseboard.tables import FromWriter


class Maintenance(models.Model):
    """A planned window: nothing is announced for what it covers."""

    title = models.CharField(
        _("title"), max_length=150, help_text=_("Such as “Database upgrade”.")
    )
    starts_at = InstantField(_("starts"))
    ends_at = InstantField(_("ends"))
    monitors = models.JSONField(
        _("monitors"),
        default=list,
        blank=True,
        help_text=_('Names, such as ["database", "cache"]. Empty for all.'),
    )
    created_by = models.CharField(_("created by"), max_length=150, blank=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("maintenance")
        verbose_name_plural = _("maintenance")
        ordering = ["-starts_at"]
        indexes = [
            # For the runner's question: which windows are open?
            models.Index(fields=["ends_at", "starts_at"], name="pulseboard_mnt_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="pulseboard_maintenance_ends_after_start",
                violation_error_message=_("The end must lie after the start."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse what would cover nothing, or by accident everything."""
        names = self.monitors
        if not isinstance(names, list) or any(not isinstance(n, str) for n in names):
            raise ValidationError(
                {"monitors": _('Expected a list of names such as ["cache"].')}
            )

    def covers(self, monitor: str) -> bool:
        """Return whether *monitor* is meant; an empty list means all."""
        return not self.monitors or monitor in self.monitors
