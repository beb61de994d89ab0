"""What an uploaded image is, by its first bytes: its name may say anything."""

from __future__ import annotations

MOST_BYTES = 100 * 1024

_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


def image_type(body: bytes) -> str:
    """Return the media type of *body*; empty unless it is PNG, JPEG or WebP."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    for beginning, media_type in _BEGINNINGS.items():
        if body.startswith(beginning):
            return media_type
    return ""
