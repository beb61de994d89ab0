"""X39: when a domain ends, as a registry of the test's own says."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.servers.probes.asking import ask, authority, failure_of, free_port
from tests.servers.probes.web import Reply, Request, web

from pulseboard.core.errors import ConfigError
from pulseboard.guard.errors import ConnectFailed, Failure
from pulseboard.probes.kinds.domain import Domain, read_expiry

ENDS_AT = "2027-03-01T12:00:00Z"
ANSWER = {
    "objectClassName": "domain",
    "events": [
        {"eventAction": "registration", "eventDate": "2001-01-01T00:00:00Z"},
        {"eventAction": "expiration", "eventDate": ENDS_AT},
    ],
}


def registry(request: Request) -> Reply:
    if request.path == "/moved/example.org":
        return Reply(302, headers=[("location", "/domain/example.org")])
    if request.path != "/domain/example.org":
        return Reply(404)
    return Reply(body=json.dumps(ANSWER).encode())


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    return authority(tmp_path)


def probe(url: str, pair: tuple[str, str], domain: str = "example.org") -> Domain:
    authorities = Path(pair[0]).read_text()
    return Domain(domain=domain, rdap_server=url, authorities=authorities)


@pytest.mark.parametrize("path", ["/domain/", "/moved/"])
def test_a_registered_domain_tells_its_end(pair, path: str) -> None:
    with web(registry, pair) as url:
        facts = ask(probe(url + path, pair, "EXAMPLE.org."))
    assert facts.expires_at == datetime(2027, 3, 1, 12, tzinfo=UTC)
    assert facts.values == {"domain.registered": True}
    assert facts.certificate is None


def test_a_free_domain_is_not_registered(pair) -> None:
    with web(registry, pair) as url:
        facts = ask(probe(f"{url}/domain/", pair, "free.example"))
    assert facts.values == {"domain.registered": False}
    assert facts.expires_at is None


def test_a_registry_that_is_busy_tells_its_status(pair) -> None:
    with web(lambda request: Reply(429), pair) as url:
        assert ask(probe(f"{url}/", pair)).status == 429


def test_no_registry_is_refused(pair) -> None:
    url = f"https://localhost:{free_port()}/"
    assert failure_of(probe(url, pair)) is Failure.REFUSED


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'"text"', b"[" * 60_000, b"\xff\xfe"]
)
def test_what_is_no_answer_of_a_registry_is_refused(pair, body: bytes) -> None:
    """A15"""
    with web(lambda request: Reply(body=body), pair) as url:
        assert failure_of(probe(f"{url}/", pair)) is Failure.PROTOCOL


@pytest.mark.parametrize(
    "events",
    [
        None,
        {},
        "expiration",
        [],
        [None, 5, []],
        [{"eventAction": "expiration"}],
        [{"eventAction": "expiration", "eventDate": 5}],
        [{"eventAction": "expiration", "eventDate": "soon"}],
        [{"eventAction": "expiration", "eventDate": "9999-12-31T23:59:59-23:59"}],
    ],
)
def test_an_answer_without_an_end_has_none(events) -> None:
    assert read_expiry(json.dumps({"events": events}).encode()) is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=30) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["events", "eventAction", "eventDate", "expiration"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_answers_of_any_shape_are_read_or_refused(answer) -> None:
    """A15"""
    with contextlib.suppress(ConnectFailed):
        read_expiry(json.dumps(answer).encode())


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"domain": "org"}, "domain"),
        ({"domain": "a b.org"}, "domain"),
        ({"domain": "127.0.0.1.5"}, "domain"),
        ({"domain": "example.org", "rdap_server": "rdap.example"}, "rdap_server"),
        ({"domain": "example.org", "authorities": "x" * 300_000}, "authorities"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_field(options, field) -> None:
    with pytest.raises(ConfigError, match=f"^{field}: "):
        Domain(**options)
