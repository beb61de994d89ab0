"""Who is told."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from pulseboard.access.model_admin import RoleAdmin, may
from pulseboard.access.store import audit, caller_of
from pulseboard.core.roles import Role
from pulseboard.incidents import store
from pulseboard.incidents.address import masked, shown
from pulseboard.incidents.models import Subscriber


@admin.register(Subscriber)
class SubscriberAdmin(RoleAdmin[Subscriber]):
    """
    Who is told. Admins see whole addresses of mail, and may delete.

    URLs are secrets: nobody sees more of one than its host, nor finds it by searching.
    """

    list_display = [
        "masked",
        "kind",
        "language",
        "scope",
        "confirmed_at",
        "bounced_at",
    ]
    list_filter = ["kind", "language", "all_components"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        return super().get_queryset(request).exclude(address="")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        # Searching would tell a viewer, letter by letter, what is masked.
        return ["address"] if may(request, Role.ADMIN) else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Subscriber], search_term: str
    ) -> tuple[QuerySet[Subscriber], bool]:
        if search_term:
            queryset = queryset.filter(kind=Subscriber.Kind.EMAIL)
        return super().get_search_results(request, queryset, search_term)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [_shown_to(request), *self.list_display[1:]]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return list(list_display[:1])

    def get_fields(
        self, request: HttpRequest, obj: Subscriber | None = None
    ) -> list[str | list[str] | tuple[str, ...]]:
        fields = ["kind", "language", "scope", "created_at", "confirmed_at"]
        return [_shown_to(request), *fields, "bounced_at"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Subscriber | None = None
    ) -> Any:
        return self.get_fields(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: Subscriber | None = None
    ) -> bool:
        return may(request, Role.ADMIN)

    def delete_model(self, request: HttpRequest, obj: Subscriber) -> None:
        """Delete everything about the person; the audit holds no address."""
        with transaction.atomic():
            audit(caller_of(request), "delete subscriber", str(obj))
            store.erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete several, one audit row each."""
        for row in queryset:
            self.delete_model(request, row)

    @admin.display(description=_("address"))
    def masked(self, row: Subscriber) -> str:
        return masked(row.address)

    @admin.display(description=_("address"))
    def whole(self, row: Subscriber) -> str:
        return shown(row.address)

    @admin.display(description=_("services"))
    def scope(self, row: Subscriber) -> str:
        if row.all_components:
            return str(_("All services"))
        return ", ".join(each.name for each in row.components.all())


def _shown_to(request: HttpRequest) -> str:
    return "whole" if may(request, Role.ADMIN) else "masked"
