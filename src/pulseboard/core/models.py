"""The one kind of column that the models of every room share: an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.utils import timezone


class InstantField(models.DateTimeField):  # type: ignore[type-arg]
    """
    A time that is aware and UTC in Python, whether the host uses time zones or not.

    Without ``USE_TZ`` Django reads and writes naive local time. PostgreSQL keeps
    instants all the same; elsewhere the column holds UTC.
    """

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Be a plain column in migrations: the database sees no difference."""
        name, _, args, options = super().deconstruct()
        return name or "", "django.db.models.DateTimeField", args, options

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if not settings.USE_TZ and isinstance(value, datetime):
            value = _for_database(value, connection.vendor)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(
        self,
        value: datetime | None,
        expression: Expression,
        connection: BaseDatabaseWrapper,
    ) -> datetime | None:
        if value is None or timezone.is_aware(value):
            return value
        if connection.vendor == "postgresql":
            return timezone.make_aware(value, timezone.get_default_timezone())
        return value.replace(tzinfo=UTC)


def _for_database(value: datetime, vendor: str) -> datetime:
    """Return *value* as the database takes it; what is naive is the host's time."""
    if timezone.is_naive(value):  # from a form of the admin
        value = timezone.make_aware(value, timezone.get_default_timezone())
    if vendor == "postgresql":
        return value
    return value.astimezone(UTC).replace(tzinfo=None)
