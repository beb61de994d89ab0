"""Incidents, what is said of them, and words prepared for them."""

from __future__ import annotations

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.core.models import InstantField
from pulseboard.core.redaction import one_line
from pulseboard.incidents.markdown import LIMIT
from pulseboard.incidents.placeholders import unknown_in
from pulseboard.incidents.story import Phase
from pulseboard.monitors.models import Component
from pulseboard.monitors.public_status import PublicStatus
from pulseboard.tables import FromWriter

MARKDOWN = _("Markdown. No images, no HTML. At most 10,000 characters.")


class Impact(models.TextChoices):
    """What an incident does to its components."""

    OPERATIONAL = PublicStatus.OPERATIONAL.value, _("None, a notice")
    DEGRADED = PublicStatus.DEGRADED.value, _("Degraded")
    PARTIAL_OUTAGE = PublicStatus.PARTIAL_OUTAGE.value, _("Partial outage")
    MAJOR_OUTAGE = PublicStatus.MAJOR_OUTAGE.value, _("Major outage")


class PhaseChoice(models.TextChoices):
    """Where the public stands with an incident."""

    INVESTIGATING = Phase.INVESTIGATING.value, _("Investigating")
    IDENTIFIED = Phase.IDENTIFIED.value, _("Identified")
    MONITORING = Phase.MONITORING.value, _("Monitoring")
    RESOLVED = Phase.RESOLVED.value, _("Resolved")


class MarkdownField(models.TextField):  # type: ignore[type-arg]
    """A text that people write for the public, of bounded length."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("help_text", MARKDOWN)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.validators.append(MaxLengthValidator(LIMIT))

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        """Be a plain column in migrations: the database sees no difference."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", list(args), dict(kwargs)


class Incident(models.Model):
    """
    A story for people: drafted by an alert or begun by hand, then published.

    `phase` and `resolved_at` follow from the updates; `store` writes both.
    """

    class Response(models.TextChoices):
        OPEN = "open", _("Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        MITIGATING = "mitigating", _("Mitigating")
        DONE = "done", _("Done")

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(
        _("title"),
        max_length=150,
        help_text=_("As visitors read it: “Email delivery is failing”."),
    )
    impact = models.CharField(
        _("impact"),
        max_length=20,
        choices=Impact.choices,
        default=Impact.DEGRADED,
        help_text=_("The banner of the page rises to it, and never falls below it."),
    )
    response = models.CharField(
        _("response"),
        max_length=15,
        choices=Response.choices,
        default=Response.OPEN,
        help_text=_("Where we stand, for staff only."),
    )
    phase = models.CharField(
        _("phase"),
        max_length=15,
        choices=PhaseChoice.choices,
        default=PhaseChoice.INVESTIGATING,
        editable=False,
    )
    affects_everything = models.BooleanField(
        _("affects everything"),
        default=False,
        help_text=_("All services of every page, whatever is chosen below."),
    )
    components = models.ManyToManyField(
        Component,
        verbose_name=_("affected services"),
        related_name="+",
        blank=True,
        help_text=_("Private ones are never named to the public."),
    )
    is_published = models.BooleanField(_("published"), default=False, editable=False)
    published_at = InstantField(_("published at"), null=True, editable=False)
    #: Nobody pressed the button: what a rule published, good news may resolve.
    is_published_by_rule = models.BooleanField(default=False, editable=False)
    started_at = InstantField(
        _("began"), help_text=_("When the trouble began, not when it was noticed.")
    )
    resolved_at = InstantField(_("resolved at"), null=True, editable=False)
    #: Every alert behind it is over; a person decides whether the incident is, too.
    recovered_at = InstantField(_("recovered at"), null=True, editable=False)
    next_update_at = InstantField(
        _("next update by"),
        null=True,
        blank=True,
        help_text=_("When the public is promised the next word. Empty: no promise."),
    )
    postmortem = MarkdownField(_("post-mortem"), blank=True)
    created_at = InstantField(_("created"), editable=False)
    created_by = models.CharField(
        _("created by"), max_length=150, blank=True, editable=False
    )

    objects = FromWriter()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-started_at", "-pk"]
        indexes = [
            # For the page's question: what is published and goes on, or ended lately?
            models.Index(
                fields=["is_published", "resolved_at"], name="pulseboard_incident_page"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(phase="resolved", resolved_at__isnull=False)
                | models.Q(~models.Q(phase="resolved"), resolved_at__isnull=True),
                name="pulseboard_incident_resolved_has_time",
                violation_error_message=_(
                    "A resolved incident has a time, an open one none."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(is_published=True, published_at__isnull=False)
                | models.Q(is_published=False, published_at__isnull=True),
                name="pulseboard_incident_published_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(impact__in=[each.value for each in Impact]),
                name="pulseboard_incident_impact_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Keep the title on one line; refuse a beginning after the end."""
        self.title = one_line(self.title, limit=150)
        if not self.title:
            raise ValidationError({"title": _("This field cannot be blank.")})
        ended_at, began_at = self.resolved_at, self.started_at
        if ended_at is not None and began_at is not None and began_at > ended_at:
            raise ValidationError({"started_at": _("It ended before this.")})


class IncidentUpdate(models.Model):
    """One word to the public."""

    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, related_name="updates"
    )
    phase = models.CharField(
        _("phase"),
        max_length=15,
        choices=PhaseChoice.choices,
        default=PhaseChoice.INVESTIGATING,
    )
    text = MarkdownField(_("text"))
    at = InstantField(_("at"), help_text=_("Not in the future."))
    author = models.CharField(_("author"), max_length=150, blank=True, editable=False)
    edited_at = InstantField(_("edited at"), null=True, editable=False)
    edited_by = models.CharField(
        _("edited by"), max_length=150, blank=True, editable=False
    )

    objects = FromWriter()

    class Meta:
        verbose_name = _("incident update")
        verbose_name_plural = _("incident updates")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_phase_display()}: {self.text[:40]}"


class IncidentAlert(models.Model):
    """
    That an alert belongs to an incident: one alert, one incident, once.

    A copy of what its timeline needs: alerts are deleted after a year, incidents
    never.
    """

    incident = models.ForeignKey(
        Incident, on_delete=models.CASCADE, related_name="alerts"
    )
    alert_id = models.BigIntegerField(_("alert"), unique=True)
    monitor = models.CharField(_("monitor"), max_length=150)
    title = models.CharField(_("title"), max_length=200)
    severity = models.CharField(_("severity"), max_length=10)
    began_at = InstantField(_("began"))
    opened_at = InstantField(_("announced"))
    closed_at = InstantField(_("closed at"), null=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("alert of an incident")
        verbose_name_plural = _("alerts of incidents")
        ordering = ["opened_at", "pk"]

    def __str__(self) -> str:
        return f"{self.severity}: {self.title}"


class IncidentTemplate(models.Model):
    """Words prepared for a bad day."""

    name = models.CharField(
        _("name"), max_length=100, unique=True, help_text=_("Such as “Mail is late”.")
    )
    title = models.CharField(
        _("title"),
        max_length=150,
        help_text=_("With {component} and {since}: “{component} is slow”."),
    )
    text = MarkdownField(
        _("first update"),
        help_text=_("Markdown, with {component} and {since}. No other placeholders."),
    )
    impact = models.CharField(
        _("impact"), max_length=20, choices=Impact.choices, default=Impact.DEGRADED
    )
    components = models.ManyToManyField(
        Component, verbose_name=_("affected services"), related_name="+", blank=True
    )

    objects = FromWriter()

    class Meta:
        verbose_name = _("incident template")
        verbose_name_plural = _("incident templates")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse placeholders that would be shown as they are written."""
        problems = {
            name: [_("Unknown placeholder; use {component} or {since}.")]
            for name in ("title", "text")
            if unknown_in(getattr(self, name))
        }
        if problems:
            raise ValidationError(problems)
