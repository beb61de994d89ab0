"""
How the people who read our sentences call us: ``manage.py pulseboard`` by default.

Whoever came in by another door is told what works there.
"""

from __future__ import annotations

_program = "manage.py pulseboard"
_has_project = True


def enter(program: str, *, has_project: bool = True) -> None:
    """
    Speak of *program* from now on.

    Args:
        has_project: Whether there is a ``manage.py`` that could be called.
    """
    global _program, _has_project
    _program, _has_project = program, has_project


def call(words: str) -> str:
    """Return how to call the verb (and its options) *words*: `… start`."""
    return f"`{_program} {words}`"


def call_migrate() -> str:
    """Return the command that makes our tables."""
    return call_project("migrate") or call("init")


def call_project(words: str) -> str:
    """Return how to call Django's own command *words*; empty without a project."""
    return f"`manage.py {words}`" if _has_project else ""
