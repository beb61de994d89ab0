"""X5, X26: the pages say what the parser does."""

import re
from pathlib import Path

import pytest

from pulseboard.probes.assertions import parse, paths, patterns, predicates, schema
from pulseboard.probes.assertions.documents import MOST_DIGITS, MOST_VISITED
from pulseboard.probes.assertions.names import SUBJECTS, TYPES
from pulseboard.probes.assertions.parse import parse_conditions
from pulseboard.probes.assertions.tokens import Cursor
from pulseboard.probes.assertions.values import quantity
from pulseboard.probes.importers.gatus_conditions import PLACES, translate
from pulseboard.probes.importers.gatus_endpoints import KINDS as GATUS_KINDS

DOCS = Path(__file__).parents[3] / "docs"
REFERENCE = (DOCS / "reference/assertions.md").read_text()
IMPORTS = (DOCS / "how-to/import-from-other-monitors.md").read_text()

GRAMMAR = re.search(r"```ebnf\n(.*?)```", REFERENCE, re.DOTALL)[1]
EXAMPLES = [
    line
    for block in re.findall(r"```text\n(.*?)```", REFERENCE, re.DOTALL)
    for line in block.splitlines()
]
ROWS = re.findall(r"^\| `(.*\[[A-Z].*)` \| `(.*)` \|$", IMPORTS, re.MULTILINE)


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_is_a_condition(line):
    """X5"""
    assert len(parse_conditions(line).items) == 1


def test_the_grammar_names_every_word_of_the_parser():
    """X5"""
    words = set(re.findall(r'"([^"\s]+)"', GRAMMAR))
    verbs = {
        form
        for verb, other in predicates.VERBS.items()
        for form in (verb, other)
        if form
    }

    assert words >= {
        *predicates.OPERATORS,
        *verbs,
        *TYPES,
        "any",
        "warning",
        "critical",
    }


def test_the_parser_knows_every_word_of_the_grammar():
    """X5"""
    productions = dict(re.findall(r"^(\w+) += (.*?);$", GRAMMAR, re.M | re.DOTALL))
    comparisons = re.findall(r'"(.*?)"', productions["comparison"])
    units = re.findall(r'"(\w+)"', productions["duration"])

    assert tuple(comparisons) == predicates.OPERATORS
    assert tuple(re.findall(r'"(\w+)"', productions["type"])) == TYPES
    assert all(quantity(f"1{unit}") for unit in units)
    for letter in re.findall(r'"(\w)"', productions["escape"]):
        assert Cursor(f'"\\{letter}"', 1).quoted() is not None


def test_the_page_names_every_subject_and_operator():
    """X5"""
    for name in SUBJECTS:
        assert f"`{name}`" in REFERENCE
    for verb in predicates.VERBS:
        assert any(f" {verb} " in line or line.endswith(verb) for line in EXAMPLES) or (
            verb == "fits"
        )
    for word in schema.KEYWORDS:
        assert f"`{word}`" in REFERENCE


@pytest.mark.parametrize(
    "limit",
    [
        parse.LONGEST_TEXT,
        parse.MOST_LINES,
        paths.LONGEST_PATH,
        MOST_VISITED,
        MOST_DIGITS,
        predicates.MOST_CHOICES,
        patterns.LONGEST_PATTERN,
        schema.MOST_PARTS,
    ],
)
def test_the_page_names_every_limit(limit):
    """A21, A22"""
    assert f"{limit:,}" in REFERENCE


@pytest.mark.parametrize(("theirs", "ours"), ROWS)
def test_the_table_of_gatus_says_what_is_translated(theirs, ours):
    """X26"""
    assert translate(theirs, "http") == ours


def test_the_table_of_gatus_has_every_placeholder_and_function():
    """X26"""
    theirs = " ".join(row[0] for row in ROWS)

    for place in (*PLACES, "[HEADER]"):
        assert place in theirs
    for function in ("any(", "pat(", "len(", "has(", "age("):
        assert function in theirs
    for scheme in GATUS_KINDS:
        assert f"`{scheme}://`" in IMPORTS
