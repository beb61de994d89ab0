"""Who runs: one row that runners compete for, and one row for each job."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunnerLease(models.Model):
    """
    The right to run, held by one process for some seconds at a time.

    *number* rises with every change of holder: what an old holder still wants to
    write carries the old number and is refused.
    """

    name = models.CharField(max_length=30, primary_key=True)
    holder = models.CharField(_("holder"), max_length=64, blank=True)
    number = models.BigIntegerField(_("fencing number"), default=0)
    until = models.DateTimeField(_("held until"), null=True)
    host = models.CharField(_("host"), max_length=100, blank=True)
    pid = models.IntegerField(_("process"), null=True)
    mode = models.CharField(_("runs as"), max_length=20, blank=True)
    started_at = models.DateTimeField(_("since"), null=True)
    ticked_at = models.DateTimeField(_("last tick"), null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    stopped_by = models.CharField(_("stopped by"), max_length=150, blank=True)
    figures = models.JSONField(_("figures"), default=dict)

    class Meta:
        verbose_name = _("runner")
        verbose_name_plural = _("runners")

    def __str__(self) -> str:
        return self.name


class JobRun(models.Model):
    """When a job of the table of jobs ran last, and what is expected next."""

    name = models.CharField(_("name"), max_length=100, primary_key=True)
    slot = models.BigIntegerField(_("slot"), default=-1)
    ran_at = models.DateTimeField(_("last run"), null=True)
    duration_seconds = models.FloatField(_("duration, seconds"), null=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    #: Runs per hour of the last day, newest last: ``[[hour, done], …]``.
    done = models.JSONField(_("done"), default=list)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
