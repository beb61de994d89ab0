"""X26: monitors of Uptime Kuma, from its backup and its database."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulseboard.core.errors import ConfigError
from pulseboard.probes.importers.reading import read_import
from pulseboard.probes.importers.uptime_kuma import imported, snake
from pulseboard.probes.importers.uptime_kuma_kinds import KINDS

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(scope="module")
def backup():
    return read_import(SAMPLES / "uptime-kuma-backup.json")


@pytest.fixture
def database(tmp_path):
    """Makes the database file of a version."""

    def make(version):
        path = tmp_path / f"kuma{version}.db"
        script = (SAMPLES / f"uptime-kuma-{version}.sql").read_text()
        connection = sqlite3.connect(path)
        connection.executescript(script)
        connection.close()
        return path

    return make


def by_name(found, name):
    return next(each for each in found.endpoints if each["name"] == name)


def told(found, where):
    return {each.what for each in found.dropped if each.where == where}


def test_a_monitor_of_http_keeps_what_it_asks_and_expects(backup):
    """X26"""
    assert by_name(backup, "shop") == {
        "name": "shop",
        "title": "Shop",
        "kind": "http",
        "group": "Core",
        "url": "https://shop.example/",
        "headers": {"X-Key": "SECRET-OF-SHOP"},
        "auth": "probe:SECRET-OF-BASIC",
        "expect": "200-299, 401",
        "follow_redirects": False,
        "verify_tls": False,
        "every": "1m",
        "timeout": "48s",
        "retries": 3,
        "retry_after": "30s",
    }


def test_what_is_not_taken_over_is_told(backup):
    """X26"""
    assert told(backup, "Shop") == {
        "headers.Host",
        "expiry_notification",
        "notification_id_list",
        "tags",
        "description",
    }
    assert told(backup, "") == {"notificationList (1)"}
    assert told(backup, "Router") == {"type ping"}
    assert told(backup, "Nightly") == {"type push"}
    assert told(backup, "Broker") == {"type mqtt"}
    assert told(backup, "Database") == {"password", "maxretries", "database_query"}


def test_nothing_is_told_of_a_monitor_that_is_wholly_taken_over(backup):
    """X26"""
    for name in ("Login page", "Stock", "SSH", "Telnet is shut", "Cache"):
        assert told(backup, name) == set()


def test_keywords_and_paths_become_conditions(backup):
    """X26"""
    assert by_name(backup, "login-page")["conditions"] == (
        r'body does not contain "say \"hello\""'
    )
    assert by_name(backup, "stock")["conditions"] == "json.items[0].left > 5"


@pytest.mark.parametrize("name", ["sums", "not-there", "health"])
def test_what_would_mean_something_else_is_switched_off(backup, name):
    """X26"""
    assert by_name(backup, name)["enabled"] is False


def test_a_port_that_should_be_shut(backup):
    """X26"""
    assert by_name(backup, "telnet-is-shut")["conditions"] == "connected == false"


def test_connection_strings_become_options(backup):
    """X26"""
    cache, store = by_name(backup, "cache"), by_name(backup, "database")

    assert (cache["target"], cache["tls"]) == ("cache.example:6380", True)
    assert (cache["username"], cache["password"]) == ("worker", "SECRET-OF-REDIS")
    assert (store["target"], store["database"]) == ("db.example:5432", "shop")
    assert "SECRET-OF-POSTGRES" not in str(store)


def test_a_name_without_letters_of_addresses_gets_one(backup):
    """X26"""
    assert by_name(backup, "monitor-16")["title"] == "商店"


def test_no_secret_is_told(backup, database):
    """X26"""
    for found in (backup, *(read_import(database(each)) for each in (1, 2))):
        assert "SECRET" not in repr(found)


def test_the_database_of_version_1(database):
    """X26"""
    found = read_import(database(1))

    assert [each["name"] for each in found.endpoints] == ["shop", "ssh"]
    shop, ssh = found.endpoints
    assert shop["expect"] == "200-299, 304"
    assert (shop["group"], shop["timeout"]) == ("Core", "48s")
    assert (ssh["target"], ssh["enabled"]) == ("[::1]:22", False)
    assert told(found, "") == {"notification (1)", "heartbeat (2)"}


def test_the_database_of_version_2(database):
    """X26"""
    found = read_import(database(2))

    assert by_name(found, "shop")["ip_version"] == 6
    assert by_name(found, "names")["conditions"] == (
        'dns.records like "*spf1*"\ndns.records does not contain "bad"'
    )
    assert by_name(found, "either")["enabled"] is False
    assert by_name(found, "mail")["start_tls"] is True
    assert by_name(found, "live")["subprotocol"] == "chat"
    assert by_name(found, "partner")["enabled"] is False
    assert told(found, "Switch") == {"type snmp"}


def test_the_database_is_left_as_it_was(database):
    """X26"""
    path = database(1)
    before = path.read_bytes()

    read_import(path)

    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_is_still_in_the_write_ahead_file_is_read(database):
    """X26"""
    path = database(1)
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE monitor SET name = 'New' WHERE id = 3")
    writer.commit()

    found = read_import(path)
    writer.close()

    assert [each["title"] for each in found.endpoints] == ["Shop", "New"]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("CREATE TABLE other (id)", "a table 'monitor'"),
        (
            "CREATE VIEW monitor AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
            "SELECT i + 1 FROM n) SELECT i AS id FROM n",
            "a table 'monitor'",
        ),
        ("CREATE TABLE monitor (name)", "cannot be read"),
    ],
)
def test_another_database_is_refused(tmp_path, script, message):
    """A23: a view that never ends is not asked."""
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()

    with pytest.raises(ConfigError, match=message):
        read_import(path)


def test_a_torn_database_is_refused(database):
    """A23"""
    path = database(1)
    path.write_bytes(path.read_bytes()[:5000])

    with pytest.raises(ConfigError, match="cannot be read"):
        read_import(path)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("retryInterval", "retry_interval"),
        ("notificationIDList", "notification_id_list"),
        ("childrenIDs", "children_ids"),
        ("dns_resolve_type", "dns_resolve_type"),
        ("tlsCa", "tls_ca"),
    ],
)
def test_both_spellings_are_one(theirs, ours):
    assert snake(theirs) == ours


FIELDS = """
id
name
url
hostname
port
interval
maxretries
retry_interval
timeout
headers
body
accepted_statuscodes
auth_method
basic_auth_user
conditions
json_path
expected_value
keyword
parent
upside_down
smtp_security
database_connection_string
dns_resolve_server
grpc_url
odd
""".splitlines()[1:]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
ROWS = st.fixed_dictionaries(
    {"type": st.sampled_from([*KINDS, "group", "push", "odd"]) | VALUES},
    optional=dict.fromkeys(FIELDS, VALUES),
)


@settings(max_examples=300, deadline=None)
@given(rows=st.lists(ROWS, max_size=3))
def test_any_monitor_is_read(rows):
    """A23"""
    names = [each["name"] for each in imported(rows, ()).endpoints]

    assert len(names) == len(set(names))


def test_a_copy_of_a_database_with_a_write_ahead_log_is_left_alone(database):
    """X26"""
    path = database(1)
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.close()
    path.parent.chmod(0o500)

    found = read_import(path)
    path.parent.chmod(0o700)

    assert len(found.endpoints) == 2
    assert [each.name for each in path.parent.iterdir()] == [path.name]
