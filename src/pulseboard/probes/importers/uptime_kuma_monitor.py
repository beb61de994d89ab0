"""One monitor of Uptime Kuma on its way; remembers which fields were looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pulseboard.probes.importers.draft import Draft

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


class Monitor:
    """One monitor, its fields by their names in the database."""

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
