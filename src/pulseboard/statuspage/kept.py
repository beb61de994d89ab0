"""
Answers of the public page that a process keeps in front of its application.

    request ──▶ kept? ──yes──▶ answered from memory
                  │no
                  ▼
               the application ──▶ offered by the view? ──▶ kept until the page changes

When it has changed, the first who asks has the new answer made; whoever asks meanwhile
gets the one before, for a second at most.

Only a view that says so (`offer`) has its answer kept, so nothing private can be.
Reading takes no lock: the table is replaced, never changed in part.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pulseboard.core.log import get_logger

logger = get_logger("pulseboard.statuspage")

#: In the environ or scope of a request: the view offers its answer.
OFFERED = "pulseboard.kept"
#: Headers that tell of one request.
NOT_KEPT = frozenset({b"x-response-time", b"date"})
MOST_ENTRIES = 512
MOST_BYTES = 16 * 1024 * 1024
#: An answer larger than this is made each time.
MOST_BYTES_EACH = 1024 * 1024
LOOK_EVERY_SECONDS = 1.0
#: Without a look for so long nothing is answered from memory.
TRUSTED_SECONDS = 3.0
#: Ages on the page are told in minutes: without a change it is made anew, too.
LONGEST_SECONDS = 60.0
#: Nobody asked for so long: nothing is looked at until somebody does.
IDLE_SECONDS = 60.0

Headers = tuple[tuple[bytes, bytes], ...]
Key = tuple[Any, ...]

_now = time.monotonic  # noqa: TID251  (how long this process may trust its memory)


def offer(request: object, read_at: float) -> None:
    """
    Say that Django's answer to *request* is the same for all who ask alike.

    Args:
        read_at: When what it says was read, on the monotonic clock.
    """
    scope = getattr(request, "scope", None)
    carrier = scope if scope is not None else getattr(request, "environ", None)
    if carrier is not None:
        carrier[OFFERED] = read_at


def varies_by_visitor(vary: str) -> bool:
    """Return whether a ``Vary`` header says that visitors get their own answers."""
    names = {each.strip().lower() for each in vary.split(",")}
    return not names.isdisjoint({"cookie", "authorization", "*"})


@dataclass(frozen=True, slots=True)
class Answer:
    """
    A whole answer.

    Args:
        etag: Empty without one.
    """

    status: int
    headers: Headers
    body: bytes
    etag: bytes = b""


class Keeper:
    """
    Args:
        revision: One cheap query; a value that differs after every change of what any
            public page says, growing stale included.
    """

    def __init__(self, revision: Callable[[], object]) -> None:
        self._revision = revision
        self._seen: object = None
        self._seen_at = 0.0
        self._answers: dict[Key, Answer] = {}
        #: Of before the change, until somebody has the new one made.
        self._before: dict[Key, Answer] = {}
        self._made_anew: set[Key] = set()
        self._bytes = 0
        self._trusted_until = 0.0
        self._asked_at = 0.0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def get(self, key: Key) -> Answer | None:
        """Return what is kept under *key*, None when it must be made."""
        answer = self._answers.get(key) or self._one_before(key)
        if answer is None:
            return None
        now = _now()
        self._asked_at = now
        return answer if now < self._trusted_until else None

    def _one_before(self, key: Key) -> Answer | None:
        """Return the answer of before the change to all but the first who ask."""
        answer = self._before.get(key)
        if answer is not None and key not in self._made_anew:
            self._made_anew.add(key)
            return None
        return answer

    @property
    def seen(self) -> object:
        """The revision of the last look: ask for it before an answer is made."""
        return self._seen

    def keep(self, key: Key, answer: Answer, seen: object, read_at: float) -> None:
        """
        Keep *answer* until the page changes, if there is room.

        Args:
            seen: The revision when it was asked for; a later one makes it worthless.
            read_at: When what it says was read. Before the look that saw the change
                means that it may not know of the change.
        """
        size = len(answer.body)
        if size > MOST_BYTES_EACH:
            return
        with self._lock:
            self._watch()
            if seen != self._seen or read_at <= self._seen_at:
                return
            full = len(self._answers) >= MOST_ENTRIES or self._bytes + size > MOST_BYTES
            before = {} if full else self._answers
            self._answers = {**before, key: answer}
            self._bytes = sum(len(each.body) for each in self._answers.values())
            self._asked_at = _now()

    def look(self) -> None:
        """Forget everything if the page has changed since the last look."""
        now = _now()  # before the question: the answer may be younger, never older
        revision = self._revision()
        with self._lock:
            self._before, self._made_anew = {}, set()
            if revision != self._seen or now - self._seen_at > LONGEST_SECONDS:
                self._before = self._answers
                self._answers, self._bytes = {}, 0
                self._seen, self._seen_at = revision, now
            self._trusted_until = _now() + TRUSTED_SECONDS

    def _watch(self) -> None:
        """Start looking, unless a thread of this process does already."""
        if self._thread is None or not self._thread.is_alive():
            self._asked_at = _now()
            self._thread = threading.Thread(
                target=self._look_on, name="pulseboard-kept", daemon=True
            )
            self._thread.start()

    def _look_on(self) -> None:
        pause = threading.Event()
        while _now() - self._asked_at < IDLE_SECONDS:
            try:
                self.look()
            except Exception:  # without a look nothing is trusted, and pages are made
                logger.debug("looking for a changed page failed", exc_info=True)
            pause.wait(LOOK_EVERY_SECONDS)
        with self._lock:
            self._answers, self._before = {}, {}
            self._bytes, self._thread = 0, None
