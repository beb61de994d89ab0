"""No file outside the guard names what opens a connection. A08"""

from __future__ import annotations

import ast
from pathlib import Path

import pulseboard

SOURCE = Path(pulseboard.__file__).parent
#: Of event loops, sockets and modules; `import-linter` and ruff see to the modules.
OPENERS = {
    *("create_connection", "create_unix_connection", "create_datagram_endpoint"),
    *("open_unix_connection", "sock_connect", "connect_ex", "urlopen"),
}


def _openers_in(text: str) -> set[str]:
    """Return the openers that *text* uses or imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            found.update(each.name for each in node.names)
    return found & OPENERS


def test_only_the_guard_opens_connections() -> None:
    files = {
        file.relative_to(SOURCE).as_posix(): _openers_in(file.read_text())
        for file in SOURCE.rglob("*.py")
    }
    users = {name for name, found in files.items() if found}

    assert users
    assert all(name.startswith("guard/") for name in users)
