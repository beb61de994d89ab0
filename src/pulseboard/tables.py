"""What all our tables have in common."""

from __future__ import annotations

from typing import TypeVar

from django.db import models, router

M = TypeVar("M", bound=models.Model, covariant=True)


class FromWriter(models.Manager[M]):
    """
    Reads where it writes, whatever the host's router says of reading.

    A replica that is seconds behind would show an old slot or lease, and a slot would
    run twice.
    """

    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().using(router.db_for_write(self.model))
