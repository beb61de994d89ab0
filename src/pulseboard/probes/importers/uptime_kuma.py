"""
Monitors of Uptime Kuma, whichever file they come from.

Its backup calls a field ``retryInterval`` and its database ``retry_interval``; here
both are ``retry_interval``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.documents import NotJson, read_json
from pulseboard.probes.assertions.parse import expected_status
from pulseboard.probes.importers.draft import (
    INTERVALS,
    MOST_RETRIES,
    TIMEOUTS,
    WAITS,
    Draft,
    finish,
    refuse_too_many,
)
from pulseboard.probes.importers.report import Dropped, Imported
from pulseboard.probes.importers.requests import (
    add_header,
    login_of,
    set_headers,
    set_place,
)
from pulseboard.probes.importers.uptime_kuma_conditions import (
    add_json_query,
    add_record_conditions,
)
from pulseboard.probes.importers.writing import quoted

SOURCE = "Uptime Kuma"

Row = Mapping[str, Any]

#: What it keeps for itself, or shows; nobody chose it.
_STATE = frozenset(
    {
        "active",
        "children_ids",
        "created_date",
        "dns_last_result",
        "force_inactive",
        "id",
        "include_sensitive_data",
        "maintenance",
        "name",
        "parent",
        "path",
        "path_name",
        "screenshot",
        "type",
        "user_id",
        "weight",
    }
)

#: Values that say no more than silence does.
_SILENT: tuple[Any, ...] = (
    None,
    "",
    False,
    0,
    "null",
    "[]",
    "{}",
    [],
    {},
    {"mechanism": "None"},
)
_DEFAULTS: dict[str, Any] = {
    "cache_bust": 0,
    "gamedig_given_port_only": 1,
    "http_body_encoding": "json",
    "json_path": "$",
    "json_path_operator": "==",
    "kafka_producer_message": None,
    "kafka_producer_sasl_options": '{"mechanism":"None"}',
    "maxredirects": 10,
    "method": "GET",
    "mqtt_check_type": "keyword",
    "oauth_auth_method": "client_secret_basic",
    "packet_size": 56,
    "ping_count": 1,
    "ping_numeric": 1,
    "ping_per_request_timeout": 2,
    "response_max_length": 1024,
    "save_error_response": 1,
    "snmp_version": "2c",
    "url": "https://",
    "accepted_statuscodes": ["200-299"],
    "dns_resolve_type": "A",
    "dns_resolve_server": "1.1.1.1",
}

_REASONS = {
    "notification_id_list": "channels are chosen by rules; set them up anew",
    "tags": "there are groups instead",
    "description": "there is no place for it",
    "expiry_notification": "certificates are watched by themselves; see expiry_days",
    "domain_expiry_notification": "add an endpoint of kind domain",
    "resend_interval": "reminders belong to the rules of alerts",
    "proxy_id": "probes use no proxy",
    "database_query": "probes send no queries; a check in code can",
}

#: Types that have no kind, and what to do instead.
_REFUSED = {
    "push": "a job reports itself here; it is no endpoint",
    "ping": "ICMP is not sent; ask a port with tcp",
    "manual": "its status is set by hand; write an incident instead",
}

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TYPES_OF_BODY = {
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml; charset=utf-8",
}


def snake(name: str) -> str:
    """Return *name* as the database has it: ``ignoreTls`` → ``ignore_tls``."""
    return _CAPITAL.sub("_", name.replace("IDs", "Ids")).lower()


def imported(rows: Iterable[Row], dropped: Iterable[Dropped]) -> Imported:
    """
    Return *rows* as endpoints.

    Args:
        rows: Monitors, their fields by `snake` names.
        dropped: What is told of the rest of the file.

    Raises:
        ConfigError: There are too many.
    """
    known = list(rows)
    refuse_too_many(known)
    groups = {
        str(each.get("id")): each for each in known if each.get("type") == "group"
    }
    drafts = [_draft(each, groups) for each in known if each.get("type") != "group"]
    endpoints, told = finish(drafts)
    return Imported(SOURCE, endpoints, [*dropped, *_groups(groups.values()), *told])


def _groups(groups: Iterable[Row]) -> list[Dropped]:
    return [
        Dropped(
            str(each.get("name", ""))[:150],
            "type group",
            "is the group of what it held; it has no status and no alerts of its own",
        )
        for each in groups
    ]


class _Monitor:
    """One monitor on its way; remembers which fields were looked at."""

    def __init__(self, row: Row, draft: Draft) -> None:
        self.row = row
        self.draft = draft
        self.used = set(_STATE)

    def take(self, name: str, default: Any = None) -> Any:
        """Return the field *name*, which is dealt with by that."""
        self.used.add(name)
        value = self.row.get(name)
        return default if value is None or value == "" else value

    def text(self, name: str) -> str:
        return str(self.take(name, ""))

    def number(self, name: str, default: float) -> float:
        value = self.take(name, default)
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number):
            return number
        self.draft.drop(name, "expected a number")
        return default

    def tell_the_rest(self) -> None:
        """Drop every field that says something and was not taken."""
        for name, value in self.row.items():
            if name in self.used or _says_nothing(name, value):
                continue
            self.draft.drop(name, _REASONS.get(name, "there is nothing like it"))


def _says_nothing(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        value = int(value)
    return value in _SILENT or value == _DEFAULTS.get(name)


def _draft(row: Row, groups: Mapping[str, Row]) -> Draft:
    draft = Draft(str(row.get("name") or ""), f"monitor {row.get('id', '')}")
    monitor = _Monitor(row, draft)
    name = str(row.get("type") or "")
    make = KINDS.get(name)
    if make is None:
        why = _REFUSED.get(name, "there is no such kind of probe")
        draft.refuse(f"type {name}", why)
        return draft
    make(monitor)
    _schedule(monitor)
    parent = groups.get(str(row.get("parent")))
    if parent is not None and parent.get("name"):
        draft.spec["group"] = str(parent["name"])[:100]
    if monitor.take("upside_down"):
        _upside_down(draft)
    if draft.is_taken:
        monitor.tell_the_rest()
    return draft


def _schedule(monitor: _Monitor) -> None:
    draft = monitor.draft
    interval = monitor.number("interval", 60)
    draft.duration("every", interval, INTERVALS, "interval")
    retries = int(monitor.number("maxretries", 0))
    draft.spec["retries"] = min(max(retries, 0), MOST_RETRIES)
    if retries > MOST_RETRIES:
        draft.drop("maxretries", f"must be at most {MOST_RETRIES}; was changed")
    wait = monitor.number("retry_interval", interval) or interval
    if retries > 0:
        draft.duration("retry_after", wait, WAITS, "retry_interval")
    if (timeout := monitor.number("timeout", 0)) > 0:
        draft.duration("timeout", timeout, TIMEOUTS, "timeout")
    if not monitor.row.get("active", True):
        draft.spec["enabled"] = False


def _upside_down(draft: Draft) -> None:
    if draft.spec.get("kind") == "tcp":
        draft.condition("connected == false")
    else:
        draft.switch_off("upside_down", "only 'connected == false' turns a probe round")


def _http(monitor: _Monitor) -> None:
    spec = monitor.draft.spec
    spec.update(kind="http", url=monitor.text("url"))
    if (method := monitor.text("method").upper() or "GET") != "GET":
        spec["method"] = method
    _expect(monitor)
    _request(monitor)
    _authorization(monitor)
    if monitor.number("maxredirects", 10) < 1:
        spec["follow_redirects"] = False
    _tls(monitor)
    if (family := monitor.text("ip_family")) in ("ipv4", "ipv6"):
        spec["ip_version"] = int(family[-1])


def _keyword(monitor: _Monitor) -> None:
    _http(monitor)
    verb = "does not contain" if monitor.take("invert_keyword") else "contains"
    monitor.draft.condition(f"body {verb} {quoted(monitor.text('keyword'))}")


def _json_query(monitor: _Monitor) -> None:
    _http(monitor)
    add_json_query(
        monitor.draft,
        monitor.text("json_path"),
        monitor.text("json_path_operator") or "==",
        monitor.text("expected_value"),
    )


def _browser(monitor: _Monitor) -> None:
    _http(monitor)
    monitor.draft.drop("type real-browser", "the page is asked for, not drawn")


def _expect(monitor: _Monitor) -> None:
    codes = monitor.take("accepted_statuscodes", ["200-299"])
    text = ", ".join(map(str, codes)) if isinstance(codes, list) else str(codes)
    try:
        expected_status(text)
    except ConfigError:
        monitor.draft.drop("accepted_statuscodes", "expected codes from 100 to 599")
        return
    if text != "200-299":
        monitor.draft.spec["expect"] = text


def _request(monitor: _Monitor) -> None:
    draft = monitor.draft
    if headers := _object(monitor.text("headers")):
        set_headers(draft, headers, "headers")
    elif monitor.row.get("headers"):
        draft.drop("headers", "expected an object of JSON")
    encoding, body = monitor.text("http_body_encoding"), monitor.text("body")
    if not body:
        return
    draft.spec["body"] = body
    if encoding in _TYPES_OF_BODY:
        add_header(draft, "Content-Type", _TYPES_OF_BODY[encoding])
    elif encoding in ("", "json"):
        add_header(draft, "Content-Type", "application/json")


def _object(text: str) -> dict[str, Any]:
    try:
        found = read_json(text)
    except NotJson:
        return {}
    return found if isinstance(found, dict) else {}


def _authorization(monitor: _Monitor) -> None:
    draft = monitor.draft
    method = monitor.text("auth_method")
    user, password = monitor.text("basic_auth_user"), monitor.text("basic_auth_pass")
    token = monitor.text("bearer_token")
    if method in ("", "null", "basic") and (user or password):
        draft.spec["auth"] = f"{user}:{password}"
    elif method == "bearer" and token:
        draft.spec["auth"] = f"Bearer {token}"
    elif method == "mtls":
        _own_certificate(monitor)
    elif method not in ("", "null", "basic"):
        draft.switch_off(f"auth_method {method[:20]}", "there is no such login")


def _own_certificate(monitor: _Monitor) -> None:
    for field, option in (
        ("tls_cert", "client_certificate"),
        ("tls_key", "client_key"),
        ("tls_ca", "authorities"),
    ):
        if pem := monitor.text(field):
            monitor.draft.spec[option] = pem


def _tls(monitor: _Monitor) -> None:
    if monitor.take("ignore_tls"):
        monitor.draft.spec["verify_tls"] = False


def _port(monitor: _Monitor) -> None:
    monitor.draft.spec["kind"] = "tcp"
    _place(monitor, 0)


def _place(monitor: _Monitor, port: int) -> bool:
    host = monitor.text("hostname")
    number = int(monitor.number("port", port))
    written = f"[{host}]" if ":" in host else host
    return set_place(monitor.draft, f"any://{written}:{number}", port, "hostname")


def _dns(monitor: _Monitor) -> None:
    spec = monitor.draft.spec
    spec.update(kind="dns", target=monitor.text("hostname"))
    spec["record_type"] = monitor.text("dns_resolve_type") or "A"
    servers = monitor.text("dns_resolve_server").split(",")
    if servers[0].strip():
        spec["name_server"] = servers[0].strip()
    if len(servers) > 1:
        monitor.draft.drop("dns_resolve_server", "one name server is asked, the first")
    if (port := int(monitor.number("port", 53))) not in (0, 53):
        spec["port"] = port
    add_record_conditions(monitor.draft, monitor.take("conditions", []))


def _grpc(monitor: _Monitor) -> None:
    monitor.draft.spec["kind"] = "grpc"
    set_place(monitor.draft, monitor.text("grpc_url"), 50051, "grpc_url")
    if monitor.take("grpc_enable_tls"):
        monitor.draft.spec["tls"] = True
    _tls(monitor)
    monitor.draft.switch_off(
        "type grpc-keyword", "the standard health service is asked, not a method"
    )


def _redis(monitor: _Monitor) -> None:
    url = monitor.text("database_connection_string")
    spec = monitor.draft.spec
    spec["kind"] = "redis"
    user, password, _ = login_of(url)
    spec.update({"username": user} if user else {})
    spec.update({"password": password} if password else {})
    if url.startswith("rediss:"):
        spec["tls"] = True
    set_place(monitor.draft, url, 6379, "database_connection_string")
    _tls(monitor)


def _database(monitor: _Monitor, kind: str, port: int) -> None:
    url = monitor.text("database_connection_string")
    spec = monitor.draft.spec
    spec["kind"] = kind
    user, password, database = login_of(url)
    spec.update({"user": user} if user else {})
    if database and kind == "postgresql":
        spec["database"] = database
    if not set_place(monitor.draft, url, port, "database_connection_string"):
        return
    if password or monitor.text("radius_password"):
        monitor.draft.drop("password", "nobody logs in: the greeting is enough")


def _postgresql(monitor: _Monitor) -> None:
    _database(monitor, "postgresql", 5432)


def _mysql(monitor: _Monitor) -> None:
    _database(monitor, "mysql", 3306)


def _websocket(monitor: _Monitor) -> None:
    spec = monitor.draft.spec
    spec.update(kind="websocket", url=monitor.text("url"))
    if protocol := monitor.text("ws_subprotocol"):
        spec["subprotocol"] = protocol.split(",")[0].strip()
    monitor.take("accepted_statuscodes")


def _smtp(monitor: _Monitor) -> None:
    security = monitor.text("smtp_security")
    monitor.draft.spec["kind"] = "smtp"
    if security == "secure":
        monitor.draft.spec["tls"] = True
    elif security == "starttls":
        monitor.draft.spec["start_tls"] = True
    _place(monitor, 465 if security == "secure" else 25)


KINDS: dict[str, Callable[[_Monitor], None]] = {
    "http": _http,
    "keyword": _keyword,
    "json-query": _json_query,
    "real-browser": _browser,
    "port": _port,
    "dns": _dns,
    "grpc-keyword": _grpc,
    "redis": _redis,
    "postgres": _postgresql,
    "mysql": _mysql,
    "websocket-upgrade": _websocket,
    "smtp": _smtp,
}
