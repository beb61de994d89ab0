"""Every promise of a closed issue is named by a test that proves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROMISE = re.compile(r"([A-Z]\d{1,2}) +(\S.*)")
NAMED = re.compile(r"\b[A-Z]\d{1,2}\b")


def test_a_test_names_every_id_of_the_closed_issues() -> None:
    promised, named = _promises(), _named_ids()
    missing = [
        f"{each}  {what}" for each, what in promised.items() if each not in named
    ]
    assert not missing, "no test names:\n" + "\n".join(missing)


def test_ids_are_listed_once_each_with_what_they_promise() -> None:
    lines = [line for line in _lines() if not PROMISE.fullmatch(line)]
    assert lines == []
    assert len(_promises()) == len(_lines())


def _promises() -> dict[str, str]:
    found = [PROMISE.fullmatch(line) for line in _lines()]
    return {each[1]: each[2] for each in found if each is not None}


def _lines() -> list[str]:
    text = (ROOT / "tests/ids.txt").read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _named_ids() -> set[str]:
    texts = [path.read_text() for path in _test_files()]
    return {each for text in texts for each in NAMED.findall(text)}


def _test_files() -> Iterator[Path]:
    for path in (ROOT / "tests").rglob("*.py"):
        if not path.is_relative_to(ROOT / "tests/support"):  # holds no tests
            yield path
    yield from (ROOT / "examples").glob("*/*/tests.py")
    yield from (ROOT / "frontend/src").rglob("*.test.ts")
