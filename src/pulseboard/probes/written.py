"""Options as a form writes them: lines of text there, plain data here."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pulseboard.core.errors import ConfigError

#: In characters: a form takes no more.
LONGEST = 64 * 1024


def headers_from(text: str) -> dict[str, str]:
    """
    Return the headers of *text*, one ``Name: value`` a line.

    Raises:
        ConfigError: A line is no header, or a name comes twice.
    """
    headers: dict[str, str] = {}
    # Browsers send \r\n; a lone \r stays in and is refused with the value.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise ConfigError(f"line {number}: expected 'Name: value'")
        if name.strip().lower() in map(str.lower, headers):
            raise ConfigError(f"line {number}: this name came before")
        headers[name.strip()] = value.strip()
    return headers


def headers_text(headers: object) -> str:
    """Return *headers* as lines."""
    if not isinstance(headers, Mapping):
        return ""
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


def options_from(text: str) -> dict[str, Any]:
    """Return the options of *text*, in TOML, or raise ConfigError."""
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"expected lines such as port = 5432: {error}") from None


def options_text(options: Mapping[str, Any]) -> str:
    """Return *options* as lines of TOML."""
    return "\n".join(f"{name} = {_toml(value)}" for name, value in options.items())


def schema_from(text: str) -> dict[str, Any]:
    """Return the JSON object *text*, or raise ConfigError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ConfigError('expected a JSON object such as {"required": ["id"]}')
    return found


def schema_text(schema: object) -> str:
    """Return *schema* as people edit it, empty without one."""
    return json.dumps(schema, indent=2, ensure_ascii=False) if schema else ""


def numbers_from(text: str) -> list[int]:
    """Return the whole numbers of ``14, 7, 1``, or raise ConfigError."""
    try:
        return [int(part) for part in text.replace(",", " ").split()]
    except ValueError:
        raise ConfigError("expected whole numbers such as 14, 7, 1") from None


def words_from(text: str) -> list[str]:
    """Return the parts of ``a, b`` or of lines."""
    return [
        part.strip() for part in text.replace(",", "\n").splitlines() if part.strip()
    ]


def suggested_title(target: str) -> str:
    """Return what to call *target* when nobody says: ``api.acme.test/health``."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    place = (parts.hostname or "") + parts.path if parts.netloc else parts.path
    return place.strip("/")[:150] or "Home page"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_toml(each)}" for key, each in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    # What JSON writes of texts, numbers and booleans is TOML, too.
    return json.dumps(value)


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if plain else json.dumps(name)
