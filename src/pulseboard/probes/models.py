"""Endpoints as people write them in the admin, the API or a file."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.core.models import InstantField
from pulseboard.monitors.models import Monitor
from pulseboard.tables import FromWriter


class Endpoint(models.Model):
    """
    What is asked from outside. Its `Monitor` remembers how it fares.

    An endpoint of the settings has a row, too, so that lists show it: that row is
    written from the settings, never the other way round.
    """

    name = models.CharField(
        _("name in addresses"),
        max_length=100,
        unique=True,
        help_text=_("Letters, digits and hyphens, such as “public-api”."),
    )
    title = models.CharField(
        _("name"), max_length=150, help_text=_("As people know it: “Public API”.")
    )
    kind = models.CharField(_("kind"), max_length=20, default="http")
    target = models.TextField(
        _("target"),
        help_text=_("A URL, a path of this application, or a host and port."),
    )
    group = models.CharField(
        _("group"),
        max_length=100,
        blank=True,
        help_text=_("Heading it stands under, such as “Customer facing”."),
    )
    #: The rest of what was written, by the names of the settings. Without secrets.
    options = models.JSONField(_("options"), default=dict, blank=True)
    #: Values that no page, answer, export or audit ever holds, by their path.
    secrets = models.JSONField(default=dict, blank=True, editable=False)
    is_trusted = models.BooleanField(
        _("may reach private targets"),
        default=False,
        help_text=_("Lets it ask addresses inside your network, such as 10.1.2.3."),
    )
    source = models.CharField(_("declared in"), max_length=200, blank=True)
    monitor = models.OneToOneField(
        Monitor, on_delete=models.CASCADE, related_name="endpoint", editable=False
    )
    #: Rises with every change: with count and newest id it tells what was read.
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = InstantField(_("created"), editable=False)
    created_by = models.CharField(_("created by"), max_length=150, blank=True)
    updated_at = InstantField(_("changed"), editable=False)

    objects = FromWriter()

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering = ["title"]
        permissions = [
            ("trust_private_targets", _("Can let endpoints reach private targets")),
        ]

    def __str__(self) -> str:
        return self.title
