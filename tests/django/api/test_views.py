"""What the Django adapter adds: sessions, CSRF, limits, audit, caches, methods."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from pulseboard.access.models import ApiToken, AuditEvent
from pulseboard.core.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.django.api.shop")]


def _token(role: Role) -> dict[str, str]:
    _, plain = ApiToken.issue(name="test", role=role, now=timezone.now())
    return {"authorization": f"Bearer {plain}"}


@pytest.fixture
def editor() -> User:
    user = User.objects.create_user("eve")
    user.user_permissions.add(Permission.objects.get(codename="change_monitoring"))
    return user


@pytest.fixture
def browser(editor: User) -> Client:
    """A signed-in browser whose requests are checked as real ones are."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    return client


def _post(client: Client, name: str, **kwargs: Any) -> Any:
    return client.post("/api/groups", {"name": name}, "application/json", **kwargs)


@pytest.mark.parametrize("path", ["/api/public", "/api/public/"])
def test_a_trailing_slash_is_optional_and_costs_no_redirect(
    client: Client, path: str
) -> None:
    assert client.get(path).status_code == 200


def test_posting_with_a_trailing_slash_is_not_redirected(client: Client) -> None:
    response = client.post("/api/run/", headers=_token(Role.RESPONDER))
    assert response.status_code == 202


@pytest.mark.parametrize("path", ["/api/public", "/api/me", "/api/things", "/api/x"])
def test_an_anonymous_call_costs_no_query(
    client: Client, path: str, django_assert_num_queries: Any
) -> None:
    """A66, A74"""
    with django_assert_num_queries(0):
        client.get(path)


def test_a_public_read_asks_for_the_caller_only_when_the_function_does(
    browser: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        browser.get("/api/public")
    assert browser.get("/api/me").json() == {"role": "editor"}


def test_a_signed_in_browser_needs_its_csrf_token_to_change(browser: Client) -> None:
    """A44"""
    response = _post(browser, "a")

    assert response.status_code == 403
    assert not Group.objects.exists()
    assert AuditEvent.objects.get().result == "refused"


def test_with_its_csrf_token_the_browser_may_change(browser: Client) -> None:
    token = "a" * 32
    browser.cookies["csrftoken"] = token
    response = _post(browser, "a", headers={"x-csrftoken": token})

    assert response.status_code == 201


def test_a_bearer_token_needs_no_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    assert _post(client, "a", headers=_token(Role.EDITOR)).status_code == 201


def test_a_wrong_token_is_refused_even_beside_a_good_session(browser: Client) -> None:
    """A47"""
    response = browser.get("/api/me", headers={"authorization": "Bearer nonsense"})
    assert response.json() == {"role": None}
    response = browser.get("/api/things", headers={"authorization": "Bearer nonsense"})
    assert response.status_code == 401
    assert 'error="invalid_token"' in response["WWW-Authenticate"]


def test_a_posted_form_is_refused_unread(browser: Client) -> None:
    response = browser.post("/api/groups", {"name": "a"})
    assert response.status_code == 415


def test_a_button_of_a_form_may_start_what_takes_no_request(
    browser: Client, editor: User
) -> None:
    """A44: works without JavaScript; the CSRF token stands in the form."""
    editor.user_permissions.set(
        Permission.objects.filter(codename__in=["run_checks", "acknowledge_alert"])
    )
    token = "a" * 32
    browser.cookies["csrftoken"] = token

    assert browser.post("/api/run").status_code == 403
    response = browser.post("/api/run", {"csrfmiddlewaretoken": token})
    assert response.status_code == 202


def test_a_change_and_its_audit_row_are_one_transaction(client: Client) -> None:
    """D4, X42"""
    _post(client, "made", headers=_token(Role.EDITOR))

    event = AuditEvent.objects.get()
    assert (event.action, event.result, event.role, event.actor) == (
        "POST api/groups",
        "done",
        "editor",
        "test",
    )
    assert event.address == "127.0.0.0"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("name", "status"), [("refused", 409), ("broken", 500)])
def test_a_change_that_fails_leaves_neither_change_nor_row(
    client: Client, name: str, status: int
) -> None:
    assert _post(client, name, headers=_token(Role.EDITOR)).status_code == status
    assert not Group.objects.exists()
    assert not AuditEvent.objects.exists()


def test_who_lacks_the_role_is_refused_with_a_row(client: Client) -> None:
    assert _post(client, "a", headers=_token(Role.VIEWER)).status_code == 403
    assert AuditEvent.objects.get().result == "refused"


def test_reading_is_logged_and_adds_no_row(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """D4, A44"""
    with caplog.at_level("INFO", logger="pulseboard.security"):
        client.get("/api/things", headers=_token(Role.VIEWER))

    assert "allowed GET api/things" in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert not AuditEvent.objects.exists()


def test_too_many_calls_wait(client: Client, settings: Any) -> None:
    """A46"""
    settings.PULSEBOARD = {"RATE_LIMITS": {"run": 2}}
    headers = _token(Role.RESPONDER)
    for _ in range(2):
        assert client.post("/api/run", headers=headers).status_code == 202

    response = client.post("/api/run", headers=headers)

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 120


def test_guessing_tokens_is_slowed_down(client: Client, settings: Any) -> None:
    settings.PULSEBOARD = {"RATE_LIMITS": {"sign_in": 3}}
    wrong = {"authorization": "Bearer pb_" + "a" * 43}

    statuses = [client.get("/api/things", headers=wrong).status_code for _ in range(5)]

    assert statuses == [401, 401, 401, 429, 429]


def test_an_unchanged_answer_is_not_sent_again(client: Client) -> None:
    headers = _token(Role.VIEWER)
    first = client.get("/api/things", headers=headers)
    again = client.get(
        "/api/things", headers={**headers, "if-none-match": first["ETag"]}
    )

    assert again.status_code == 304
    assert again.content == b""
    assert again["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in again


@pytest.mark.parametrize("path", ["/api/things", "/api/public", "/api/x"])
def test_caches_keep_apart_what_callers_may_see(client: Client, path: str) -> None:
    stored = client.get(path)["Cache-Control"]
    assert "no-store" in stored or stored == "private, no-cache"


def test_head_answers_as_get_without_the_body(client: Client) -> None:
    response = client.head("/api/public")
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Length"] == "20"


def test_options_tells_the_methods(client: Client) -> None:
    response = client.options("/api/public")
    assert (response.status_code, response["Allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"])
def test_other_methods_are_told_which_would_do(client: Client, method: str) -> None:
    response = client.generic(method, "/api/public")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")


MALFORMED = [
    {"accept": "text/html;q=x,,,;;=,*/*/*"},
    {"accept": "\x00"},
    {"accept": "a" * 100_000},
    {"range": "bytes=9-1,-"},
    {"if-none-match": 'W/"'},
    {"if-none-match": "," * 10_000},
    {"if-match": "nonsense"},
    {"if-modified-since": "yesterday"},
    {"if-unmodified-since": "Thu, 99 Foo 9999 99:99:99 GMT"},
    {"cookie": "sessionid=\x00; =; ;;; a"},
    {"cookie": "sessionid=" + "a" * 10_000},
    {"authorization": "Bearer"},
    {"authorization": "Bearer  "},
    {"authorization": "Bearer \ud800"},
    {"authorization": "Basic !!!"},
    {"authorization": "\xff\xfe"},
    {"x-forwarded-for": "<script>," * 1000},
    {"host": "evil.example"},
    {"host": "]["},
    {"x-forwarded-host": "evil.example"},
    {"content-type": "application/json; charset=nonsense"},
    {"content-type": ";;;"},
    {"content-length": "-1"},
    {"content-length": "nonsense"},
    {"x-http-method-override": "DELETE"},
]


@pytest.mark.parametrize("headers", MALFORMED, ids=str)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/api/public", "/api/me", "/api/run"])
def test_malformed_headers_never_break_us(
    client: Client, headers: dict[str, str], method: str, path: str
) -> None:
    """A67, R6"""
    response = client.generic(method, path, b"", headers=headers)
    assert response.status_code < 500
    assert b"evil.example" not in response.content
    assert "evil.example" not in str(response.headers)


@pytest.mark.parametrize(
    "query", ["a" * 10_000, "%", "%ff=%fe", "&" * 5_000, "a=1&" * 2_000, "limit=%00"]
)
def test_malformed_queries_are_refused(client: Client, query: str) -> None:
    """A67, A70"""
    response = client.get(
        "/api/things", headers=_token(Role.VIEWER), QUERY_STRING=query
    )
    assert response.status_code in (200, 400)
