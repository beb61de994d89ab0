"""
Small whole numbers in few bits, for what is stored by the million.

Elias gamma code of ``number + 1``: 0 takes one bit, 1 and 2 take three, 1,000 takes
nineteen. Numbers of any size fit; the small ones that counts and gaps mostly are
cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable


def zigzag(number: int) -> int:
    """Return a number of 0 or more for *number* of either sign: 0 -1 1 -2 → 0 1 2 3."""
    return 2 * number if number >= 0 else -2 * number - 1


def unzigzag(number: int) -> int:
    """Return what `zigzag` was given."""
    return -(number + 1) // 2 if number & 1 else number // 2


def pack_numbers(numbers: Iterable[int]) -> bytes:
    """Return *numbers* (each 0 or more) as bytes, the last one filled up with zeros."""
    bits = "".join([_CODES[n] if n < len(_CODES) else _code(n) for n in numbers])
    bits += "0" * (-len(bits) % 8)
    return int(bits or "0", 2).to_bytes(len(bits) // 8, "big")


def unpack_numbers(packed: bytes) -> list[int]:
    """Return the numbers that `pack_numbers` was given."""
    # The one in front keeps the leading zeros; bin() writes "0b1" before the rest.
    bits = bin(int.from_bytes(b"\x01" + packed, "big"))[3:]
    numbers, place = [], 0
    # What fills the last byte has no 1 in it.
    while (one := bits.find("1", place)) >= 0:
        end = 2 * one - place + 1
        numbers.append(int(bits[one:end], 2) - 1)
        place = end
    return numbers


def varint(number: int) -> bytes:
    """Return *number* (0 or more) in bytes of seven bits, lowest first."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes((*out, number))


def read_varint(packed: bytes, start: int = 0) -> tuple[int, int]:
    """
    Return the number at *start* of *packed* and the place after it.

    Raises:
        ValueError: *packed* ends within the number.
    """
    number = shift = 0
    for place in range(start, len(packed)):
        number |= (packed[place] & 127) << shift
        shift += 7
        if packed[place] < 128:
            return number, place + 1
    raise ValueError("expected a whole number, the packed bytes end within it")


def _code(number: int) -> str:
    binary = f"{number + 1:b}"
    return "0" * (len(binary) - 1) + binary


_CODES = [_code(number) for number in range(256)]
