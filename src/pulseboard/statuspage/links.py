"""Addresses of a page, each carrying on what the visitor chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class Links:
    """
    Args:
        base: Of the page, such as ``/health/status-page``; no slash at its end.
        chosen: What the visitor chose, such as ``lang``: in every address.
    """

    base: str
    chosen: Mapping[str, str] = field(default_factory=dict)

    def to(self, *parts: str, **query: str) -> str:
        """Return the address below the page; an empty value leaves a choice out."""
        path = "/".join([self.base, *(quote(part, safe="") for part in parts)])
        return path + self._query(query)

    def form(self, ending: str, **query: str) -> str:
        """Return the address of another form of the page, such as ``.json``."""
        return self.base + ending + self._query(query)

    def outside(self, path: str) -> str:
        """Return the address of *path*, which is no part of the page."""
        return path

    def choosing(self, **chosen: str) -> Links:
        """Return links that carry *chosen*, too."""
        return replace(self, chosen={**self.chosen, **chosen})

    def _query(self, query: Mapping[str, str]) -> str:
        values = {**self.chosen, **query}
        written = urlencode({name: value for name, value in values.items() if value})
        return f"?{written}" if written else ""
