"""
Addresses of the operations, below the mount point; a trailing slash is optional.

Import this after the rooms' ``operations`` modules: it lists what is registered then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.urls import URLPattern, re_path

from pulseboard.api.views import operation_view
from pulseboard.core.operations import PLACEHOLDER, Operation, operations

#: Longest value of a placeholder, in characters.
SEGMENT_LENGTH = 200


def operation_patterns(among: Iterable[Operation]) -> list[URLPattern]:
    """Return one pattern for each path of *among*, fixed paths before placeholders."""
    chosen = tuple(among)
    paths = sorted({each.path for each in chosen}, key=lambda path: ("{" in path, path))
    return [
        re_path(pattern_of(path), operation_view(path, chosen), name=name_of(path))
        for path in paths
    ]


def pattern_of(path: str) -> str:
    """Return the regular expression of an operation's *path*."""
    parts = PLACEHOLDER.split(path)
    fixed = [re.escape(part) for part in parts[::2]]
    groups = [rf"(?P<{name}>[^/]{{1,{SEGMENT_LENGTH}}})" for name in parts[1::2]]
    return (
        "^" + "".join(a + b for a, b in zip(fixed, [*groups, ""], strict=True)) + "/?$"
    )


def name_of(path: str) -> str:
    """Return the name for ``reverse``: ``api/alerts/{id}`` is ``api-alerts-id``."""
    return path.replace("{", "").replace("}", "").replace("/", "-")


urlpatterns = operation_patterns(operations())
