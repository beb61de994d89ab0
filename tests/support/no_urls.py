"""URLs of a host that forgot ours."""

from __future__ import annotations

from typing import Any

urlpatterns: list[Any] = []
