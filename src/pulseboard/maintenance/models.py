"""Planned windows as rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.core.errors import ConfigError
from pulseboard.core.models import InstantField
from pulseboard.maintenance import repeat_rule
from pulseboard.maintenance.cron_rule import parse_cron_rule
from pulseboard.maintenance.occurrence import Occurrence
from pulseboard.maintenance.plan import Plan, Planned
from pulseboard.maintenance.recurrence import (
    EARLIEST,
    LATEST,
    LONGEST_WINDOW,
    Recurrence,
    Window,
)
from pulseboard.maintenance.repeat_rule import parse_repeat_rule
from pulseboard.maintenance.wall_clock import zone_of
from pulseboard.tables import FromWriter

LONGEST_MINUTES = LONGEST_WINDOW // timedelta(minutes=1)
MOST_NAMES = 200
_MIDNIGHT = time()


def new_uid() -> str:
    """Return what a window is known by in calendars."""
    return uuid.uuid4().hex


def site_zone() -> str:
    """Return the zone of the host's settings."""
    return str(settings.TIME_ZONE or "UTC")


class Maintenance(models.Model):
    """
    Planned work: when it is, what it covers and what it does meanwhile.

    Which times count depends on *kind*; those of other kinds stay empty. What became
    of single occurrences stands in `KeptOccurrence`.
    """

    class Kind(models.TextChoices):
        ONCE = "once", _("Once")
        RRULE = "rrule", _("Repeats, by calendar rule (RRULE)")
        CRON = "cron", _("Repeats, by cron")
        MANUAL = "manual", _("Started and ended by hand")

    uid = models.CharField(max_length=32, unique=True, default=new_uid, editable=False)
    title = models.CharField(
        _("title"),
        max_length=150,
        help_text=_("Such as “Database upgrade”. Visitors of the page read it."),
    )
    description = models.TextField(
        _("description"),
        max_length=2000,
        blank=True,
        help_text=_("What visitors will notice. No host names."),
    )
    kind = models.CharField(
        _("happens"), max_length=10, choices=Kind.choices, default=Kind.ONCE
    )
    zone = models.CharField(
        _("time zone"),
        max_length=64,
        default=site_zone,
        help_text=_("All times below are on its clock. Such as Europe/Madrid."),
    )
    starts_at = InstantField(_("starts"), null=True, blank=True)
    ends_at = InstantField(_("ends"), null=True, blank=True)
    rule = models.CharField(
        _("rule"),
        max_length=repeat_rule.LONGEST_TEXT,
        blank=True,
        help_text=_(
            "RRULE: FREQ=WEEKLY;BYDAY=SU or FREQ=MONTHLY;BYDAY=2SA. "
            "Cron: 30 2 * * SUN (minute, hour, day, month, weekday)."
        ),
    )
    first_on = models.DateField(
        _("first day"),
        null=True,
        blank=True,
        help_text=_("When it repeats: no earlier than this day. Empty for today."),
    )
    last_on = models.DateField(
        _("last day"),
        null=True,
        blank=True,
        help_text=_("When it repeats: none starts later. Empty for no end."),
    )
    start_time = models.TimeField(
        _("start time"),
        null=True,
        blank=True,
        help_text=_("With an RRULE, such as 02:30. A cron rule has its own."),
    )
    duration_minutes = models.PositiveIntegerField(
        _("duration, minutes"),
        null=True,
        blank=True,
        help_text=_("Such as 90; at most 10080 (7 days). By hand: ends by itself."),
    )
    everything = models.BooleanField(
        _("covers everything"),
        default=False,
        help_text=_("All monitors and components, also those added later."),
    )
    monitors = models.JSONField(
        _("monitors"), default=list, blank=True, help_text=_("Names.")
    )
    components = models.JSONField(
        _("components"),
        default=list,
        blank=True,
        help_text=_("Slugs; their monitors are covered with them."),
    )
    groups = models.JSONField(
        _("groups"),
        default=list,
        blank=True,
        help_text=_("All monitors of these groups, also those added later."),
    )
    mutes = models.BooleanField(
        _("mutes alerts"),
        default=True,
        help_text=_("No alert opens or reminds. Measuring goes on."),
    )
    excludes = models.BooleanField(
        _("left out of uptime"),
        default=True,
        help_text=_("Its time counts as neither up nor down."),
    )
    shows = models.BooleanField(
        _("shown on the status page"),
        default=True,
        help_text=_("Announced 7 days before, and in the calendar."),
    )
    planned_from = InstantField(null=True, blank=True, editable=False)
    cancelled_at = InstantField(_("cancelled"), null=True, blank=True, editable=False)
    created_by = models.CharField(
        _("created by"), max_length=150, blank=True, editable=False
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    updated_at = InstantField(_("changed"), auto_now=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("maintenance")
        verbose_name_plural = _("maintenance")
        ordering = ["-pk"]
        indexes = [
            # For the question: which windows that happen once overlap this time?
            models.Index(fields=["ends_at", "starts_at"], name="pulseboard_mnt_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="pulseboard_maintenance_ends_after_start",
                violation_error_message=_("The end must lie after the start."),
            ),
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")),
                name="pulseboard_maintenance_days_in_order",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=models.Q(duration_minutes__range=(1, LONGEST_MINUTES)),
                name="pulseboard_maintenance_duration",
                violation_error_message=_("Expected 1 to 10080 minutes."),
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(
                        kind="once", starts_at__isnull=False, ends_at__isnull=False
                    )
                    | models.Q(
                        kind="rrule",
                        first_on__isnull=False,
                        start_time__isnull=False,
                        duration_minutes__isnull=False,
                    )
                    | models.Q(
                        kind="cron",
                        first_on__isnull=False,
                        duration_minutes__isnull=False,
                    )
                    | models.Q(kind="manual")
                ),
                name="pulseboard_maintenance_has_its_times",
                violation_error_message=_("A time of this kind is missing."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Count the change: calendars and caches go by it."""
        self.revision += 1
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse what would never be, lasts too long, or covers nothing."""
        self._forget_times_of_other_kinds()
        # Dates are looked for only when every time is sound: it could take for ever.
        found = list(self._time_problems()) or list(self._date_problems())
        problems: dict[str, Any] = {}
        for field, problem in (*found, *_scope_problems(self)):
            problems.setdefault(field, problem)
        if problems:
            raise ValidationError(problems)

    def as_plan(self, kept: Mapping[datetime, datetime] | None = None) -> Plan:
        """
        Return when it is.

        Args:
            kept: Start and end of its kept occurrences.

        Raises:
            ConfigError: It was stored unchecked.
        """
        once = recurrence = None
        if self.kind == self.Kind.ONCE and self.starts_at and self.ends_at:
            once = Window(self.starts_at, self.ends_at)
        elif self.kind in (self.Kind.RRULE, self.Kind.CRON):
            recurrence = self._recurrence()
        return Plan(
            once=once,
            recurrence=recurrence,
            planned_from=self.planned_from,
            cancelled_at=self.cancelled_at,
            kept=kept or {},
        )

    def as_occurrence(self, planned: Planned) -> Occurrence:
        """Return its occurrence at the time of *planned*."""
        # What happens once keeps its key, so that calendars move it.
        happens_once = self.kind == self.Kind.ONCE
        key = f"{planned.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        return Occurrence(
            key=self.uid if happens_once else f"{self.uid}-{key}",
            title=self.title,
            description=self.description,
            # PostgreSQL answers in the host's zone when that does without USE_TZ.
            starts_at=planned.starts_at.astimezone(UTC),
            ends_at=planned.ends_at.astimezone(UTC),
            zone=self.zone,
            everything=self.everything,
            monitors=frozenset(self.monitors),
            components=frozenset(self.components),
            groups=frozenset(self.groups),
            mutes=self.mutes,
            excludes=self.excludes,
            shows=self.shows,
            sequence=self.revision,
            changed_at=self.updated_at.astimezone(UTC) if self.pk else None,
            is_cancelled=planned.is_cancelled,
        )

    @property
    def longest(self) -> timedelta:
        """How long one begun by hand may stay open."""
        minutes = self.duration_minutes
        return timedelta(minutes=minutes) if minutes else LONGEST_WINDOW

    def _recurrence(self) -> Recurrence:
        parse = _PARSERS[self.kind]
        is_rrule = self.kind == self.Kind.RRULE
        clock = self.start_time if is_rrule else None
        first_on = self.first_on or EARLIEST
        return Recurrence(
            rule=parse(self.rule),
            zone=zone_of(self.zone),
            first=datetime.combine(first_on, clock or _MIDNIGHT),
            last_on=self.last_on,
            length=timedelta(minutes=self.duration_minutes or 0),
        )

    def _forget_times_of_other_kinds(self) -> None:
        for field in _EMPTY_FOR.get(self.kind, ()):
            setattr(self, field, "" if field == "rule" else None)

    def _time_problems(self) -> Iterator[tuple[str, Any]]:
        for field in _NEEDED_FOR.get(self.kind, ()):
            if getattr(self, field) in (None, ""):
                yield field, _("This is needed.")
        yield from _problem("zone", lambda: zone_of(self.zone))
        if self.kind in _PARSERS and self.rule:
            yield from _problem("rule", lambda: _PARSERS[self.kind](self.rule))
        yield from self._range_problems()

    def _range_problems(self) -> Iterator[tuple[str, Any]]:
        for field in ("first_on", "last_on"):
            day = getattr(self, field)
            if day is not None and not EARLIEST <= day <= LATEST:
                yield field, _("Expected a day from 2000 to 2100.")
        if self.first_on and self.last_on and self.last_on < self.first_on:
            yield "last_on", _("The last day lies before the first.")
        minutes = self.duration_minutes
        if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
            yield "duration_minutes", _("Expected 1 to 10080 minutes.")
        if self.starts_at and self.ends_at:
            yield from _problems_of_once(self.starts_at, self.ends_at)

    def _date_problems(self) -> Iterator[tuple[str, Any]]:
        if self.kind not in _PARSERS:
            return
        recurrence = self._recurrence()
        since = datetime.combine(recurrence.first.date(), _MIDNIGHT, tzinfo=UTC)
        if not recurrence.upcoming(since - timedelta(days=2), 1):
            yield "rule", _("No day matches in the next 10 years.")


class KeptOccurrence(models.Model):
    """
    An occurrence as it was: stronger than the plan it came from.

    Written when one is begun by hand, ended early or skipped (it then has no length),
    and for the past of a plan when the plan is changed.
    """

    maintenance = models.ForeignKey(
        Maintenance, on_delete=models.CASCADE, related_name="kept"
    )
    starts_at = InstantField(_("starts"))
    ends_at = InstantField(_("ends"))
    changed_by = models.CharField(_("by"), max_length=150, blank=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("kept occurrence")
        verbose_name_plural = _("kept occurrences")
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["maintenance", "starts_at"], name="pulseboard_kept_occurrence"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")),
                name="pulseboard_kept_occurrence_in_order",
            ),
        ]
        indexes = [
            # For the question: which of these overlap this time?
            models.Index(fields=["starts_at"], name="pulseboard_kept_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.maintenance_id}: {self.starts_at}"


_PARSERS: dict[str, Callable[[str], Any]] = {
    Maintenance.Kind.RRULE.value: parse_repeat_rule,
    Maintenance.Kind.CRON.value: parse_cron_rule,
}
_NEEDED_FOR = {
    "once": ("starts_at", "ends_at"),
    "rrule": ("rule", "first_on", "start_time", "duration_minutes"),
    "cron": ("rule", "first_on", "duration_minutes"),
}
_OF_RULES = ("rule", "first_on", "last_on", "start_time")
_EMPTY_FOR = {
    "once": (*_OF_RULES, "duration_minutes"),
    "rrule": ("starts_at", "ends_at"),
    "cron": ("starts_at", "ends_at", "start_time"),
    "manual": (*_OF_RULES, "starts_at", "ends_at"),
}


def _problem(field: str, ask: Callable[[], object]) -> Iterator[tuple[str, str]]:
    try:
        ask()
    except ConfigError as error:
        yield field, str(error)


def _problems_of_once(
    starts_at: datetime, ends_at: datetime
) -> Iterator[tuple[str, Any]]:
    if ends_at <= starts_at:
        yield "ends_at", _("The end must lie after the start.")
    elif ends_at - starts_at > LONGEST_WINDOW:
        yield "ends_at", _("Expected at most 7 days.")
    if not EARLIEST.year <= starts_at.year <= LATEST.year:
        yield "starts_at", _("Expected a day from 2000 to 2100.")


def _scope_problems(row: Maintenance) -> Iterator[tuple[str, Any]]:
    chosen = {name: getattr(row, name) for name in ("monitors", "components", "groups")}
    for field, names in chosen.items():
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            yield field, _('Expected a list of names such as ["cache"].')
        elif len(names) > MOST_NAMES:
            yield field, _("Expected at most 200 names.")
    if row.everything and any(chosen.values()):
        yield "everything", _("Choose everything, or some of it.")
    if not row.everything and not any(chosen.values()):
        yield "everything", _("Choose everything, monitors, components or groups.")
