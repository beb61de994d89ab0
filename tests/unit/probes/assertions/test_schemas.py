"""X5: ``json fits schema``."""

import json
from datetime import UTC, datetime

import pytest

from pulseboard.core.errors import ConfigError
from pulseboard.guard.verdict import Trust
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.facts import Facts
from pulseboard.probes.options import Surroundings, WrongSpec, read_spec

NOW = datetime(2026, 5, 17, tzinfo=UTC)


def said(schema, document, line="json fits schema"):
    seen = Facts(total_seconds=0.1, body=json.dumps(document).encode())
    conditions = parse_conditions(line, json_schema=schema)
    return [each.said.partition(": ")[2] for each in conditions.judge(seen, now=NOW)]


ITEM = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "integer", "minimum": 1}, "name": {"maxLength": 3}},
    "additionalProperties": False,
}

CASES = [
    ({"type": "string"}, "a", None),
    ({"type": "string"}, 1, "it is no string"),
    ({"type": ["string", "null"]}, None, None),
    ({"type": ["string", "null"]}, 1, "it is no string or null"),
    ({"type": "integer"}, 1.0, None),
    ({"type": "integer"}, 1.5, "it is no integer"),
    ({"type": "integer"}, True, "it is no integer"),
    ({"type": "number"}, False, "it is no number"),
    ({"type": "boolean"}, False, None),
    ({"const": 1}, 1, None),
    ({"const": 1}, True, "it is not what it must be"),
    ({"enum": ["a", 2]}, 2, None),
    ({"enum": ["a", 2]}, 3, "it is none of what it may be"),
    ({"minimum": 1, "maximum": 3}, 1, None),
    ({"minimum": 1, "maximum": 3}, 3, None),
    ({"minimum": 1}, 0, "it is below 1"),
    ({"maximum": 3}, 4, "it is above 3"),
    ({"exclusiveMinimum": 1}, 1, "it is not above 1"),
    ({"exclusiveMaximum": 3}, 3, "it is not below 3"),
    ({"minLength": 2}, "ab", None),
    ({"minLength": 2}, "a", "it has 1 letters, fewer than 2"),
    ({"maxLength": 2}, "abc", "it has 3 letters, more than 2"),
    ({"pattern": "^a+$"}, "aa", None),
    ({"pattern": "^a+$"}, "ab", "it does not match its pattern"),
    ({"items": {"type": "number"}}, [1, 2], None),
    ({"items": {"type": "number"}}, [1, "x"], "[1] is no number"),
    ({"prefixItems": [True, {"type": "null"}]}, [1, 2], "[1] is no null"),
    ({"minItems": 1}, [], "it has 0 entries, fewer than 1"),
    ({"maxItems": 1}, [1, 2], "it has 2 entries, more than 1"),
    ({"uniqueItems": True}, [1, True, [1]], None),
    ({"uniqueItems": True}, [1, 2, 1], "it has an entry twice"),
    (ITEM, {"id": 1, "name": "abc"}, None),
    (ITEM, {}, "id is missing"),
    (ITEM, {"id": 0}, "id is below 1"),
    (ITEM, {"id": 1, "name": "abcd"}, "name has 4 letters, more than 3"),
    (ITEM, {"id": 1, "http://evil": 1}, "* must not be there"),
    ({"items": ITEM}, [{"id": 1}, {}], "[1].id is missing"),
    ({"allOf": [{"type": "number"}, {"minimum": 5}]}, 4, "it is below 5"),
    ({"anyOf": [{"type": "number"}, {"type": "null"}]}, None, None),
    ({"anyOf": [{"type": "number"}]}, "a", "it is none of what it may be"),
    ({"oneOf": [{"type": "number"}, {"minimum": 3}]}, 1, "it is 1 of"),
    ({"not": {"type": "null"}}, None, "it is what it must not be"),
    ({"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}, 1, "it is no null"),
    (True, 1, None),
    (False, 1, "it must not be there"),
]
CASES[
    CASES.index(({"oneOf": [{"type": "number"}, {"minimum": 3}]}, 1, "it is 1 of"))
] = (
    {"oneOf": [{"type": "number"}, {"minimum": 3}]},
    5,
    "it is 2 of what it must be one of",
)


@pytest.mark.parametrize(("schema", "document", "problem"), CASES)
def test_a_document_fits_or_is_told_why_not(schema, document, problem):
    """X5"""
    assert said(schema, document) == ([] if problem is None else [problem])


def test_a_part_of_the_answer_fits_a_schema():
    """X5"""
    assert said(ITEM, {"first": {"id": 3}}, "json.first fits schema") == []
    assert said(ITEM, {"id": 3}, "json does not fit schema") == ["it fits"]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"typ": "string"}, "json_schema.typ: .* did you mean 'type'"),
        ({"format": "email"}, "json_schema.format: this word .* is not supported"),
        ({"patternProperties": {}}, "is not supported"),
        ({"type": "text"}, "json_schema.type: expected one of string"),
        ({"minimum": "1"}, "json_schema.minimum: expected a number, got str"),
        ({"required": "id"}, "json_schema.required: expected a list, got str"),
        ({"properties": []}, "json_schema.properties: expected an object, got list"),
        ({"items": 3}, "json_schema.items: expected an object, true or false"),
        ({"$ref": "http://x/y"}, "expected a reference inside this schema"),
        ({"$ref": "#/$defs/none"}, "expected a reference inside this schema"),
        ({"pattern": "("}, "json_schema.pattern: expected a regular expression"),
        ([], "json_schema: expected an object, true or false, got list"),
    ],
)
def test_a_schema_that_is_not_understood_is_refused(schema, message):
    """X5: half a schema would reassure wrongly."""
    with pytest.raises(ConfigError, match=message):
        parse_conditions("json fits schema", json_schema=schema)


def test_a_schema_that_leads_into_itself_ends():
    """A21"""
    assert said({"$ref": "#"}, 1) == ["more than 64 levels of schema to look at"]


def test_a_recursive_schema_follows_the_document():
    """A21"""
    tree = {
        "properties": {"children": {"items": {"$ref": "#"}}},
        "required": ["children"],
    }

    assert said(tree, {"children": [{"children": []}]}) == []
    assert said(tree, {"children": [{}]}) == ["children[0].children is missing"]


def test_a_schema_that_doubles_at_every_step_ends():
    """A21: 2 to the power of 40 ways to fail."""
    doubling = {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}

    assert len(said(doubling, 1)) == 1


def test_deep_and_large_schemas_are_refused():
    """A21"""
    deep: dict = {}
    for _ in range(40):
        deep = {"not": deep}
    wide = {"allOf": [True] * 1000}

    for schema in (deep, wide):
        with pytest.raises(ConfigError, match="at most 32 levels and 1000 parts"):
            parse_conditions("json fits schema", json_schema=schema)


def test_many_unlike_entries_are_not_compared_for_ever():
    """A21"""
    (problem,) = said({"uniqueItems": True}, list(range(5000)))

    assert problem == "more than 10,000 values to look at"


def test_an_endpoint_brings_its_schema():
    """X5"""
    around = Surroundings(trust=Trust.CODE, clock=lambda: NOW)
    spec = {
        "name": "shop",
        "target": "https://shop.example/",
        "conditions": "json fits schema",
    }

    plan = read_spec({**spec, "json_schema": {"type": "object"}}, around)

    assert plan.conditions.names == {"status", "json"}
    for schema, errors in (
        (None, {"conditions": "line 1, column 11: there is no schema to fit"}),
        ({"type": "text"}, {"json_schema": "type: expected one of string"}),
    ):
        with pytest.raises(WrongSpec) as caught:
            read_spec({**spec, "json_schema": schema}, around)
        assert caught.value.errors.keys() == errors.keys()
        for key, sentence in errors.items():
            assert caught.value.errors[key].startswith(sentence)
