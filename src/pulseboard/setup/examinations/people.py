"""Whether people can see the pages."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps

from pulseboard.access.roles import APP, GROUPS, permissions_of
from pulseboard.core.door import call, call_migrate, call_project
from pulseboard.core.roles import Role
from pulseboard.setup.finding import Finding, fine, note, todo


def examine() -> Iterator[Finding]:
    """Yield whether permissions and groups exist, and whether anybody has them."""
    if not apps.is_installed("django.contrib.auth"):
        yield note("people", "django.contrib.auth is not installed; callers use TOKEN.")
        return
    from django.contrib.auth.models import Group, Permission

    ours = Permission.objects.filter(content_type__app_label=APP)
    wanted = set(permissions_of(Role.ADMIN))
    missing = wanted - set(ours.values_list("codename", flat=True))
    if missing:
        yield todo(
            "permissions",
            f"Missing: {', '.join(sorted(missing))}.",
            cure=call_migrate(),
        )
    groups = Group.objects.filter(name__in=GROUPS.values()).count()
    if groups < len(GROUPS):
        yield todo(
            "groups",
            f"{groups} of {len(GROUPS)} groups of ours exist.",
            cure=call("init"),
        )
    elif not missing:
        yield fine("people", "Permissions and groups are there.")
    yield from _nobody()


def _nobody() -> Iterator[Finding]:
    from django.contrib.auth import get_user_model

    users = get_user_model()
    fields = {field.name for field in users._meta.get_fields()}
    if not {"groups", "is_superuser"} <= fields:
        return
    everybody = users._default_manager.all()
    if not (
        everybody.filter(is_superuser=True).exists()
        or everybody.filter(groups__name__in=GROUPS.values()).exists()
    ):
        yield todo(
            "people",
            "Nobody may see the dashboard: no superuser, and our groups are empty.",
            cure=f'{_make_user()}, or the group "{GROUPS[Role.VIEWER]}" for somebody',
        )


def _make_user() -> str:
    return call_project("createsuperuser") or f"{call('up')} makes the user admin"
