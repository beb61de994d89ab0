"""Files that others wrote, read with care: bounded, and refused in words."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

from pulseboard.core.errors import ConfigError
from pulseboard.probes.assertions.documents import NotJson, read_json

LARGEST_BYTES = 1024 * 1024
DEEPEST = 32

#: Values, keys and brackets of YAML, which is slow to read.
MOST_EVENTS = 100_000

_UNSOUND = re.compile("[\x00\ud800-\udfff]")
_ARCHIVES = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"7z\xbc\xaf": "7z"}


def read_text(path: Path) -> str:
    """
    Return what stands in *path*.

    Raises:
        ConfigError: It cannot be read, is larger than 1 MiB, packed, or no UTF-8.
    """
    content = read_start(path, LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ConfigError("expected a file of at most 1 MiB")
    for start, name in _ARCHIVES.items():
        if content.startswith(start):
            raise ConfigError(f"expected a file that is not packed, got {name}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError("expected text in UTF-8") from None


def read_start(path: Path, most_bytes: int) -> bytes:
    """Return the first *most_bytes* of *path*, or raise ConfigError."""
    if not path.is_file():
        raise ConfigError("expected a file")
    try:
        with path.open("rb") as file:
            return file.read(most_bytes)
    except OSError as error:
        raise ConfigError(f"the file cannot be read: {error.strerror}") from None


def tree_of_json(text: str) -> Any:
    """Return the document in *text*, or raise ConfigError."""
    try:
        document = read_json(text)
    except NotJson as error:
        raise ConfigError(f"expected sound JSON: {error}") from None
    check_tree(document)
    return document


def tree_of_yaml(text: str) -> Any:
    """
    Return the document in *text*.

    Raises:
        ConfigError: It is malformed, repeats itself by an alias or a key, is nested
            too deeply, or there is no library to read it with.
    """
    try:
        import yaml
    except ImportError:
        raise ConfigError(
            "YAML needs the extra yaml (pip install 'pulseboard[yaml]')"
        ) from None
    try:
        _check_events(yaml, text)
        document = yaml.load(text, Loader=_loader(yaml))  # noqa: S506  (a safe one)
    except yaml.YAMLError as error:
        raise ConfigError(f"expected sound YAML{_place(error)}") from None
    except (ValueError, OverflowError, RecursionError):
        raise ConfigError("expected sound YAML: a value cannot be read") from None
    check_tree(document)
    return document


def check_tree(document: Any) -> None:
    """Refuse what is nested too deeply or holds characters that no database takes."""
    level = [document]
    for _ in range(DEEPEST + 1):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += [*each.keys(), *each.values()]
            elif isinstance(each, list):
                inner += each
            elif isinstance(each, str) and _UNSOUND.search(each):
                raise ConfigError("expected text without NUL and lone surrogates")
        level = inner
    if level:
        raise ConfigError(f"expected at most {DEEPEST} levels")


def _check_events(yaml: Any, text: str) -> None:
    """Refuse aliases and depth before anything is built from them."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1
            raise ConfigError(f"line {line}: aliases are not read; write it out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise ConfigError(f"expected at most {DEEPEST} levels")
        if count > MOST_EVENTS:
            raise ConfigError(f"expected at most {MOST_EVENTS:,} values")


def _loader(yaml: Any) -> Any:
    class Loader(yaml.CSafeLoader):  # type: ignore[misc]
        """The safe one, which refuses a key that stands twice."""

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[Hashable] = set()
            for key, _ in node.value:
                name = self.construct_object(key, deep=True)
                if not isinstance(name, Hashable) or name in seen:
                    line = key.start_mark.line + 1
                    raise ConfigError(f"line {line}: a key stands twice")
                seen.add(name)
            return super().construct_mapping(node, deep)

    return Loader


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f" at line {mark.line + 1}"
