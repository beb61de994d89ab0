"""S2, S3: which endpoints are proposed, and how each is asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.setup.endpoints.openapi import routes_of
from pulseboard.setup.endpoints.proposal import (
    MOST_PROPOSED,
    Seen,
    may_be_asked,
    may_be_posted,
    name_of,
    proposals,
)
from pulseboard.setup.endpoints.route import ADMIN, HOST, OURS, Route


def seen(
    path: str,
    status: int = 200,
    method: str = "GET",
    owner: str = HOST,
    is_json: bool = True,
) -> Seen:
    route = Route(path=path, owner=owner)
    return Seen(
        route=route, method=method, status=status, seconds=0.01, is_json=is_json
    )


DRIVER_APP = [
    seen("/"),
    seen("/admin/", 302, owner=ADMIN),
    seen("/health/", owner=OURS),
    seen("/health/api/overview/", owner=OURS),
    seen("/health/status-page/", owner=OURS),
    seen("/api/v1/auth/register/", 400, "POST"),
    seen("/api/v1/auth/login/", 400, "POST"),
    seen("/api/v1/auth/oauth/applications/", 401),
    seen("/api/v1/trips/", 401),
]


def test_the_driver_app_gets_its_eight_endpoints() -> None:
    """S3"""
    found, left = proposals(DRIVER_APP)
    assert {
        (str(p.spec["title"]), p.spec["url"], p.spec["method"], p.spec["every"])
        for p in found
    } == {
        ("API Root", "/", "GET", "2m"),
        ("Health Check", "/health/", "GET", "1m"),
        ("User Registration", "/api/v1/auth/register/", "POST", "5m"),
        ("User Login", "/api/v1/auth/login/", "POST", "5m"),
        ("OAuth Applications", "/api/v1/auth/oauth/applications/", "GET", "10m"),
        ("Health Overview API", "/health/api/overview/", "GET", "5m"),
        ("Status Page", "/health/status-page/", "GET", "5m"),
        ("Admin Panel", "/admin/", "GET", "10m"),
    }
    assert list(left) == ["/api/v1/trips/"]


def test_an_empty_post_expects_to_be_refused() -> None:
    """S3: it never creates anything"""
    login = next(p for p in proposals(DRIVER_APP)[0] if p.spec["title"] == "User Login")
    assert login.spec["body"] == "{}"
    assert login.spec["expect"] == "400, 401, 403, 422"


def test_a_post_that_was_not_refused_is_not_proposed() -> None:
    """S3"""
    found, left = proposals([seen("/api/signup/", 201, "POST")])
    assert found == []
    assert "not refused" in left["/api/signup/"]


@pytest.mark.parametrize(
    "path", ["/logout/", "/accounts/sign-out", "/cron/run", "/users/export/"]
)
def test_what_does_something_when_asked_is_left_alone(path: str) -> None:
    """S2"""
    assert not may_be_asked(Route(path=path))


@pytest.mark.parametrize(("path", "may"), [("/auth/login/", True), ("/orders/", False)])
def test_only_sign_in_doors_get_an_empty_post(path: str, may: bool) -> None:
    """S3"""
    assert may_be_posted(Route(path=path)) is may


def test_names_are_not_given_twice() -> None:
    """S2"""
    found, _ = proposals([seen("/a/shop/items/"), seen("/b/shop/items/")])
    assert [p.spec["title"] for p in found] == ["Shop Items", "Shop Items 2"]


def test_a_large_project_is_not_proposed_whole() -> None:
    """S2"""
    found, left = proposals([seen(f"/page-{n}/") for n in range(40)])
    assert len(found) == MOST_PROPOSED
    assert len(left) == 10


@pytest.mark.parametrize("status", [404, 405, 410, 500, 503, 0])
def test_what_is_broken_already_is_not_proposed(status: int) -> None:
    """S2"""
    assert proposals([seen("/x/", status)])[0] == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v2/orders/recent/", "Orders Recent"),
        ("/oauth2/userinfo", "OAuth Userinfo"),
        ("/api/", "API"),
    ],
)
def test_a_name_is_made_of_the_address(path: str, name: str) -> None:
    """S2"""
    assert name_of(seen(path)) == name


def test_openapi_gives_paths_without_placeholders() -> None:
    """S2"""
    document = {
        "servers": [{"url": "https://api.example.org/v1/"}],
        "paths": {
            "/orders": {"get": {"summary": "All orders"}, "post": {}},
            "/orders/{id}": {"get": {}},
            "/broken": [],
        },
    }
    found = routes_of(document)
    assert [(r.path, r.name, r.methods) for r in found] == [
        ("/v1/orders", "All orders", frozenset({"GET", "POST"}))
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["paths", "servers", "url", "/a", "get", "summary"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_document_can_break_the_reader(document: object) -> None:
    """A23"""
    for route in routes_of(document):
        assert route.path.startswith("/")
