"""Roles as permissions and groups of Django."""

from __future__ import annotations

from collections.abc import Callable

from pulseboard.core.roles import Role

APP = "pulseboard"

#: What each role adds to the ones before it: codenames of permissions.
PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.VIEWER: ("view_dashboard",),
    Role.RESPONDER: ("run_checks", "acknowledge_alert"),
    Role.EDITOR: ("change_monitoring",),
    Role.ADMIN: ("administer",),
}

#: Group made for each role by ``pulseboard init``.
GROUPS: dict[Role, str] = {role: f"Pulseboard {role.value}" for role in Role}


def permissions_of(role: Role) -> tuple[str, ...]:
    """Return the codenames of all that *role* may do."""
    return tuple(
        codename for each in Role if role.covers(each) for codename in PERMISSIONS[each]
    )


def highest_role(has_permission: Callable[[str], bool]) -> Role | None:
    """
    Return the highest role all of whose own permissions are held; None without one.

    Args:
        has_permission: Asked with full names such as ``pulseboard.run_checks``.
    """
    for role in reversed(Role):
        if all(has_permission(f"{APP}.{each}") for each in PERMISSIONS[role]):
            return role
    return None
