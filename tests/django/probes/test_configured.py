"""`ENDPOINTS` of the settings. S2"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks

from pulseboard.conf import get_settings
from pulseboard.monitors.models import Component
from pulseboard.probes import store
from pulseboard.probes.configured import declared_of, provide
from pulseboard.probes.models import Endpoint

URL = "https://example.org/"
CANARY = "canary-Pa55word"


@pytest.fixture
def declare(settings: Any) -> Any:
    def write(endpoints: Any, **others: Any) -> None:
        settings.PULSEBOARD = {"ENDPOINTS": endpoints, **others}

    return write


def test_a_mapping_a_list_and_a_bare_url_say_the_same(declare: Any) -> None:
    for written in (
        {"Public API": URL},
        {"Public API": {"URL": URL}},
        [{"name": "Public API", "target": URL}],
    ):
        declare(written)
        (definition,) = provide()
        assert (definition.name, definition.title) == (
            "endpoint:public-api",
            "Public API",
        )
        assert definition.source == "PULSEBOARD.ENDPOINTS"


def test_the_usual_limit_is_a_setting(declare: Any) -> None:
    declare({"Shop": URL}, PROBE_TIMEOUT="3s")
    (plan,) = declared_of(get_settings()).plans
    assert plan.timeout.total_seconds() == 3


def test_one_that_is_off_is_not_asked(declare: Any) -> None:
    declare({"Shop": {"url": URL, "enabled": False}})
    assert list(provide()) == []


def test_each_mistake_is_a_line_of_the_check_and_the_rest_stands(declare: Any) -> None:
    declare(
        {
            "Shop": URL,
            "Bad": {"url": URL, "everi": "5m", "auth": CANARY},
            "Worse": 5,
            "shop": URL,
        }
    )
    lines = [each.msg for each in run_checks(tags=["pulseboard"]) if each.is_serious()]

    assert [definition.title for definition in provide()] == ["Shop"]
    assert any(
        "ENDPOINTS.Bad" in line and "did you mean 'every'?" in line for line in lines
    )
    assert any("ENDPOINTS.Worse" in line for line in lines)
    assert any("another endpoint is named 'shop'" in line for line in lines)
    assert CANARY not in "".join(lines)


@pytest.mark.django_db
def test_public_and_gone_are_followed(declare: Any) -> None:
    declare({"Shop": {"url": URL, "public": True}})
    store.stored()
    assert Component.objects.get().is_public

    declare({"Shop": {"url": URL, "public": False}})
    store.stored()
    assert not Component.objects.get().is_public

    declare({})
    store.stored()
    assert not Endpoint.objects.exists()


@pytest.mark.django_db
def test_showing_what_did_not_change_writes_nothing(
    declare: Any, django_assert_num_queries: Any
) -> None:
    declare({f"Shop {number}": URL for number in range(20)})
    store.stored()
    before = store.revision()

    with django_assert_num_queries(6):
        store.stored()

    assert store.revision() == before
