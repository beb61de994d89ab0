"""Counted requests as rows: a minute per process, later an hour for all."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.tables import FromWriter


class TrafficCount(models.Model):
    """Requests of one route, method and status class in one span of time."""

    started = models.BigIntegerField(_("start, epoch seconds"))
    span_seconds = models.IntegerField(_("length, seconds"), default=60)
    process = models.CharField(_("process"), max_length=40, blank=True)
    route = models.CharField(_("route"), max_length=200)
    method = models.CharField(_("method"), max_length=10)
    status_class = models.SmallIntegerField(_("status class"))
    count = models.BigIntegerField(_("requests"))
    total_seconds = models.FloatField(_("time, seconds"))
    slowest_seconds = models.FloatField(_("slowest, seconds"))
    sketch = models.BinaryField(_("distribution"))

    objects = FromWriter()

    class Meta:
        verbose_name = _("request count")
        verbose_name_plural = _("request counts")
        ordering = ["-started", "route"]
        indexes = [
            # For the questions: the last hour, what is past its retention?
            models.Index(fields=["started", "process"], name="pulseboard_traffic_time"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.status_class}xx"
