"""A call that may take so long and no longer, without killing anything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class StillHanging(TimeoutError):
    """The last call has not ended yet, so none was made."""


class Deadline(Generic[T]):
    """
    Makes one kind of call on a thread of its own; at most one such thread hangs.

    Args:
        name: Shown in thread lists.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def call(self, function: Callable[[], T], seconds: float) -> T:
        """
        Return what *function* returns within *seconds*.

        Raises:
            StillHanging: An earlier call, maybe another caller's, has not come back.
            TimeoutError: This one did not come back in time.
            Exception: Whatever *function* raised.
        """
        box: list[T] = []
        errors: list[BaseException] = []

        def work() -> None:
            try:
                box.append(function())
            except BaseException as error:
                errors.append(error)

        self._started(work).join(seconds)
        if errors:
            raise errors[0]
        if not box:
            raise TimeoutError(f"{self._name}: no answer in {seconds:g} s")
        return box[0]

    def _started(self, work: Callable[[], None]) -> threading.Thread:
        # Two callers at once: one would join the other's thread before it started.
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                raise StillHanging(f"{self._name}: the last call still hangs")
            self._thread = threading.Thread(target=work, name=self._name, daemon=True)
            self._thread.start()
            return self._thread
