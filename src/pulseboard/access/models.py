"""Tokens that may call, and what was done by whom."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from pulseboard.core.models import InstantField
from pulseboard.core.roles import Role
from pulseboard.tables import FromWriter

#: 32 random bytes in the letters of URLs.
WRITTEN = re.compile(r"pb_[A-Za-z0-9_-]{43}", re.ASCII)
PREFIX_LENGTH = 8


def digest_of(plain: str) -> str:
    """Return what is stored of a token. Random enough to need no salt."""
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()


class ApiToken(models.Model):
    """A bearer token. Only its digest is stored; the token is shown once."""

    class RoleChoice(models.TextChoices):
        VIEWER = Role.VIEWER.value, _("Viewer: reads")
        RESPONDER = Role.RESPONDER.value, _("Responder: also runs and acknowledges")
        EDITOR = Role.EDITOR.value, _("Editor: also changes what is monitored")
        ADMIN = Role.ADMIN.value, _("Admin: everything")

    name = models.CharField(
        _("name"),
        max_length=100,
        help_text=_("Who uses it and for what, such as “Grafana”."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(
        _("begins with"), max_length=PREFIX_LENGTH, editable=False
    )
    role = models.CharField(
        _("role"),
        max_length=10,
        choices=RoleChoice.choices,
        default=RoleChoice.VIEWER,
        help_text=_("The most it may do."),
    )
    created_by = models.CharField(_("created by"), max_length=150, blank=True)
    created_at = InstantField(_("created"))
    expires_at = InstantField(
        _("expires"),
        null=True,
        blank=True,
        help_text=_("In UTC, such as 2027-01-31 12:00. Empty: never."),
    )
    revoked_at = InstantField(_("revoked"), null=True, blank=True)
    last_used_at = InstantField(_("last used"), null=True, blank=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]),
                name="pulseboard_token_role_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    def issue(
        cls,
        *,
        name: str,
        role: Role,
        now: datetime,
        created_by: str = "",
        expires_at: datetime | None = None,
    ) -> tuple[ApiToken, str]:
        """Store a new token; return its row and the token, which is nowhere else."""
        row = cls(
            name=name,
            role=role.value,
            created_by=created_by[:150],
            created_at=now,
            expires_at=expires_at,
        )
        plain = row.draw()
        row.save(force_insert=True)
        return row, plain

    def draw(self) -> str:
        """Give this unsaved row a new secret, and return the secret."""
        plain = f"pb_{secrets.token_urlsafe(32)}"
        self.digest, self.prefix = digest_of(plain), plain[:PREFIX_LENGTH]
        return plain

    def is_valid(self, now: datetime) -> bool:
        """Return whether it may still be used."""
        return self.revoked_at is None and (
            self.expires_at is None or now < self.expires_at
        )


class AuditEvent(models.Model):
    """Who did or tried what. Written with the change it tells of, never edited."""

    class Result(models.TextChoices):
        ALLOWED = "allowed", _("Allowed")
        REFUSED = "refused", _("Refused")
        DONE = "done", _("Done")

    at = InstantField(_("at"))
    actor = models.CharField(_("who"), max_length=150, blank=True)
    actor_kind = models.CharField(_("recognised as"), max_length=20)
    role = models.CharField(_("role"), max_length=10, blank=True)
    #: Cut to /24 or /48; 39 characters hold any address.
    address = models.CharField(_("from"), max_length=39, blank=True)
    action = models.CharField(_("what"), max_length=200)
    target = models.CharField(_("on"), max_length=200, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=Result.choices)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    objects = FromWriter()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-pk"]
        # Those of the other roles stand with `Monitor` and `SystemAlert`.
        permissions = [
            ("change_monitoring", _("Can change what is monitored")),
            ("administer", _("Can administer tokens, channels and settings")),
        ]
        indexes = [
            # For pruning, and for the newest first.
            models.Index(fields=["at"], name="pulseboard_audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.actor or self.actor_kind}: {self.action} {self.target}".strip()
