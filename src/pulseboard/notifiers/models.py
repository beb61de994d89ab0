"""Where notifications go, and the outbox they wait in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.core.models import InstantField
from pulseboard.tables import FromWriter


class Channel(models.Model):
    """A place people hear from us. What came from settings is read-only."""

    class Severity(models.TextChoices):
        INFO = "info", _("Everything")
        WARNING = "warning", _("Warning and critical")
        CRITICAL = "critical", _("Critical only")

    name = models.CharField(
        _("name"), max_length=100, unique=True, help_text=_("Such as “On-call mail”.")
    )
    kind = models.CharField(_("kind"), max_length=30)
    recipients = models.JSONField(
        _("recipients"),
        default=list,
        blank=True,
        help_text=_("Mail addresses, one each. Empty for the log channel."),
    )
    least_severity = models.CharField(
        _("sends"), max_length=10, choices=Severity.choices, default=Severity.WARNING
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    source = models.CharField(_("declared in"), max_length=200, blank=True)
    last_sent_at = InstantField(_("last sent"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Notification(models.Model):
    """
    One message to one channel: the outbox.

        pending ──claim──▶ sending ──▶ sent
           ▲                  │
           └── retry later ───┴──▶ dead (a day has passed)
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DEAD = "dead", _("Given up")

    key = models.CharField(_("idempotency key"), max_length=120, unique=True)
    channel = models.CharField(_("channel"), max_length=100)
    #: A person who is no channel, as in ``subscriber:<key>``: who that is, is asked
    #: when it is sent, so that no address lies in the outbox. Empty for a channel.
    addressee = models.CharField(
        _("addressee"), max_length=60, blank=True, default="", editable=False
    )
    #: It is posted to an address of the web that the room knows; else it is a mail.
    by_web = models.BooleanField(default=False, editable=False)
    #: What the room that wrote it needs to finish it for its addressee.
    facts = models.JSONField(default=dict, editable=False)
    #: Messages of one alert leave in order: the recovery never before the alarm.
    thread = models.CharField(_("thread"), max_length=100)
    transition = models.CharField(_("transition"), max_length=20)
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))
    severity = models.CharField(_("severity"), max_length=10)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.PENDING
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    created_at = InstantField(_("created"))
    due_at = InstantField(_("next attempt"))
    claimed_by = models.CharField(max_length=64, blank=True, editable=False)
    claimed_until = InstantField(null=True, blank=True, editable=False)
    sent_at = InstantField(_("sent"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at"]
        indexes = [
            # For the runner's question: what is due to be sent?
            models.Index(fields=["state", "due_at"], name="pulseboard_outbox_due"),
            # For what comes next: does an earlier message of its thread still wait?
            models.Index(fields=["thread"], name="pulseboard_outbox_thread"),
        ]

    def __str__(self) -> str:
        return self.subject
