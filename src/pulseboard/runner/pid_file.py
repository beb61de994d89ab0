"""
The file that says which process is the detached runner.

A process id alone proves nothing: the process may have died and its number been
given to another. So the runner carries the path of the file in its command line.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

#: Word of the command line that the path follows.
OPTION = "--pid-file"


class PidFile:
    """
    Args:
        path: Absolute, the same for all who ask.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def pid(self) -> int | None:
        """Return the process id written there, None when there is none."""
        try:
            text = self.path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return int(text) if text.isdecimal() and len(text) < 10 else None

    def process(self) -> psutil.Process | None:
        """Return the runner that lives, None when the file is missing or stale."""
        pid = self.pid()
        if pid is None:
            return None
        # Here, so that the rest works without, and `doctor` says what is missing.
        import psutil

        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            return process if self._is_named_in(process.cmdline()) else None
        except psutil.AccessDenied:
            return process  # another user's; better taken for alive
        except psutil.Error:
            return None

    def claim(self) -> bool:
        """Write our own process id; False when a living runner holds the file."""
        self.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        for _ in range(2):
            try:
                descriptor = os.open(
                    self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644
                )
            except FileExistsError:
                if self.process() is not None:
                    return False
                self.path.unlink(missing_ok=True)
                continue
            with open(descriptor, "w", encoding="ascii") as file:
                file.write(f"{os.getpid()}\n")
            return True
        return False  # somebody else starts at this very moment

    def give_back(self) -> None:
        """Remove the file if it is ours."""
        if self.pid() == os.getpid():
            self.remove()

    def remove(self) -> None:
        """Remove the file, if it can be removed."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _is_named_in(self, words: list[str]) -> bool:
        return OPTION in words and str(self.path) in words
