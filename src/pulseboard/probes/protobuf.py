"""Two small messages of Protocol Buffers, without the library for large ones."""

from __future__ import annotations

VARINT, EIGHT_BYTES, LENGTH_FIRST, FOUR_BYTES = 0, 1, 2, 5


def field_bytes(number: int, contents: bytes) -> bytes:
    """Return field *number* (1 to 15) holding *contents*."""
    return bytes([number << 3 | LENGTH_FIRST]) + _varint(len(contents)) + contents


def first_number(message: bytes, number: int) -> int:
    """
    Return the value of number field *number*, 0 when it is left out.

    Raises:
        ValueError: It is no message.
    """
    place = 0
    while place < len(message):
        key, place = _read_varint(message, place)
        value, place = _value(message, place, key & 7)
        if key >> 3 == number and key & 7 == VARINT:
            return value
    return 0


def _value(message: bytes, place: int, sort: int) -> tuple[int, int]:
    """Return the value, if it is a number, and where the next field begins."""
    if sort == VARINT:
        return _read_varint(message, place)
    if sort == LENGTH_FIRST:
        length, place = _read_varint(message, place)
        return 0, place + length
    if sort in (EIGHT_BYTES, FOUR_BYTES):
        return 0, place + (8 if sort == EIGHT_BYTES else 4)
    raise ValueError("expected a field of a known sort")


def _read_varint(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            break
        byte = message[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise ValueError("expected a whole number")


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
