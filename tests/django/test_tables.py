"""Our own state is read where it is written (F15)."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

pytestmark = pytest.mark.django_db

OURS = list(apps.get_app_config("pulseboard").get_models())


class ReadsElsewhere:
    """A host's router: reads go to a replica, which does not answer here."""

    def db_for_read(self, model: type[Any], **hints: Any) -> str:
        return "a replica that is ten seconds behind"

    def db_for_write(self, model: type[Any], **hints: Any) -> str:
        return "default"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_no_table_of_ours_is_read_from_a_replica(model, settings):
    settings.DATABASE_ROUTERS = [ReadsElsewhere()]
    assert model._default_manager.count() == 0
    assert model.objects.filter(pk=None).first() is None
