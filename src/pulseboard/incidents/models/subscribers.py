"""Those who are told of incidents, and what they are told."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.core.models import InstantField
from pulseboard.monitors.models import Component
from pulseboard.tables import FromWriter


class Subscriber(models.Model):
    """
    Somebody who asked to be told: by mail, or at an address of the web.

        asked ──confirm, within 24 h──▶ confirmed ──unsubscribe──▶ forgotten
                                                       (a digest stays for 30 days)

    `key` is part of every link to this person; links are signed, never stored.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("Mail")
        WEBHOOK = "webhook", _("Webhook")
        SLACK = "slack", _("Slack")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind.choices, default=Kind.EMAIL
    )
    #: Of mail, or a URL; whoever knows a URL may write there, so it is never shown.
    #: Empty once the person has left: nothing but the digest is kept then.
    address = models.CharField(_("address"), max_length=2048, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    language = models.CharField(_("language"), max_length=20, blank=True)
    all_components = models.BooleanField(_("all services"), default=True)
    components = models.ManyToManyField(
        Component, verbose_name=_("services"), related_name="+", blank=True
    )
    created_at = InstantField(_("asked"))
    confirmed_at = InstantField(_("confirmed"), null=True)
    left_at = InstantField(_("left"), null=True)
    #: How often in a row the receiver said that it is gone.
    refusals_total = models.PositiveIntegerField(default=0, editable=False)
    #: The mail server, or the receiver, refuses it for good.
    bounced_at = InstantField(_("suspended"), null=True)
    #: How often somebody asked for this address since `asking_since`.
    asking_since = InstantField(null=True, editable=False)
    asked_total = models.PositiveIntegerField(default=0, editable=False)

    objects = FromWriter()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        ordering = ["-created_at", "-pk"]
        indexes = [
            # For the question of every mailing: who comes after this one?
            models.Index(fields=["confirmed_at"], name="pulseboard_subscriber_told"),
        ]

    def __str__(self) -> str:
        return f"subscriber {self.pk}"


class Asking(models.Model):
    """
    That somebody asked in the last hour, in one of few slots.

    Slots are unique, so that the limit holds over all processes of a site.
    """

    #: A keyed digest: who asks is nobody's business.
    who = models.CharField(max_length=64, editable=False)
    slot = models.PositiveSmallIntegerField(editable=False)
    at = InstantField()

    objects = FromWriter()

    class Meta:
        verbose_name = _("asking")
        verbose_name_plural = _("askings")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["who", "slot"], name="pulseboard_asking_once_a_slot"
            ),
        ]
        indexes = [
            # For what is deleted: who asked more than an hour ago?
            models.Index(fields=["at"], name="pulseboard_asking_age"),
        ]

    def __str__(self) -> str:
        return f"slot {self.slot}"


class Announcement(models.Model):
    """
    One thing that subscribers are told, and how far through them it has got.

    Written in the transaction of what it tells of; the runner writes the letters into
    the outbox, some hundred at a time, and moves `reached` along in the same
    transaction. A crash therefore neither loses nor doubles a letter.
    """

    key = models.CharField(max_length=120, unique=True, editable=False)
    #: What the letters say: see `letter.Facts`.
    facts = models.JSONField(default=dict)
    #: Public slugs it concerns; everybody is told when `everything`.
    components = models.JSONField(default=list)
    everything = models.BooleanField(default=False)
    created_at = InstantField(_("created"))
    reached = models.BigIntegerField(default=0)
    finished_at = InstantField(_("finished"), null=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.key
