"""One endpoint of Gatus."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.parse import (
    LONGEST_TEXT,
    MOST_LINES,
    expected_status,
)
from pulseboard.probes.importers.draft import INTERVALS, TIMEOUTS, Draft
from pulseboard.probes.importers.gatus_conditions import Untranslatable, translate
from pulseboard.probes.importers.requests import (
    add_header,
    go_seconds,
    host_of,
    login_of,
    set_headers,
    set_place,
)

Row = Mapping[str, Any]

_REASONS = {
    "alerts": "channels and rules are set up in Pulseboard",
    "maintenance-windows": "plan it anew",
    "ui": "pages have settings of their own",
    "extra-labels": "there are groups instead",
    "always-run": "only a journey cleans up",
    "store": "only a journey carries values",
}
_REFUSED = {"icmp": "ICMP is not sent; ask a port with tcp"}

_SCHEME = re.compile(r"[a-z0-9+-]{1,20}")
_VARIABLE = re.compile(r"(?<!\$)\$(?:\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)")
_RANDOM = re.compile(r"\[(?:RANDOM_STRING_[0-9]+|LOCAL_ADDRESS)\]")
_ANY_STATUS = "100-599"


class Endpoint:
    """One endpoint on its way; remembers which fields were looked at."""

    def __init__(self, row: Row, draft: Draft) -> None:
        self.row = row
        self.draft = draft
        self.used = {"name", "group", "url", "enabled"}
        self.of_domain: list[str] = []

    def take(self, name: str) -> Any:
        """Return the field *name*, which is dealt with by that."""
        self.used.add(name)
        return self.row.get(name)

    def text(self, name: str) -> str:
        found = self.take(name)
        return "" if found is None else _filled(str(found), self.draft, name)

    def mapping(self, name: str) -> Row:
        found = self.take(name)
        return found if isinstance(found, Mapping) else {}

    def tell_the_rest(self) -> None:
        """Drop every field that says something and was not taken."""
        for name, found in self.row.items():
            if name not in self.used and found not in (None, "", False, [], {}):
                why = _REASONS.get(name, "there is nothing like it")
                self.draft.drop(str(name), why)


def drafts_of(row: Row, place: int) -> Iterator[Draft]:
    """Yield the endpoint of *row*, and one more for its domain when it has to last."""
    draft = Draft(str(row.get("name") or ""), f"endpoint {place}")
    endpoint = Endpoint(row, draft)
    _fill(endpoint)
    yield draft
    if draft.is_taken and endpoint.of_domain:
        yield _domain(endpoint)


def _filled(text: str, draft: Draft, what: str) -> str:
    """Return *text* as it is; what Gatus would fill in is told of."""
    if _VARIABLE.search(text):
        draft.switch_off(what, "variables of the environment are not filled in")
    return text.replace("$$", "$")


def _fill(endpoint: Endpoint) -> None:
    row, draft = endpoint.row, endpoint.draft
    if row.get("group"):
        draft.spec["group"] = str(row["group"])[:100]
    if row.get("enabled") is False:
        draft.spec["enabled"] = False
    _kind(endpoint)
    if not draft.is_taken:
        return
    set_interval(endpoint, "60s")
    fill_client(endpoint)
    fill_conditions(endpoint)
    endpoint.tell_the_rest()


def set_interval(endpoint: Endpoint, default: str) -> None:
    """Set the time between two runs."""
    seconds = go_seconds(endpoint.take("interval") or default)
    if seconds is None:
        endpoint.draft.drop("interval", "expected a duration")
    else:
        endpoint.draft.duration("every", seconds, INTERVALS, "interval")


def _domain(endpoint: Endpoint) -> Draft:
    """Return an endpoint for the days of the domain, which its registry tells."""
    host = host_of(str(endpoint.row.get("url") or "")).removeprefix("www.")
    draft = Draft(f"{endpoint.draft.title} (domain)", "domain")
    draft.spec.update(kind="domain", target=host, every="1d")
    if "group" in endpoint.draft.spec:
        draft.spec["group"] = endpoint.draft.spec["group"]
    for line in endpoint.of_domain:
        draft.condition(line)
    if host.count(".") != 1:
        draft.switch_off("conditions", "put the registered name into its target")
    return draft


def _kind(endpoint: Endpoint) -> None:
    url = endpoint.text("url")
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if endpoint.row.get("dns"):
        _dns(endpoint, url)
    elif make := KINDS.get(scheme):
        make(endpoint, url)
    else:
        why = _REFUSED.get(scheme, "there is no such kind of probe")
        shown = scheme if _SCHEME.fullmatch(scheme) else "url"
        endpoint.draft.refuse(shown, why)


def fill_http(endpoint: Endpoint, url: str) -> None:
    """Set what is asked over HTTP."""
    spec = endpoint.draft.spec
    spec.update(kind="http", url=url)
    if (method := endpoint.text("method").upper() or "GET") != "GET":
        spec["method"] = method
    headers = {
        str(name): _filled(str(value), endpoint.draft, f"headers.{name}")
        for name, value in endpoint.mapping("headers").items()
    }
    set_headers(endpoint.draft, headers, "headers")
    _body(endpoint)


def _body(endpoint: Endpoint) -> None:
    body = endpoint.text("body")
    for name, key in (("NAME", "name"), ("GROUP", "group"), ("URL", "url")):
        body = body.replace(f"[ENDPOINT_{name}]", str(endpoint.row.get(key) or ""))
    if _RANDOM.search(body):
        endpoint.draft.drop("body", "nothing random is filled in; it is sent as it is")
    if endpoint.take("graphql"):
        body = json.dumps({"query": body})
        add_header(endpoint.draft, "Content-Type", "application/json")
    if body:
        endpoint.draft.spec["body"] = body


def _websocket(endpoint: Endpoint, url: str) -> None:
    endpoint.draft.spec.update(kind="websocket", url=url)
    if body := endpoint.text("body"):
        endpoint.draft.spec["send"] = body
    set_headers(endpoint.draft, endpoint.mapping("headers"), "headers")


def _dns(endpoint: Endpoint, server: str) -> None:
    asked, spec = endpoint.mapping("dns"), endpoint.draft.spec
    spec.update(kind="dns", record_type=str(asked.get("query-type") or "A").upper())
    if not set_place(endpoint.draft, server, 53, "url"):
        return
    host, _, port = spec["target"].rpartition(":")
    spec["name_server"] = host.strip("[]")
    if port != "53":
        spec["port"] = int(port)
    spec["target"] = str(asked.get("query-name") or "").rstrip(".")


def _placed(kind: str, port: int, **more: Any) -> Callable[[Endpoint, str], None]:
    def make(endpoint: Endpoint, url: str) -> None:
        endpoint.draft.spec.update(kind=kind, **more)
        set_place(endpoint.draft, url, port, "url")

    return make


def _tcp(endpoint: Endpoint, url: str) -> None:
    if body := endpoint.text("body"):
        endpoint.draft.spec["send"] = body
    _placed("tcp", 0)(endpoint, url)


def _redis(endpoint: Endpoint, url: str) -> None:
    user, password, _ = login_of(url)
    login = {"username": user, "password": password}
    endpoint.draft.spec.update({key: each for key, each in login.items() if each})
    secure = {"tls": True} if url.startswith("rediss:") else {}
    _placed("redis", 6379, **secure)(endpoint, url)


def fill_client(endpoint: Endpoint) -> None:
    """Set how it is asked."""
    spec, draft = endpoint.draft.spec, endpoint.draft
    for name, value in endpoint.mapping("client").items():
        match name:
            case "insecure" | "ignore-redirect" if not value:
                pass
            case "insecure" if spec["kind"] != "dns":
                spec["verify_tls"] = False
            case "ignore-redirect" if spec["kind"] == "http":
                spec["follow_redirects"] = False
            case "timeout" if (seconds := go_seconds(value)) is not None:
                draft.duration("timeout", seconds, TIMEOUTS, "client.timeout")
            case "network" if value in ("ip4", "ip6") and spec["kind"] != "dns":
                spec["ip_version"] = int(str(value)[-1])
            case "network" if value == "ip":
                pass
            case _:
                draft.drop(f"client.{name}", "there is nothing like it")


def fill_conditions(endpoint: Endpoint) -> None:
    """Set what is expected."""
    found = endpoint.take("conditions")
    written = [str(each) for each in found] if isinstance(found, list) else []
    draft, is_http = endpoint.draft, endpoint.draft.spec["kind"] == "http"
    if is_http:
        # Gatus expects no status unless told to.
        draft.spec["expect"] = _ANY_STATUS
    for place, condition in enumerate(written, 1):
        try:
            line = translate(condition, draft.spec["kind"])
        except Untranslatable as error:
            draft.drop(f"conditions, line {place}", str(error))
            continue
        if is_http and _is_expectation(line, draft):
            draft.spec["expect"] = line.partition(" ")[2].partition(" ")[2]
        elif line.startswith("domain.days"):
            endpoint.of_domain.append(line)
        elif not is_http and line.startswith(("body", "json")):
            _answer(endpoint, line, f"conditions, line {place}")
        elif _has_room(draft, line):
            draft.condition(line)
        else:
            draft.drop(f"conditions, line {place}", "there are too many")


def _answer(endpoint: Endpoint, line: str, what: str) -> None:
    """Say how an answer must begin, which is all that these kinds compare."""
    draft = endpoint.draft
    text = line.removeprefix("body == ")
    if line == text or draft.spec["kind"] not in ("tcp", "websocket"):
        draft.drop(what, "only the beginning of an answer can be compared")
        return
    draft.spec["answer"] = text.removeprefix('"').removesuffix('"').replace('\\"', '"')


def _is_expectation(line: str, draft: Draft) -> bool:
    """Return whether *line* is all that is said of the status, as ``expect`` does."""
    if draft.spec["expect"] != _ANY_STATUS or not line.startswith(
        ("status == ", "status in ")
    ):
        return False
    try:
        expected_status(line.partition(" ")[2].partition(" ")[2])
    except ConfigError:
        return False
    return True


def _has_room(draft: Draft, line: str) -> bool:
    before = draft.spec.get("conditions", "")
    is_short = len(before) + len(line) < LONGEST_TEXT
    return is_short and before.count("\n") < MOST_LINES - 1


KINDS: dict[str, Callable[[Endpoint, str], None]] = {
    "http": fill_http,
    "https": fill_http,
    "ws": _websocket,
    "wss": _websocket,
    "tcp": _tcp,
    "tls": _placed("tls", 443),
    "starttls": _placed("tls", 25, start_tls="smtp"),
    "grpc": _placed("grpc", 50051),
    "grpcs": _placed("grpc", 443, tls=True),
    "redis": _redis,
    "rediss": _redis,
}
