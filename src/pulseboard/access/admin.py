"""Tokens and the audit in Django's admin; the root's ``admin`` imports this."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pulseboard.access import store
from pulseboard.access.models import ApiToken, AuditEvent

if TYPE_CHECKING:
    TokenAdmin = admin.ModelAdmin[ApiToken]
    EventAdmin = admin.ModelAdmin[AuditEvent]
else:
    TokenAdmin = EventAdmin = admin.ModelAdmin


@admin.register(ApiToken)
class ApiTokenAdmin(TokenAdmin):
    """Made here and shown once; revoked, not changed or deleted."""

    list_display = [
        "name",
        "prefix",
        "role",
        "expires_at",
        "revoked_at",
        "last_used_at",
    ]
    list_filter = ["role"]
    search_fields = ["name", "prefix"]
    fields = ["name", "role", "expires_at"]
    actions = ["revoke"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_administer(request)

    def has_view_permission(
        self, request: HttpRequest, obj: ApiToken | None = None
    ) -> bool:
        return _may_administer(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _may_administer(request)

    def has_change_permission(
        self, request: HttpRequest, obj: ApiToken | None = None
    ) -> bool:
        # The list needs it for its actions; no single token can be changed.
        return obj is None and _may_administer(request)

    def has_delete_permission(
        self, request: HttpRequest, obj: ApiToken | None = None
    ) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: ApiToken,
        form: ModelForm[ApiToken],
        change: bool,
    ) -> None:
        """Draw the secret, tell it once, and audit in the same transaction."""
        caller = store.caller_of(request)
        plain = obj.draw()
        obj.created_by, obj.created_at = caller.name, datetime.now(UTC)
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            store.audit(caller, "issue token", str(obj), role_given=obj.role)
        messages.warning(
            request,
            _("The token is shown this once, so copy it now: %(token)s")
            % {"token": plain},
        )

    @admin.action(description=_("Revoke the selected tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        caller = store.caller_of(request)
        revoked = 0
        for token in queryset:
            with transaction.atomic():
                if store.revoke(token, datetime.now(UTC)):
                    store.audit(caller, "revoke token", str(token))
                    revoked += 1
        messages.info(request, _("Tokens revoked: %(count)d") % {"count": revoked})


@admin.register(AuditEvent)
class AuditEventAdmin(EventAdmin):
    """Read only."""

    list_display = ["at", "actor", "role", "action", "target", "result", "address"]
    # Not `date_hierarchy`: MariaDB without tables of time zones cannot answer it.
    list_filter = ["at", "result", "actor_kind"]
    search_fields = ["actor", "action", "target"]
    # A count of all rows is slow with a million of them.
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_administer(request)

    def has_view_permission(
        self, request: HttpRequest, obj: AuditEvent | None = None
    ) -> bool:
        return _may_administer(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: AuditEvent | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: AuditEvent | None = None
    ) -> bool:
        return False


def _may_administer(request: HttpRequest) -> bool:
    return request.user.has_perm("pulseboard.administer")
