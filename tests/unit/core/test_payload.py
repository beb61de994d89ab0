"""JSON from outside: what is read can be walked and stored. Fact 9, A23"""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulseboard.core.payload import is_json, json_object, read_json
from pulseboard.core.problem import Problem

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_plain_values_are_read(value: object) -> None:
    assert read_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "[-Infinity]",
        "1e999",
        "9223372036854775808",
        "-9223372036854775808",
        '"\\u0000"',
        '{"a": ["\\ud800"]}',
        '{"\\ud800": 1}',
        '{"a": {"b": 1, "b": 2}}',
        "[" * 33 + "1" + "]" * 33,
        "[" * 100_000,
        "9" * 5_000,
        "",
        "{",
        "{} {}",
        "{'a': 1}",
        "\ufeff{}",
    ],
)
def test_what_databases_or_walkers_choke_on_is_refused(text: str) -> None:
    with pytest.raises(Problem) as caught:
        read_json(text.encode("utf-8"))
    assert caught.value.status == 400


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """R6"""
    with contextlib.suppress(Problem):
        assert isinstance(json_object(body, "application/json"), dict)


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("application/merge-patch+json", True),
        ("text/json", False),
        ("application/jsonp", False),
        ("", False),
        (";", False),
    ],
)
def test_json_is_announced(media_type: str, expected: bool) -> None:
    assert is_json(media_type) is expected
