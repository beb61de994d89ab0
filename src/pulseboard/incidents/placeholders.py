"""
Flat placeholders of incident templates: ``{component}`` and ``{since}``.

Everything else in braces stays as it is written where text is shown, and is refused
where a template is saved. Nothing is looked up: no attributes, no formatting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NAMES = ("component", "since")

_KNOWN = re.compile(r"\{(" + "|".join(NAMES) + r")\}")
_BRACES = re.compile(r"\{([^{}\n]{0,100})\}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return *text* with the known placeholders replaced, once, by *values*."""
    return _KNOWN.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_in(text: str) -> list[str]:
    """Return what stands in braces in *text* and is no placeholder."""
    return [name for name in _BRACES.findall(text) if name not in NAMES]
