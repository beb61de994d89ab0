"""What our admin pages are made of: Django's class, or Unfold's where it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django import forms
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from pulseboard.access.store import caller_of
from pulseboard.core.roles import Role

M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)


def _chosen() -> Any:
    if apps.is_installed("unfold"):
        from unfold.admin import ModelAdmin

        return ModelAdmin
    return admin.ModelAdmin


if TYPE_CHECKING:
    HouseAdmin = admin.ModelAdmin
else:

    class HouseAdmin(_chosen(), Generic[M]):
        """`ModelAdmin` of the host's admin."""


def _chosen_inline() -> Any:
    if apps.is_installed("unfold"):
        from unfold.admin import TabularInline

        return TabularInline
    return admin.TabularInline


if TYPE_CHECKING:
    HouseInline = admin.TabularInline
else:

    class HouseInline(_chosen_inline(), Generic[M, P]):
        """`TabularInline` of the host's admin."""


class RoleInline(HouseInline[M, P]):
    """Rows of a form that ask our roles, as `RoleAdmin` does."""

    sees: Role = Role.VIEWER
    changes: Role = Role.EDITOR
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return may(request, self.sees)

    def has_add_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return may(request, self.changes)

    def has_change_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return may(request, self.changes)

    def has_delete_permission(self, request: HttpRequest, obj: P | None = None) -> bool:
        return may(request, self.changes)


class RoleAdmin(HouseAdmin[M]):
    """
    A list that asks our roles, not a permission per model.

    Args:
        sees: The least role that may look.
        changes: The least role that may change; None: nobody.
    """

    sees: Role = Role.VIEWER
    changes: Role | None = None
    adds = False
    deletes = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request, self.sees)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return may(request, self.sees)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.adds and self._may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self._may_change(request)

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return self.deletes and self._may_change(request)

    def _may_change(self, request: HttpRequest) -> bool:
        return self.changes is not None and may(request, self.changes)


def may(request: HttpRequest, role: Role) -> bool:
    """Return whether the user of *request* holds *role*."""
    return caller_of(request).may(role)


def dress(form: forms.BaseForm) -> None:
    """Give the fields that *form* itself declares the widgets of Unfold, if used."""
    if not apps.is_installed("unfold"):
        return
    from unfold import widgets

    dresses: dict[type, Any] = {
        forms.TextInput: widgets.UnfoldAdminTextInputWidget,
        forms.Textarea: widgets.UnfoldAdminTextareaWidget,
        forms.NumberInput: widgets.UnfoldAdminIntegerFieldWidget,
        forms.Select: widgets.UnfoldAdminSelectWidget,
        forms.CheckboxInput: widgets.UnfoldBooleanWidget,
    }
    for field in form.fields.values():
        # By exact class: what Unfold has dressed already is one of its own.
        if (dressed := dresses.get(type(field.widget))) is not None:
            plain = field.widget
            field.widget = dressed(attrs=dict(plain.attrs))
            field.widget.is_required = plain.is_required
            if isinstance(field, forms.ChoiceField):
                field.choices = field.choices  # a new widget has none
