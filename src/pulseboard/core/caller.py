"""Who calls: the same value whatever framework carried the call."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from pulseboard.core.roles import Role


class CallerKind(enum.Enum):
    """How a caller was recognised."""

    ANONYMOUS = "anonymous"
    INVALID_TOKEN = "invalid_token"  # noqa: S105  (unknown, expired or revoked)
    USER = "user"  # signed in to the host
    TOKEN = "token"  # noqa: S105  (a row of ApiToken)
    SETTINGS_TOKEN = "settings_token"  # noqa: S105  (works without the database)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """
    One caller.

    Args:
        name: For the audit: user name or the token's name; empty when anonymous.
        role: None holds no role, as a user of the host without our permissions.
        address: Address of the client as text, empty when not known. Personal: cut
            it with `access.addresses.shortened` before it is stored or logged.
        identity: Stable key such as ``token:5`` or ``user:7``; empty when anonymous.
    """

    kind: CallerKind = CallerKind.ANONYMOUS
    name: str = ""
    role: Role | None = None
    address: str = ""
    identity: str = ""

    @property
    def is_recognised(self) -> bool:
        """Whether a user or a valid token stands behind the call."""
        return self.kind not in (CallerKind.ANONYMOUS, CallerKind.INVALID_TOKEN)

    @property
    def carries_token(self) -> bool:
        """Whether a valid bearer token came along: no browser sends one by itself."""
        return self.kind in (CallerKind.TOKEN, CallerKind.SETTINGS_TOKEN)

    def may(self, needed: Role | None) -> bool:
        """Return whether the role suffices; None is needed by what is public."""
        return needed is None or (self.role is not None and self.role.covers(needed))
