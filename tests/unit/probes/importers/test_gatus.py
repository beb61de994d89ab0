"""X26: configurations of Gatus."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.importers.gatus import read_gatus
from pulseboard.probes.importers.gatus_conditions import Untranslatable, translate
from pulseboard.probes.importers.reading import read_import

SAMPLE = Path(__file__).parents[1] / "samples" / "gatus.yaml"

TRANSLATED = """
[STATUS] == 200 -> status == 200
[STATUS] != 200 -> status != 200
[STATUS] < 300 -> status < 300
[STATUS] <= 299 -> status <= 299
[STATUS] > 400 -> status > 400
[STATUS] >= 200 -> status >= 200
[status] == 200 -> status == 200
200 == [STATUS] -> status == 200
300 > [STATUS] -> status < 300
[STATUS] == any(200, 429) -> status in 200, 429
[STATUS] != any(500, 503) -> status not in 500, 503
[STATUS] == pat(2*) -> status in 200-299
[STATUS] == pat(20*) -> status in 200-209
[CONNECTED] == true -> connected == true
[CONNECTED] == false -> connected == false
[RESPONSE_TIME] < 500 -> time.total < 500ms
[RESPONSE_TIME] < 1s -> time.total < 1s
[RESPONSE_TIME] <= 1m30s -> time.total <= 90s
[RESPONSE_TIME] > 0.5 -> time.total > 0.5ms
[IP] == 127.0.0.1 -> ip == 127.0.0.1
[IP] == pat(192.168.*) -> ip like "192.168.*"
[IP] == any(1.1.1.1, ::1) -> ip in 1.1.1.1, ::1
[BODY] == 1 -> body == 1
[BODY] == test -> body == test
[BODY] == hello world -> body == "hello world"
[BODY] < 124 -> body < 124
[BODY] == pat(*<h1>Example</h1>*) -> body contains "<h1>Example</h1>"
[BODY] != pat(*error*) -> body does not contain "error"
[BODY] == pat(a*b) -> body like "a*b"
[BODY].status == UP -> json.status == UP
[BODY].user.name == john -> json.user.name == john
[BODY].data[0].id == 1 -> json.data[0].id == 1
[BODY][0].id == 1 -> json[0].id == 1
[BODY].age == [BODY].id -> json.age == json.id
[BODY].a != [BODY].b -> json.a != json.b
[BODY].age > 18 -> json.age > 18
[BODY].hex == 0x1 -> json.hex == "0x1"
[BODY].items[*].ok == true -> json.items[*].ok == true
[BODY].name == pat(john*) -> json.name like "john*"
[BODY].name == pat(*oh*) -> json.name contains "oh"
[BODY].id == any(1, 2) -> json.id in 1, 2
[BODY].ip == any(127.0.0.1, ::1) -> json.ip in "127.0.0.1", "::1"
[BODY].range == any(1-2, a b) -> json.range in "1-2", "a b"
[BODY].a b.c == 1 -> json["a b"].c == 1
[BODY].server == [IP] -> ip == json.server
[STATUS] == [BODY].status -> status == json.status
len([BODY].data) < 5 -> json.data length < 5
len([BODY].name) == 8 -> json.name length == 8
5 > len([BODY].data) -> json.data length < 5
len([BODY]) > 0 -> json length > 0
has([BODY].errors) == false -> json.errors not exists
has([BODY].users) == true -> json.users exists
has([BODY].users) != true -> json.users not exists
has([BODY].users[0].name) == true -> json.users[0].name exists
has([HEADER].ETag) == true -> header.ETag exists
[HEADER].Content-Type == pat(*json*) -> header.Content-Type contains "json"
age([HEADER].Last-Modified) < 10m -> header.Last-Modified age < 10m
age([BODY].updated_at) < 1h -> json.updated_at age < 1h
[CERTIFICATE_EXPIRATION] > 48h -> cert.days > 2
[CERTIFICATE_EXPIRATION] >= 36h -> cert.days >= 1.5
[DOMAIN_EXPIRATION] > 720h -> domain.days > 30
[DNS_RCODE] == NOERROR -> dns.rcode == NOERROR
[DNS_RCODE] == any(NOERROR, NXDOMAIN) -> dns.rcode in NOERROR, NXDOMAIN
"""

REFUSED = [
    "[STATUS]==201",
    "[STATUS] ? 201",
    "[STATUS]",
    "raw == raw",
    "[STATUS] == pat(*)",
    "[STATUS] == potato",
    "[RESPONSE_TIME] < potato",
    "[RESPONSE_TIME] < [BODY].limit",
    "[BODY].a == pat(a?b)",
    "[BODY].a < potato",
    "[BODY].a > pat(b*)",
    "[BODY].a == [CONTEXT].b",
    "has([BODY].a) == maybe",
    "has(this) == true",
    "len(this) == 4",
    "len([BODY].a) == many",
    "age([BODY].a, 2006-01-02) < 1h",
    "[BODY].[ == 1",
]


@pytest.mark.parametrize("line", [each for each in TRANSLATED.splitlines() if each])
def test_every_form_of_condition_has_an_equivalent(line):
    """X26"""
    theirs, _, ours = line.partition(" -> ")

    assert translate(theirs, "http") == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("[BODY] == 192.0.2.1", 'dns.records contains "192.0.2.1"'),
        ("[BODY] != 192.0.2.1", 'dns.records does not contain "192.0.2.1"'),
        ("[BODY] == pat(*.example.)", 'dns.records like "*.example."'),
        ("[BODY] == any(a)", "dns.records contains a"),
        ("len([BODY]) > 1", "dns.records length > 1"),
    ],
)
def test_the_body_of_a_name_server_is_its_records(theirs, ours):
    """X26"""
    assert translate(theirs, "dns") == ours


@pytest.mark.parametrize("condition", REFUSED)
def test_a_condition_without_an_equivalent_says_so(condition):
    """X26"""
    with pytest.raises(Untranslatable):
        translate(condition, "http")


WORDS = """
[STATUS]
[BODY].a
[BODY]
[RESPONSE_TIME]
[IP]
==
<
!=
any(1,2)
pat(*)
len([BODY].a)
has([BODY])
age([BODY].t)
5
1h2m
true
""".splitlines()[1:]


@settings(max_examples=300, deadline=None)
@given(
    condition=st.text(max_size=40)
    | st.lists(
        st.sampled_from(WORDS) | st.text(max_size=4),
        max_size=4,
    ).map(" ".join),
    kind=st.sampled_from(["http", "dns", "tcp"]),
)
def test_any_condition_is_translated_or_refused(condition, kind):
    """A21, X26"""
    try:
        line = translate(condition, kind)
    except Untranslatable:
        return

    assert len(parse_conditions(line).items) == 1


@pytest.fixture(scope="module")
def sample():
    return read_import(SAMPLE)


def by_name(imported, name):
    return next(each for each in imported.endpoints if each["name"] == name)


def told(imported, where):
    return {each.what for each in imported.dropped if each.where == where}


def test_an_endpoint_of_http_keeps_what_it_asks_and_expects(sample):
    """X26"""
    assert by_name(sample, "shop-api") == {
        "name": "shop-api",
        "title": "Shop API",
        "kind": "http",
        "group": "core",
        "url": "https://shop.example/api/health",
        "headers": {
            "Authorization": "Bearer SECRET-OF-SHOP",
            "Accept": "application/json",
        },
        "every": "90s",
        "timeout": "5s",
        "verify_tls": False,
        "follow_redirects": False,
        "ip_version": 4,
        "expect": "200",
        "conditions": "time.total < 300ms\njson.status == UP\njson.items length > 3\n"
        "json.errors not exists\ncert.days > 2",
    }


def test_what_is_not_taken_over_is_told(sample):
    """X26"""
    assert told(sample, "Shop API") == {
        "headers.Host",
        "client.dns-resolver",
        "conditions, line 8",
        "alerts",
        "ui",
    }
    assert told(sample, "") == {
        "metrics",
        "concurrency",
        "storage",
        "alerting",
        "external-endpoints (1)",
    }
    assert told(sample, "router") == {"icmp"}
    assert told(sample, "ssh") == {"ssh"}
    assert told(sample, "env") == {"url"}


def test_what_the_environment_would_fill_in_is_switched_off(sample):
    """X26"""
    assert by_name(sample, "env")["enabled"] is False


def test_the_days_of_a_domain_are_an_endpoint_of_their_own(sample):
    """X26, X39"""
    assert by_name(sample, "shop-api-domain") == {
        "name": "shop-api-domain",
        "title": "Shop API (domain)",
        "kind": "domain",
        "target": "shop.example",
        "every": "1d",
        "group": "core",
        "conditions": "domain.days > 30",
    }


def test_other_kinds_are_recognised_by_their_scheme(sample):
    """X26"""
    kinds = {each["name"]: each["kind"] for each in sample.endpoints}

    assert kinds == {
        "shop-api": "http",
        "shop-api-domain": "domain",
        "shop-api-2": "http",
        "database": "tcp",
        "example-org": "dns",
        "live": "websocket",
        "mail": "tls",
        "certificate": "tls",
        "env": "http",
        "item-workflow": "journey",
    }
    assert by_name(sample, "database")["enabled"] is False
    assert by_name(sample, "mail")["start_tls"] == "smtp"
    assert by_name(sample, "live")["answer"] == "pong"
    assert by_name(sample, "example-org")["name_server"] == "8.8.8.8"


def test_a_suite_becomes_a_journey(sample):
    """X10, X26"""
    assert by_name(sample, "item-workflow") == {
        "name": "item-workflow",
        "title": "item workflow",
        "kind": "journey",
        "group": "api",
        "every": "5m",
        "timeout": "1m",
        "secrets": {"price": "19.99", "secret_2": "Bearer SECRET-OF-SUITE"},
        "steps": [
            {
                "name": "create-item",
                "url": "https://shop.example/items",
                "method": "POST",
                "headers": {"Authorization": "{secret_2}"},
                "body": '{"name": "Test", "price": "{price}"}',
                "expect": "201",
                "conditions": "json.id length > 0",
                "save": {"itemid": "json.id"},
            },
            {
                "name": "get-item",
                "url": "https://shop.example/items/{itemid}",
                "expect": "200",
            },
        ],
        "clean_up": [
            {
                "name": "delete-item",
                "url": "https://shop.example/items/{itemid}",
                "method": "DELETE",
                "expect": "204",
            }
        ],
    }
    assert told(sample, "item workflow") == {"create-item: conditions, line 3"}
    assert told(sample, "broken workflow") == {"endpoints"}


def test_a_query_of_graphql_is_wrapped(sample):
    """X26"""
    endpoint = by_name(sample, "shop-api-2")

    assert endpoint["body"] == '{"query": "{ users { name } }"}'
    assert endpoint["headers"] == {"Content-Type": "application/json"}
    assert endpoint["expect"] == "100-599"


def test_no_secret_is_told(sample):
    """X26"""
    assert "SECRET" not in repr(sample)
    assert "SECRET-OF-SHOP" in str(sample.endpoints)


FIELDS = """
name
url
group
enabled
interval
conditions
headers
body
client
dns
graphql
method
store
always-run
alerts
ui
x
""".splitlines()[1:]
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner)
    ),
    max_leaves=6,
)
ROWS = st.dictionaries(
    st.sampled_from(FIELDS),
    PLAIN
    | st.sampled_from(["https://a.example/", "tcp://a:1", "8.8.8.8", "ws://[", "5m"]),
)


@settings(max_examples=200, deadline=None)
@given(
    endpoints=st.lists(ROWS | PLAIN, max_size=3) | PLAIN,
    suites=st.lists(
        st.fixed_dictionaries(
            {"endpoints": st.lists(ROWS, max_size=2) | PLAIN},
            optional=dict.fromkeys(["name", "context", "timeout", "interval"], PLAIN),
        ),
        max_size=2,
    )
    | PLAIN,
    other=PLAIN,
)
def test_any_configuration_is_read(endpoints, suites, other):
    """A23"""
    document = {"endpoints": endpoints, "suites": suites, "x": other}

    names = [each["name"] for each in read_gatus(document).endpoints]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("interval", [float("nan"), float("inf"), 10**400])
def test_an_interval_that_is_no_duration_is_told(interval: float) -> None:
    """X26, A23"""
    endpoint = {"name": "a", "url": "https://a.example", "interval": interval}
    imported = read_gatus({"endpoints": [endpoint]})
    assert any("interval" in each.what for each in imported.dropped)
