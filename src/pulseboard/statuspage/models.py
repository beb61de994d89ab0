"""Status pages as their operators chose them, and the last snapshot of each."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, router, transaction
from django.utils.translation import gettext_lazy as _

from pulseboard.access.language import LANGUAGES
from pulseboard.core.models import InstantField
from pulseboard.monitors.models import Component
from pulseboard.statuspage.colour import problem_with
from pulseboard.statuspage.policy import Policy
from pulseboard.statuspage.snapshot import Look
from pulseboard.statuspage.text import ENGLISH, say
from pulseboard.tables import FromWriter

DEFAULT_SLUG = "default"

#: What stands below ``status-page/`` already, so no page can be called so.
RESERVED = frozenset(
    {
        "badge", "calendar", "confirm", "embed", "feed", "history", "incidents",
        "look", "manage", "preview", "services", "subscribe", "subscription",
        "unsubscribe", "uptime",
    }
)  # fmt: skip

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)
_COLOUR_HELP = _("Such as #0d9b7b, at least 3:1 on white. Empty for the usual one.")


class StatusPage(models.Model):
    """A page for visitors: which components, how it looks, who may read it."""

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the visitor's system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")
        CONTRAST = "contrast", _("High contrast")

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Everybody")
        LOGIN = "login", _("Who is signed in")
        TOKEN = "token", _("Who has its token")

    slug = models.SlugField(
        _("slug"),
        max_length=60,
        unique=True,
        help_text=_("Part of its address, such as “partners”."),
    )
    title = models.CharField(
        _("title"), max_length=60, help_text=_("Such as “Acme Status”.")
    )
    description = models.CharField(
        _("description"),
        max_length=300,
        blank=True,
        help_text=_("A sentence below the title."),
    )
    logo = models.BinaryField(_("logo"), null=True, blank=True, editable=False)
    logo_type = models.CharField(max_length=20, blank=True, editable=False)
    logo_digest = models.CharField(max_length=16, blank=True, editable=False)
    primary_colour = models.CharField(
        _("primary colour"), max_length=7, blank=True, help_text=_COLOUR_HELP
    )
    success_colour = models.CharField(
        _("colour of success"), max_length=7, blank=True, help_text=_COLOUR_HELP
    )
    warning_colour = models.CharField(
        _("colour of warning"), max_length=7, blank=True, help_text=_COLOUR_HELP
    )
    danger_colour = models.CharField(
        _("colour of danger"), max_length=7, blank=True, help_text=_COLOUR_HELP
    )
    theme = models.CharField(
        _("theme"), max_length=10, choices=Theme.choices, default=Theme.AUTO
    )
    refresh_seconds = models.PositiveIntegerField(
        _("refresh, seconds"),
        default=60,
        validators=[MinValueValidator(15), MaxValueValidator(600)],
        help_text=_("How often an open page looks again: 15 to 600."),
    )
    zone = models.CharField(
        _("time zone"),
        max_length=60,
        blank=True,
        help_text=_("Whose days the bars are, such as Europe/Madrid. Empty: ours."),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        help_text=_("Such as “de”. Empty: as the visitor's browser asks."),
    )
    host_name = models.CharField(
        _("host name"),
        max_length=200,
        unique=True,
        null=True,
        blank=True,
        help_text=_("Requests for this host see this page, as in status.example.com."),
    )
    visibility = models.CharField(
        _("may be read by"),
        max_length=10,
        choices=Visibility.choices,
        default=Visibility.PUBLIC,
    )
    token_digest = models.CharField(max_length=64, blank=True, editable=False)
    may_be_embedded = models.BooleanField(
        _("may be embedded"),
        default=False,
        help_text=_("Other sites may show it in a frame."),
    )
    shows_everything = models.BooleanField(
        _("all public components"),
        default=False,
        help_text=_("Also those to come; otherwise the ones chosen below."),
    )
    components: models.ManyToManyField[Component, PageComponent] = (
        models.ManyToManyField(Component, through="PageComponent", related_name="+")
    )
    shows_response_times = models.BooleanField(_("response times"), default=True)
    shows_uptime = models.BooleanField(_("uptime"), default=True)
    shows_history = models.BooleanField(_("incident history"), default=True)
    shows_performance = models.BooleanField(_("system performance"), default=True)
    shows_resources = models.BooleanField(_("CPU and memory"), default=False)
    shows_charts = models.BooleanField(_("charts"), default=True)
    accepts_subscribers = models.BooleanField(_("subscribing"), default=True)
    degraded_is_down = models.BooleanField(
        _("degraded counts as down"),
        default=False,
        help_text=_("Otherwise slow time counts as up."),
    )
    maintenance_is_up = models.BooleanField(
        _("maintenance counts as up"),
        default=False,
        help_text=_("Otherwise planned work is left out of uptime."),
    )
    unknown_is_down = models.BooleanField(
        _("unknown counts as down"),
        default=False,
        help_text=_("Otherwise time without measurements is left out of uptime."),
    )

    objects = FromWriter()

    class Meta:
        verbose_name = _("status page")
        verbose_name_plural = _("status pages")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(visibility__in=["public", "login", "token"]),
                name="pulseboard_page_visibility_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Whether anybody may read it."""
        return self.visibility == self.Visibility.PUBLIC

    @property
    def policy(self) -> Policy:
        """What it counts as up."""
        return Policy(
            degraded_is_down=self.degraded_is_down,
            maintenance_is_up=self.maintenance_is_up,
            unknown_is_down=self.unknown_is_down,
        )

    def as_look(self, zone: str, logo: str = "") -> Look:
        """
        Return how it looks.

        Args:
            zone: Used when it has none of its own.
            logo: Address of its image.
        """
        colours = {
            "primary": self.primary_colour,
            "success": self.success_colour,
            "warning": self.warning_colour,
            "danger": self.danger_colour,
        }
        return Look(
            slug=self.slug,
            title=self.title,
            description=self.description,
            zone=self.zone or zone,
            language=self.language,
            refresh_seconds=self.refresh_seconds,
            logo=logo if self.logo_digest else "",
            theme=self.theme,
            colours={name: colour for name, colour in colours.items() if colour},
            shows_response_times=self.shows_response_times,
            shows_uptime=self.shows_uptime,
            shows_history=self.shows_history,
            shows_performance=self.shows_performance,
            shows_resources=self.shows_resources,
            shows_charts=self.shows_charts,
            accepts_subscribers=self.accepts_subscribers,
            may_be_embedded=self.may_be_embedded,
            policy=self.policy,
        )

    def save(self, *arguments: Any, **options: Any) -> None:
        """
        Write the page; who may read it now reads nothing that was built before.

        What was built for the readers of a private page may name what is private.
        """
        with transaction.atomic(using=router.db_for_write(PageSnapshot)):
            opened = (
                type(self)
                .objects.filter(pk=self.pk)
                .exclude(visibility=self.visibility)
            )
            if self.pk is not None and opened.exists():
                PageSnapshot.objects.filter(page=self).delete()
            super().save(*arguments, **options)

    def clean(self) -> None:
        """Refuse what the page could not be read with."""
        problems: dict[str, object] = {}
        for name in ("primary", "success", "warning", "danger"):
            field = f"{name}_colour"
            if problem := problem_with(getattr(self, field)):
                problems[field] = say(problem, ENGLISH)
        if self.slug in RESERVED:
            problems["slug"] = _("This word is taken by an address of ours.")
        if self.zone and self.zone not in available_timezones():
            problems["zone"] = _("Expected a zone such as Europe/Madrid.")
        if self.language and self.language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            problems["language"] = _("Expected one of: %s") % known
        self.host_name = (self.host_name or "").strip().lower().rstrip(".") or None
        if self.host_name and not _HOST.fullmatch(self.host_name):
            problems["host_name"] = _("Expected a host name, without scheme or port.")
        if problems:
            raise ValidationError(problems)


class PageComponent(models.Model):
    """That a page shows a component, and where."""

    page = models.ForeignKey(StatusPage, on_delete=models.CASCADE, related_name="parts")
    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="+")
    place = models.IntegerField(
        _("place"), default=0, help_text=_("Lower numbers come first.")
    )

    objects = FromWriter()

    class Meta:
        verbose_name = _("component of a page")
        verbose_name_plural = _("components of a page")
        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "component"], name="pulseboard_page_component"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.component_id}"


class PageSnapshot(models.Model):
    """What a page said last; visitors read this and nothing else."""

    page = models.OneToOneField(
        StatusPage, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    body = models.BinaryField(_("body"))
    etag = models.CharField(_("version"), max_length=32)
    built_at = InstantField(_("built"))
    observed_at = InstantField(_("last sign of life"), null=True)
    stale_after_seconds = models.FloatField(_("stale after, seconds"), default=90)
    is_outdated = models.BooleanField(_("outdated"), default=False)

    objects = FromWriter()

    class Meta:
        verbose_name = _("snapshot of a page")
        verbose_name_plural = _("snapshots of pages")

    def __str__(self) -> str:
        return f"{self.page_id} {self.built_at:%Y-%m-%d %H:%M:%S}"
