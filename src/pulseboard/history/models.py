"""What was observed, as rows: the last minutes one by one, everything older packed."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.core.buckets import DAY_SECONDS, HOUR_SECONDS, instant
from pulseboard.core.models import InstantField
from pulseboard.core.packing import STATUSES
from pulseboard.core.status import Status
from pulseboard.history.key import series_of, time_of
from pulseboard.history.summary import Summary, unpack_hours
from pulseboard.tables import FromWriter


class StatusNumber(models.IntegerChoices):
    """A status as its place in `STATUSES`."""

    HEALTHY = 0, _("Healthy")
    WARNING = 1, _("Warning")
    CRITICAL = 2, _("Critical")
    UNKNOWN = 3, _("Unknown")


class HealthMetric(models.Model):
    """
    A recent outcome; name and columns are a contract with hosts.

    One row at each change of the raw status and otherwise every five minutes. Every
    run in between is in the packed history.
    """

    class StatusChoice(models.TextChoices):
        HEALTHY = Status.HEALTHY.value, _("Healthy")
        WARNING = Status.WARNING.value, _("Warning")
        CRITICAL = Status.CRITICAL.value, _("Critical")
        UNKNOWN = Status.UNKNOWN.value, _("Unknown")

    metric_name = models.CharField(_("name"), max_length=150)
    metric_value = models.JSONField(
        _("value"),
        default=dict,
        help_text=_("Keys: readings, summary, response_time_ms, reason."),
    )
    status = models.CharField(_("status"), max_length=10, choices=StatusChoice.choices)
    timestamp = InstantField(_("time"))

    objects = FromWriter()

    class Meta:
        verbose_name = _("health metric")
        verbose_name_plural = _("health metrics")
        ordering = ["-timestamp"]
        indexes = [
            # How did this one fare lately?
            models.Index(
                fields=["metric_name", "timestamp"], name="pulseboard_metric_by_time"
            ),
            # When was this one last critical?
            models.Index(
                fields=["metric_name", "status"], name="pulseboard_metric_by_status"
            ),
            # What happened last, and what is old enough to go?
            models.Index(fields=["timestamp"], name="pulseboard_metric_time"),
        ]

    def __str__(self) -> str:
        return f"{self.metric_name}: {self.get_status_display()}"


class Series(models.Model):
    """One reading of one monitor, under the number its history is kept by."""

    monitor = models.CharField(_("monitor"), max_length=150)
    #: Empty for the runs themselves: their statuses, and their durations as values.
    reading = models.CharField(_("reading"), max_length=100, blank=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            models.UniqueConstraint(
                fields=["monitor", "reading"], name="pulseboard_series_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.monitor} {self.reading}".strip()


class Run(models.Model):
    """One run of the last hour or two, until its hour is packed."""

    series = models.ForeignKey(
        Series,
        verbose_name=_("series"),
        on_delete=models.CASCADE,
        db_index=False,  # the constraint's index begins with it
        related_name="+",
    )
    at_ms = models.BigIntegerField(_("time, milliseconds since 1970"))
    status = models.SmallIntegerField(_("status"), choices=StatusNumber.choices)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    duration_seconds = models.FloatField(_("duration, seconds"))
    readings = models.JSONField(_("readings"), default=dict)

    objects = FromWriter()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        constraints = [
            # The same run is stored once. Also answers: what did it do lately?
            models.UniqueConstraint(
                fields=["series", "at_ms"], name="pulseboard_run_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.get_status_display()}"

    @property
    def at(self) -> datetime:
        return instant(self.at_ms)


class Packed(models.Model):
    """What the three packed tables share: the key, which needs no index beside it."""

    #: Time and series in one number, see `history.key`. An AutoField whose numbers we
    #: choose: no other kind is SQLite's own row number, which needs no index.
    key = models.BigAutoField(primary_key=True)
    packed = models.BinaryField(_("packed"))

    #: How long the time that the key counts is.
    SECONDS = HOUR_SECONDS

    objects = FromWriter()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.series_id} {self.began_at:%Y-%m-%d %H:%M}"

    @property
    def began_at(self) -> datetime:
        return instant(time_of(self.key) * self.SECONDS * 1000)

    @property
    def series_id(self) -> int:
        return series_of(self.key)


class PackedHour(Packed):
    """Every run of one hour, about a byte each, see `core.packing`."""

    class Meta:
        verbose_name = _("packed hour")
        verbose_name_plural = _("packed hours")


class HourSummaries(Packed):
    """The hours of a UTC day, each as statuses counted and a sketch."""

    SECONDS = DAY_SECONDS

    class Meta:
        verbose_name = _("hourly summaries of a day")
        verbose_name_plural = _("hourly summaries")

    def summaries(self) -> dict[int, Summary]:
        """Return them by hour, 0 to 23."""
        hours = unpack_hours(bytes(self.packed))
        return {hour: Summary.from_bytes(packed) for hour, packed in hours.items()}


class DaySummary(Packed):
    """A UTC day as statuses counted and a sketch; grows while the day lasts."""

    SECONDS = DAY_SECONDS

    class Meta:
        verbose_name = _("daily summary")
        verbose_name_plural = _("daily summaries")

    def summary(self) -> Summary:
        return Summary.from_bytes(bytes(self.packed))


#: The end of an interval that has none yet. A number, not NULL: a unique index then
#: allows one open interval per series, in every database.
OPEN_MS = 1 << 62


class StatusInterval(models.Model):
    """Time with one confirmed status: what uptime is computed from."""

    series = models.ForeignKey(
        Series,
        verbose_name=_("series"),
        on_delete=models.CASCADE,
        db_index=False,  # the constraint's index begins with it
        related_name="+",
    )
    status = models.SmallIntegerField(_("status"), choices=StatusNumber.choices)
    began_ms = models.BigIntegerField(_("began, milliseconds since 1970"))
    ended_ms = models.BigIntegerField(
        _("ended, milliseconds since 1970"), default=OPEN_MS
    )

    objects = FromWriter()

    class Meta:
        verbose_name = _("status interval")
        verbose_name_plural = _("status intervals")
        constraints = [
            # One is open. Also answers: what overlaps this stretch of time?
            models.UniqueConstraint(
                fields=["series", "ended_ms"], name="pulseboard_interval_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_ms__gt=models.F("began_ms")),
                name="pulseboard_interval_has_length",
            ),
        ]
        indexes = [
            # What is old enough to go?
            models.Index(fields=["ended_ms"], name="pulseboard_interval_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} since {self.began_at:%Y-%m-%d %H:%M:%S}"

    @property
    def began_at(self) -> datetime:
        return instant(self.began_ms)

    @property
    def ended_at(self) -> datetime | None:
        """None while it lasts."""
        return None if self.ended_ms == OPEN_MS else instant(self.ended_ms)


def number_of(status: Status) -> int:
    """Return *status* as it is stored."""
    return STATUSES.index(status)
