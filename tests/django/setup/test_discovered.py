"""S2, S3: routes are found in the URLconf and asked once, leaving nothing behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import override_settings
from django.urls import include, path, re_path

from pulseboard.setup.endpoints.discovered import discover
from pulseboard.setup.endpoints.urlconf import routes

SCHEMA = {"paths": {"/from-schema/": {"get": {"summary": "Told by the schema"}}}}


def fine(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse("fine")


def login(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    Group.objects.create(name="left behind")
    mail.send_mail("hello", "you", "a@example.org", ["b@example.org"])
    return HttpResponse(status=400)


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("no")


urlpatterns = [
    path("", lambda request: JsonResponse({})),
    path("shop/", include([path("items/", fine), path("items/<int:pk>/", fine)])),
    re_path(r"^old/?$", fine),
    re_path(r"^year/(\d+)/$", fine),
    path("login/", login),
    path("logout/", broken),
    path("broken/", broken),
    path("openapi.json", lambda request: JsonResponse(SCHEMA)),
    path("from-schema/", fine),
]


@override_settings(ROOT_URLCONF=__name__)
def test_only_addresses_without_placeholders_are_routes() -> None:
    """S2"""
    assert [each.path for each in routes()] == [
        "/",
        "/shop/items/",
        "/old/",
        "/login/",
        "/logout/",
        "/broken/",
        "/openapi.json",
        "/from-schema/",
    ]


@pytest.mark.django_db(transaction=True)
@override_settings(ROOT_URLCONF=__name__)
def test_each_route_is_asked_once_and_nothing_stays() -> None:
    """S2, S3"""
    found, left = discover()
    assert [p.spec["url"] for p in found] == [
        "/",
        "/login/",
        "/from-schema/",
        "/old/",
        "/shop/items/",
    ]
    assert left == {
        "/broken/": "answers 500 already",
        "/logout/": "does something when asked",
    }
    assert not Group.objects.exists()
    assert not mail.outbox
