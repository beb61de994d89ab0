"""What each type of monitor of Uptime Kuma becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.documents import NotJson, read_json
from pulseboard.probes.assertions.parse import expected_status
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
from pulseboard.probes.importers.uptime_kuma_monitor import Monitor
from pulseboard.probes.importers.writing import quoted

_TYPES_OF_BODY = {
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml; charset=utf-8",
}


def _http(monitor: Monitor) -> None:
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


def _keyword(monitor: Monitor) -> None:
    _http(monitor)
    verb = "does not contain" if monitor.take("invert_keyword") else "contains"
    monitor.draft.condition(f"body {verb} {quoted(monitor.text('keyword'))}")


def _json_query(monitor: Monitor) -> None:
    _http(monitor)
    add_json_query(
        monitor.draft,
        monitor.text("json_path"),
        monitor.text("json_path_operator") or "==",
        monitor.text("expected_value"),
    )


def _browser(monitor: Monitor) -> None:
    _http(monitor)
    monitor.draft.drop("type real-browser", "the page is asked for, not drawn")


def _expect(monitor: Monitor) -> None:
    codes = monitor.take("accepted_statuscodes", ["200-299"])
    text = ", ".join(map(str, codes)) if isinstance(codes, list) else str(codes)
    try:
        expected_status(text)
    except ConfigError:
        monitor.draft.drop("accepted_statuscodes", "expected codes from 100 to 599")
        return
    if text != "200-299":
        monitor.draft.spec["expect"] = text


def _request(monitor: Monitor) -> None:
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


def _authorization(monitor: Monitor) -> None:
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


def _own_certificate(monitor: Monitor) -> None:
    for field, option in (
        ("tls_cert", "client_certificate"),
        ("tls_key", "client_key"),
        ("tls_ca", "authorities"),
    ):
        if pem := monitor.text(field):
            monitor.draft.spec[option] = pem


def _tls(monitor: Monitor) -> None:
    if monitor.take("ignore_tls"):
        monitor.draft.spec["verify_tls"] = False


def _port(monitor: Monitor) -> None:
    monitor.draft.spec["kind"] = "tcp"
    _place(monitor, 0)


def _place(monitor: Monitor, port: int) -> bool:
    host = monitor.text("hostname")
    number = int(monitor.number("port", port))
    written = f"[{host}]" if ":" in host else host
    return set_place(monitor.draft, f"any://{written}:{number}", port, "hostname")


def _dns(monitor: Monitor) -> None:
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


def _grpc(monitor: Monitor) -> None:
    monitor.draft.spec["kind"] = "grpc"
    set_place(monitor.draft, monitor.text("grpc_url"), 50051, "grpc_url")
    if monitor.take("grpc_enable_tls"):
        monitor.draft.spec["tls"] = True
    _tls(monitor)
    monitor.draft.switch_off(
        "type grpc-keyword", "the standard health service is asked, not a method"
    )


def _redis(monitor: Monitor) -> None:
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


def _database(monitor: Monitor, kind: str, port: int) -> None:
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


def _postgresql(monitor: Monitor) -> None:
    _database(monitor, "postgresql", 5432)


def _mysql(monitor: Monitor) -> None:
    _database(monitor, "mysql", 3306)


def _websocket(monitor: Monitor) -> None:
    spec = monitor.draft.spec
    spec.update(kind="websocket", url=monitor.text("url"))
    if protocol := monitor.text("ws_subprotocol"):
        spec["subprotocol"] = protocol.split(",")[0].strip()
    monitor.take("accepted_statuscodes")


def _smtp(monitor: Monitor) -> None:
    security = monitor.text("smtp_security")
    monitor.draft.spec["kind"] = "smtp"
    if security == "secure":
        monitor.draft.spec["tls"] = True
    elif security == "starttls":
        monitor.draft.spec["start_tls"] = True
    _place(monitor, 465 if security == "secure" else 25)


KINDS: dict[str, Callable[[Monitor], None]] = {
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
