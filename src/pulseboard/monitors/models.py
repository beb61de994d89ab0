"""Monitors as rows, and the rows that runners compete for."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.core.models import InstantField
from pulseboard.core.status import Status
from pulseboard.monitors.definition import Kind
from pulseboard.tables import FromWriter


class Monitor(models.Model):
    """
    One monitor. Declared in code or settings; this row remembers how it fares.

    The schedule is the pair (`slot`, `claimed_by`): a run belongs to the slot of
    time it was due in, and whoever raises the slot owns that run. See `schedule`.
    """

    class KindChoice(models.TextChoices):
        CHECK = Kind.CHECK.value, _("Check")
        PROBE = Kind.PROBE.value, _("Endpoint probe")
        HEARTBEAT = Kind.HEARTBEAT.value, _("Heartbeat")
        INTEGRITY = Kind.INTEGRITY.value, _("Integrity rule")

    class StatusChoice(models.TextChoices):
        HEALTHY = Status.HEALTHY.value, _("Healthy")
        WARNING = Status.WARNING.value, _("Warning")
        CRITICAL = Status.CRITICAL.value, _("Critical")
        UNKNOWN = Status.UNKNOWN.value, _("Unknown")

    name = models.CharField(_("name"), max_length=150, unique=True)
    title = models.CharField(_("title"), max_length=150)
    kind = models.CharField(
        _("kind"), max_length=10, choices=KindChoice.choices, default=KindChoice.CHECK
    )
    group = models.CharField(_("group"), max_length=100, blank=True)
    source = models.CharField(_("declared in"), max_length=200, blank=True)
    declared = models.BooleanField(_("still declared"), default=True)
    enabled = models.BooleanField(
        _("enabled"), default=True, help_text=_("Untick to stop running it.")
    )
    paused_until = InstantField(_("paused until"), null=True, blank=True)
    interval_seconds = models.FloatField(_("interval, seconds"), default=30)
    timeout_seconds = models.FloatField(_("time limit, seconds"), default=2)
    decides_readiness = models.BooleanField(_("decides readiness"), default=False)
    options = models.JSONField(_("options"), default=dict, blank=True)

    slot = models.BigIntegerField(_("slot"), default=-1)
    claimed_by = models.CharField(_("claimed by"), max_length=64, blank=True)

    status = models.CharField(
        _("status"), max_length=10, choices=StatusChoice.choices, default="unknown"
    )
    status_since = InstantField(_("status since"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    readings = models.JSONField(_("readings"), default=dict, blank=True)
    #: The one that is shown first: PostgreSQL and MySQL keep no order of JSON names.
    first_reading = models.CharField(_("first reading"), max_length=100, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    reference = models.CharField(_("log reference"), max_length=20, blank=True)
    degraded = models.CharField(_("poorer source"), max_length=200, blank=True)
    ran_at = InstantField(_("last run"), null=True, blank=True)
    duration_seconds = models.FloatField(_("duration, seconds"), null=True, blank=True)
    good_at = InstantField(_("last good"), null=True, blank=True)
    good_summary = models.CharField(_("last good result"), max_length=200, blank=True)
    #: What its history says of the time before is made up, and marked wherever shown.
    demo_until = InstantField(_("demo history until"), null=True, blank=True)

    #: The last results, newest last: one letter and its time each, see `judge`.
    memory = models.JSONField(_("memory"), default=list, blank=True)
    confirmed = models.CharField(
        _("confirmed status"),
        max_length=10,
        choices=StatusChoice.choices,
        default="unknown",
    )
    confirmed_since = InstantField(_("confirmed since"), null=True, blank=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("monitor")
        verbose_name_plural = _("monitors")
        ordering = ["name"]
        permissions = [
            ("view_dashboard", _("Can see the health dashboard")),
            ("run_checks", _("Can run checks now")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def interval(self) -> timedelta:
        return timedelta(seconds=self.interval_seconds)


class Component(models.Model):
    """
    A line on the status page: what people call it, and the monitors behind it.

    Private until somebody makes it public. `monitors.components` reads these.
    """

    slug = models.SlugField(
        _("slug"),
        max_length=60,
        unique=True,
        help_text=_("Part of its addresses, such as “public-api”."),
    )
    name = models.CharField(
        _("name"), max_length=60, help_text=_("As visitors know it: “Public API”.")
    )
    description = models.CharField(
        _("description"),
        max_length=200,
        blank=True,
        help_text=_("One line for visitors. No host names."),
    )
    group = models.CharField(
        _("group"),
        max_length=60,
        blank=True,
        help_text=_("Heading on the page, such as “Customer facing”."),
    )
    place = models.IntegerField(
        _("place"), default=0, help_text=_("Lower numbers come first.")
    )
    is_public = models.BooleanField(
        _("public"), default=False, help_text=_("Show it on the public page.")
    )
    monitors: models.ManyToManyField[Monitor, ComponentMonitor] = (
        models.ManyToManyField(
            Monitor, through="ComponentMonitor", related_name="components"
        )
    )

    objects = FromWriter()

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        ordering = ["place", "name"]

    def __str__(self) -> str:
        return self.name


class ComponentMonitor(models.Model):
    """That a monitor speaks for a component."""

    component = models.ForeignKey(
        Component, on_delete=models.CASCADE, related_name="parts"
    )
    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="+")
    decides = models.BooleanField(
        _("decides the component"),
        default=False,
        help_text=_("The component is down when this monitor is."),
    )

    objects = FromWriter()

    class Meta:
        verbose_name = _("monitor of a component")
        verbose_name_plural = _("monitors of a component")
        constraints = [
            models.UniqueConstraint(
                fields=["component", "monitor"], name="pulseboard_component_monitor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component_id}: {self.monitor_id}"


class RunnerLease(models.Model):
    """
    The right to run, held by one process for some seconds at a time.

    *number* rises with every change of holder: what an old holder still wants to
    write carries the old number and is refused.
    """

    name = models.CharField(max_length=30, primary_key=True)
    holder = models.CharField(_("holder"), max_length=64, blank=True)
    number = models.BigIntegerField(_("fencing number"), default=0)
    until = InstantField(_("held until"), null=True)
    host = models.CharField(_("host"), max_length=100, blank=True)
    pid = models.IntegerField(_("process"), null=True)
    mode = models.CharField(_("runs as"), max_length=20, blank=True)
    started_at = InstantField(_("since"), null=True)
    ticked_at = InstantField(_("last tick"), null=True)
    stopped_at = InstantField(_("stopped"), null=True)
    stopped_by = models.CharField(_("stopped by"), max_length=150, blank=True)
    figures = models.JSONField(_("figures"), default=dict)

    objects = FromWriter()

    class Meta:
        verbose_name = _("runner")
        verbose_name_plural = _("runners")

    def __str__(self) -> str:
        return self.name


class JobRun(models.Model):
    """When a job of the table of jobs ran last, and what is expected next."""

    name = models.CharField(_("name"), max_length=100, primary_key=True)
    slot = models.BigIntegerField(_("slot"), default=-1)
    ran_at = InstantField(_("last run"), null=True)
    duration_seconds = models.FloatField(_("duration, seconds"), null=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    done_total = models.BigIntegerField(_("runs that succeeded"), default=0)

    objects = FromWriter()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
