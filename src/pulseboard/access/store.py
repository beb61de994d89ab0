"""
Who calls, how often, and what was done: the tables of this room, read and written.

    bearer token --> settings TOKEN, then ApiToken      (a wrong one ends here)
    session      --> request.user of the host
    neither      --> anonymous, without a query
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import math
import secrets
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import Error as DatabaseUnavailable
from django.db import models, router, transaction
from django.http import HttpRequest

from pulseboard.access.addresses import client_address, neighborhood, shortened
from pulseboard.access.errors import Unavailable
from pulseboard.access.limiter import Limiter
from pulseboard.access.models import WRITTEN, ApiToken, AuditEvent, digest_of
from pulseboard.access.roles import APP, GROUPS, highest_role, permissions_of
from pulseboard.conf import get_settings
from pulseboard.core.caller import Caller, CallerKind
from pulseboard.core.log import get_logger
from pulseboard.core.redaction import HIDDEN, SECRET_NAME, one_line, redact
from pulseboard.core.roles import Role

log = get_logger("pulseboard.access")
#: Every access and action; the host decides where it goes.
security_log = get_logger("pulseboard.security")

Result = AuditEvent.Result

#: `last_used_at` tells the minute, not the call.
USED_EVERY = timedelta(minutes=1)
#: Rows that one client's refused calls may add in a minute; the log has them all.
REFUSALS_PER_MINUTE = 10
DETAIL_NAMES = 20
DELETE_AT_ONCE = 500

_limiter = Limiter()
#: Addresses are personal data, so the limiter remembers only keyed digests of them.
_limiter_key = secrets.token_bytes(32)


class AuditLosses:
    """Audit rows that could not be written since this process started."""

    def __init__(self) -> None:
        self.total = 0
        self._lock = threading.Lock()

    def count_one(self) -> None:
        """Count one more."""
        with self._lock:
            self.total += 1


audit_losses = AuditLosses()


def caller_of(request: HttpRequest) -> Caller:
    """
    Return who calls. Costs no query when neither token nor session comes along.

    A wrong bearer token is INVALID_TOKEN, even if a session came along too.

    Raises:
        Unavailable: The database does not answer. The settings TOKEN needs none.
    """
    address = address_of(request)
    given = _bearer(request)
    try:
        if given is not None:
            return _token_caller(given, address)
        return _user_caller(getattr(request, "user", None), address)
    except DatabaseUnavailable:
        log.warning("a caller could not be recognised: the database does not answer")
        raise Unavailable("Who calls cannot be checked now.") from None


def anonymous_caller(request: HttpRequest) -> Caller:
    """Return the caller by address alone, for limits on what is public."""
    return Caller(address=address_of(request))


def address_of(request: HttpRequest) -> str:
    """Return the client's address, as far as `TRUSTED_PROXIES` lets us know it."""
    return client_address(
        str(request.META.get("REMOTE_ADDR") or ""),
        str(request.META.get("HTTP_X_FORWARDED_FOR") or ""),
        get_settings().trusted_proxies,
    )


def check_rate(caller: Caller, bucket: str) -> int | None:
    """
    Count one call; return None, or the seconds to wait when there were too many.

    Args:
        bucket: Name in `RATE_LIMITS`: read, write, run or sign_in.
    """
    limit: int = getattr(get_settings().rate_limits, bucket)
    return _take(caller, bucket, limit)


def audit(
    caller: Caller,
    action: str,
    target: str = "",
    result: AuditEvent.Result = Result.DONE,
    **detail: object,
) -> None:
    """
    Log what *caller* did or tried, and add a row in the current transaction.

    Never raises when the database is away; `audit_losses` counts what was lost.
    """
    log_access(caller, action, target, result)
    if result is Result.REFUSED and _take(caller, "refusals", REFUSALS_PER_MINUTE):
        return
    row = AuditEvent(
        at=datetime.now(UTC),
        actor=one_line(caller.name, limit=150),
        actor_kind=caller.kind.value,
        role=caller.role.value if caller.role else "",
        address=shortened(caller.address),
        action=one_line(redact(action)),
        target=one_line(redact(target)),
        result=result.value,
        detail=_clean(detail),
    )
    try:
        # A savepoint: a refused row must not break the change it tells of.
        with transaction.atomic(using=_database()):
            row.save(force_insert=True)
    except DatabaseUnavailable:
        audit_losses.count_one()
        log.error("an audit row was lost: the database does not answer")


def log_access(
    caller: Caller,
    action: str,
    target: str = "",
    result: AuditEvent.Result = Result.ALLOWED,
) -> None:
    """Log an access without a row, for what is only read."""
    security_log.log(
        logging.WARNING if result is Result.REFUSED else logging.INFO,
        "%s %s %s by %s (%s, role %s) from %s",
        result.value,
        one_line(redact(action)),
        one_line(redact(target)) or "-",
        one_line(caller.name) or "-",
        caller.kind.value,
        caller.role.value if caller.role else "-",
        shortened(caller.address) or "-",
    )


def revoke(token: ApiToken, now: datetime) -> bool:
    """End *token* now; return False when it had ended already."""
    ended = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    return bool(ended.update(revoked_at=now))


def ensure_groups() -> list[str]:
    """
    Make the groups of the roles, with their permissions, and return their names.

    Permissions that were added to a group by people stay. Empty without
    ``django.contrib.auth``.
    """
    if not apps.is_installed("django.contrib.auth"):
        return []
    from django.contrib.auth.models import Group, Permission

    for role, name in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(
            *Permission.objects.filter(
                content_type__app_label=APP, codename__in=permissions_of(role)
            )
        )
    return list(GROUPS.values())


def prune_audit(now: datetime, keep: timedelta, budget_rows: int) -> int:
    """Delete up to *budget_rows* events older than *keep*; return how many."""
    deleted = 0
    while deleted < budget_rows:
        # Ids first: MariaDB refuses LIMIT below DELETE.
        old = AuditEvent.objects.filter(at__lt=now - keep).order_by("at")
        ids = list(
            old.values_list("pk", flat=True)[
                : min(DELETE_AT_ONCE, budget_rows - deleted)
            ]
        )
        if not ids:
            break
        deleted += AuditEvent.objects.filter(pk__in=ids).delete()[0]
    return deleted


def _bearer(request: HttpRequest) -> str | None:
    """Return the bearer token, None when the header is missing or of another scheme."""
    scheme, _, given = str(request.META.get("HTTP_AUTHORIZATION") or "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else None


def _token_caller(given: str, address: str) -> Caller:
    if _is_settings_token(given):
        return Caller(
            kind=CallerKind.SETTINGS_TOKEN,
            name="settings token",
            role=Role.ADMIN,
            address=address,
            identity="token:settings",
        )
    now = datetime.now(UTC)
    row = _row_of(given)
    if row is None or not row.is_valid(now):
        return Caller(kind=CallerKind.INVALID_TOKEN, address=address)
    _note_use(row, now)
    return Caller(
        kind=CallerKind.TOKEN,
        name=row.name,
        role=Role(row.role),
        address=address,
        identity=f"token:{row.pk}",
    )


def _is_settings_token(given: str) -> bool:
    expected = get_settings().secret_token()
    # Digests have one length, so the comparison tells nothing of the token's own.
    return bool(expected) and hmac.compare_digest(digest_of(given), digest_of(expected))


def _row_of(given: str) -> ApiToken | None:
    if not WRITTEN.fullmatch(given):
        return None
    digest = digest_of(given)
    row = ApiToken.objects.filter(digest=digest).first()
    if row is None or not hmac.compare_digest(row.digest, digest):
        return None
    return row


def _note_use(row: ApiToken, now: datetime) -> None:
    if row.last_used_at is not None and row.last_used_at > now - USED_EVERY:
        return
    unused = models.Q(last_used_at__isnull=True) | models.Q(
        last_used_at__lte=now - USED_EVERY
    )
    try:
        ApiToken.objects.filter(unused, pk=row.pk).update(last_used_at=now)
    except DatabaseUnavailable:
        log.warning("the last use of a token could not be noted")


def _user_caller(user: Any, address: str) -> Caller:
    if user is None or not user.is_authenticated or not user.is_active:
        return Caller(address=address)
    role = Role.ADMIN if user.is_superuser else highest_role(user.has_perm)
    return Caller(
        kind=CallerKind.USER,
        name=one_line(str(user.get_username()), limit=150),
        role=role,
        address=address,
        identity=f"user:{user.pk}",
    )


def _take(caller: Caller, bucket: str, limit: int) -> int | None:
    client = caller.identity or neighborhood(caller.address) or "unknown"
    key = hmac.new(_limiter_key, f"{bucket} {client}".encode(), hashlib.sha256)
    wait = _limiter.take(key.hexdigest(), limit, time.monotonic())
    return None if wait is None else max(1, math.ceil(wait))


def _clean(detail: Mapping[str, object]) -> dict[str, object]:
    """Return *detail* as short plain values without secrets."""
    return {
        one_line(name, limit=50): HIDDEN if SECRET_NAME.search(name) else _plain(value)
        for name, value in list(detail.items())[:DETAIL_NAMES]
    }


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    return one_line(redact(str(value)[:4000]))


def _database() -> str:
    return router.db_for_write(AuditEvent)
