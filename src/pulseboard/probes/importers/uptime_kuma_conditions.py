"""Expressions of Uptime Kuma as conditions of ours."""

from __future__ import annotations

import re
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.importers.draft import Draft
from pulseboard.probes.importers.writing import quoted, value

_STEP = re.compile(r"\.?([A-Za-z_][\w-]*)|\[(-?[0-9]+)\]|\.?\[?\"([^\"]+)\"\]?")
_COMPARISONS = {
    "==": "==",
    "=": "==",
    "!=": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "contains": "contains",
}

#: Operators on records, with what surrounds the value.
_RECORD_VERBS = {
    "equals": ("contains", "", ""),
    "not_equals": ("does not contain", "", ""),
    "contains": ("like", "*", "*"),
    "not_contains": ("not like", "*", "*"),
    "starts_with": ("like", "", "*"),
    "not_starts_with": ("not like", "", "*"),
    "ends_with": ("like", "*", ""),
    "not_ends_with": ("not like", "*", ""),
}


def add_json_query(draft: Draft, path: str, operator: str, expected: str) -> None:
    """Add what JSONata *path* leads to; only keys and indexes are understood."""
    subject, verb = _subject(path), _COMPARISONS.get(operator)
    if subject is None or verb is None:
        draft.switch_off("json_path", "only keys and indexes are read in a path")
        return
    _add(draft, f"{subject} {verb} {value(expected)}", "json_path")


def add_record_conditions(draft: Draft, conditions: Any) -> None:
    """Add what is said of DNS records; groups and 'or' are not understood."""
    rules = conditions if isinstance(conditions, list) else []
    lines = [_record_line(each) for each in rules]
    joined = {each.get("andOr") for each in rules[1:] if isinstance(each, dict)}
    if None in lines or "or" in joined:
        draft.switch_off("conditions", "every line must hold; there is no 'or'")
        return
    for line in lines:
        _add(draft, line or "", "conditions")


def _record_line(rule: Any) -> str | None:
    if not isinstance(rule, dict) or rule.get("type") != "expression":
        return None
    verb = _RECORD_VERBS.get(str(rule.get("operator")))
    if verb is None or rule.get("variable") != "record":
        return None
    word, before, after = verb
    return f"dns.records {word} {quoted(before + str(rule.get('value', '')) + after)}"


def _add(draft: Draft, line: str, what: str) -> None:
    try:
        parse_conditions(line)
    except ConfigError:
        draft.switch_off(what, "it cannot be said in a condition")
    else:
        draft.condition(line)


def _subject(path: str) -> str | None:
    """Return JSONata *path* as ours, None when it is more than keys and indexes."""
    rest = path.strip().removeprefix("$")
    subject = "json"
    while rest:
        found = _STEP.match(rest)
        if found is None:
            return None
        key, index, odd = found.groups()
        subject += f"[{index}]" if index else f".{key}" if key else f"[{quoted(odd)}]"
        rest = rest[found.end() :]
    return subject
