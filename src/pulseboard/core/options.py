"""Plain data in (a settings dict, the environment, TOML), a checked dataclass out."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

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
    names = [field.name for field in fields(cls) if field.init]
    refuse_unknown(values, names, where=where, show=show)
    checked = {
        name: _checked(cls, name, value, f"{where}.{show(name)}")
        for name, value in values.items()
    }
    required = [each.name for each in fields(cls) if _is_required(each)]
    for name in required:
        if name not in checked:
            raise ConfigError(f"{where}: expected {show(name)!r}, which has no default")
    try:
        return cls(**checked)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def _checked(cls: type, name: str, value: object, where: str) -> Any:
    """Return *value* as the field *name* of *cls* wants it, or raise ConfigError."""
    try:
        adapter, is_strict = _adapter(cls, name)
        return adapter.validate_python(value, strict=is_strict)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join([where, *map(str, first["loc"])])
        message = first["msg"].removeprefix("Value error, ")
        came = type(first["input"]).__name__
        raise ConfigError(f"{path}: {message} (got {came})") from None
    except ConfigError as error:  # from the __post_init__ of a nested dataclass
        raise ConfigError(f"{where}: {error}") from None


# Thousands of endpoints are read by the same few classes; making these takes longer
# than all the rest.
@functools.lru_cache(maxsize=512)
def _adapter(cls: type, name: str) -> tuple[TypeAdapter[Any], bool]:
    """Return what judges the field *name* of *cls*, and whether strictly."""
    hint = _hints(cls)[name]
    # A mapping stands for a dataclass only in lax mode; its fields are strict.
    return TypeAdapter(hint), not _holds_dataclass(hint)


@functools.lru_cache(maxsize=128)
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls, include_extras=True)


def _is_required(field: Field[Any]) -> bool:
    has_default = field.default is not MISSING or field.default_factory is not MISSING
    return field.init and not has_default


def _holds_dataclass(hint: Any) -> bool:
    return is_dataclass(hint) or any(map(_holds_dataclass, get_args(hint)))


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
