"""Roles and their permissions. D4"""

from __future__ import annotations

import pytest

from pulseboard.access.roles import PERMISSIONS, highest_role, permissions_of
from pulseboard.core.caller import Caller, CallerKind
from pulseboard.core.roles import Role

VIEW, RUN, ACKNOWLEDGE = "view_dashboard", "run_checks", "acknowledge_alert"


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (set(), None),
        ({VIEW}, Role.VIEWER),
        ({VIEW, RUN}, Role.VIEWER),
        ({VIEW, RUN, ACKNOWLEDGE}, Role.RESPONDER),
        ({"change_monitoring"}, Role.EDITOR),
        ({VIEW, "administer"}, Role.ADMIN),
        ({"view_monitor", "change_systemalert"}, None),
    ],
)
def test_the_highest_role_whose_permissions_are_held(
    held: set[str], expected: Role | None
) -> None:
    assert (
        highest_role(lambda name: name.removeprefix("pulseboard.") in held) is expected
    )


def test_each_role_holds_what_the_ones_before_hold() -> None:
    assert permissions_of(Role.VIEWER) == (VIEW,)
    assert set(permissions_of(Role.ADMIN)) == {
        each for some in PERMISSIONS.values() for each in some
    }


@pytest.mark.parametrize("held", [None, *Role])
@pytest.mark.parametrize("needed", [None, *Role])
def test_a_caller_may_what_the_role_covers(
    held: Role | None, needed: Role | None
) -> None:
    caller = Caller(kind=CallerKind.USER, role=held)
    order = [None, Role.VIEWER, Role.RESPONDER, Role.EDITOR, Role.ADMIN]

    assert caller.may(needed) is (order.index(held) >= order.index(needed))
