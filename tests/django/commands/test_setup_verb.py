"""S2, S3: `setup` finds endpoints, asks, and writes them after a yes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from pulseboard.access.models import AuditEvent
from pulseboard.monitors.models import Component, Monitor
from pulseboard.probes.models import Endpoint

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls(__name__),
]


def fine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


urlpatterns = [
    path("", lambda request: JsonResponse({})),
    path("shop/", fine),
    path("health/", include("pulseboard.urls")),
]

Command = Callable[..., Any]


def test_looking_only_writes_nothing(pulseboard_command: Command) -> None:
    """S2"""
    ran = pulseboard_command("setup", "--dry-run")
    assert ran.code == 0
    assert "API Root" in ran.out
    assert not Endpoint.objects.exists()


def test_nobody_there_to_be_asked_is_a_wrong_call(pulseboard_command: Command) -> None:
    """S2: nothing is written that nobody confirmed"""
    ran = pulseboard_command("setup")
    assert ran.code == 2
    assert "--yes" in ran.err
    assert not Endpoint.objects.exists()


def test_yes_writes_what_was_proposed(pulseboard_command: Command) -> None:
    """S2, S3: monitored at once, audited, private"""
    assert pulseboard_command("setup", "--yes").code == 0
    assert {"API Root", "Shop", "Health Check"} <= set(
        Endpoint.objects.values_list("title", flat=True)
    )
    assert Monitor.objects.filter(name="endpoint:shop", declared=True).exists()
    assert AuditEvent.objects.filter(action="add endpoint").count() >= 3
    assert not Component.objects.filter(is_public=True).exists()


def test_publishing_puts_them_on_the_page(pulseboard_command: Command) -> None:
    """S13"""
    pulseboard_command("setup", "--yes", "--publish")
    names = set(Component.objects.filter(is_public=True).values_list("name", flat=True))
    assert {"API Root", "Shop"} <= names


def test_what_is_watched_is_not_proposed_twice(pulseboard_command: Command) -> None:
    """S2: the next run is safe"""
    pulseboard_command("setup", "--yes")
    ran = pulseboard_command("setup", "--yes", "--json")
    assert json.loads(ran.out)["proposed"] == []
    assert Endpoint.objects.filter(title="Shop").count() == 1
