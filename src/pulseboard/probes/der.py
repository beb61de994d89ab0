"""
The little of DER that certificates need: tag, length, contents, one after another.

Everything that is read is hostile, so nothing is copied and no length is believed.
"""

from __future__ import annotations

from collections.abc import Iterator

INTEGER, IDENTIFIER, SEQUENCE, SET = 0x02, 0x06, 0x30, 0x31
UTC_TIME, GENERALIZED_TIME, OCTETS = 0x17, 0x18, 0x04

Element = tuple[int, memoryview]


class Malformed(ValueError):
    """It is not the DER that was expected."""


class Reader:
    """The elements of *contents* in order; each raises Malformed when it is cut."""

    def __init__(self, contents: bytes | memoryview) -> None:
        self._left = memoryview(contents)

    def __iter__(self) -> Iterator[Element]:
        while self._left:
            yield self.next()

    def next(self) -> Element:
        """Return tag and contents of the next element."""
        tag, start, length = self._head()
        if start + length > len(self._left):
            raise Malformed("longer than what holds it")
        contents = self._left[start : start + length]
        self._left = self._left[start + length :]
        return tag, contents

    def expect(self, tag: int) -> memoryview:
        """Return the contents of the next element, which must be a *tag*."""
        found, contents = self.next()
        if found != tag:
            raise Malformed(f"expected tag {tag:#x}, got {found:#x}")
        return contents

    def skip(self, tag: int) -> None:
        """Pass over the next element when it is a *tag*."""
        if self._left and self._left[0] == tag:
            self.next()

    def _head(self) -> tuple[int, int, int]:
        """Return tag, where the contents begin, and their length."""
        if len(self._left) < 2:
            raise Malformed("cut short")
        tag, length = self._left[0], self._left[1]
        if length < 0x80:
            return tag, 2, length
        count = length & 0x7F
        if not 1 <= count <= 4 or len(self._left) < 2 + count:
            raise Malformed("a length that no certificate has")
        return tag, 2 + count, int.from_bytes(self._left[2 : 2 + count], "big")
