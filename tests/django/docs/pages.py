"""The pages of the documentation, read as tables, sections and examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"

CODE = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
EXAMPLE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|^<?img src=\"([^\"]+)\"", re.MULTILINE)
#: A cell ends at a bar that no backslash escapes.
BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Example:
    """One fenced block of a page."""

    page: str
    language: str
    text: str


def page(name: str) -> str:
    """Return the text of ``docs/<name>.md``."""
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def pages() -> list[Path]:
    """Return every page, the README among them."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def sections(text: str) -> dict[str, str]:
    """Return the text below each second-level heading, by the heading without marks."""
    parts = HEADING.split(text)[1:]
    return {
        name.strip("`"): body
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of every table in *text*, heads left out."""
    lines = text.splitlines()
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if line.startswith("| ") and not following.startswith("|---"):
            yield [cell.strip() for cell in BAR.split(line)[1:-1]]


def named(text: str) -> dict[str, list[str]]:
    """Return the rows whose first cell is one word of code, by that word."""
    found = {}
    for cells in rows(text):
        code = CODE.fullmatch(cells[0])
        if code:
            found[code[1]] = cells
    return found


def words(text: str) -> set[str]:
    """Return everything in *text* that is marked as code."""
    return set(CODE.findall(text))


def examples(language: str) -> list[Example]:
    """Return the fenced blocks in *language*, of all pages."""
    return [
        Example(path.relative_to(ROOT).as_posix(), found[1], found[2])
        for path in pages()
        for found in EXAMPLE.finditer(path.read_text(encoding="utf-8"))
        if found[1] == language
    ]
