"""Plain data in (a settings dict, the environment, TOML), a checked dataclass out."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

from pydantic import TypeAdapter, ValidationError

from pulseboard.core.errors import ConfigError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def build(
    cls: type[T], values: object, *, where: str, show: Callable[[str], str] = str
) -> T:
    """
    Return *cls* made from *values*. Types are not bent: ``"5"`` is no number.

    Args:
        where: Path of the values, as in ``PULSEBOARD.CHECKS``; begins every message.
        show: How a name is written by people, such as `str.upper`.

    Raises:
        ConfigError: A name is unknown, or a value has the wrong type or range. The
            message tells the type of what came and not the value: it may be secret.
    """
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where}: expected a mapping, got {type(values).__name__}")
    refuse_unknown(
        values, [field.name for field in fields(cls)], where=where, show=show
    )
    try:
        return TypeAdapter(cls).validate_python(dict(values))
    except ValidationError as error:
        raise ConfigError(_first_problem(error, where, show)) from None
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def _first_problem(
    error: ValidationError, where: str, show: Callable[[str], str]
) -> str:
    first = error.errors()[0]
    path = ".".join([where, *(show(str(part)) for part in first["loc"][:1])])
    path = ".".join([path, *map(str, first["loc"][1:])])
    message = first["msg"].removeprefix("Value error, ")
    return f"{path}: {message} (got {type(first['input']).__name__})"


def refuse_unknown(
    names: Iterable[str],
    known: Iterable[str],
    *,
    where: str,
    show: Callable[[str], str] = str,
) -> None:
    """Raise ConfigError at the first of *names* not *known*, with the nearest guess."""
    known = list(known)
    for name in names:
        if name not in known:
            guess = difflib.get_close_matches(str(name), known, n=1)
            hint = (
                f"; did you mean {show(guess[0])!r}?"
                if guess
                else f"; expected one of {', '.join(sorted(map(show, known)))}"
            )
            raise ConfigError(f"{where}: unknown name {show(str(name))!r}{hint}")
