"""
Messages for machines: JSON, signed so that the receiver knows who sent it and when.

    signature = base64(HMAC-SHA256(key, "{id}.{timestamp}.{body}"))

Headers and form are those of the open "Standard Webhooks", for which there are
libraries in many languages.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any


def encoded(document: Mapping[str, Any]) -> bytes:
    """Return *document* as JSON in UTF-8; halves of letters become question marks."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace")


def headers_of(
    key: str, body: bytes, signed_with: Iterable[bytes], now: datetime
) -> dict[str, str]:
    """
    Return the headers that go with *body*.

    Args:
        key: The same for every attempt, so that a receiver can drop a repeat.
        now: When it is sent; a receiver refuses what is older than minutes.
    """
    sent_at = str(int(now.timestamp()))
    signed = f"{key}.{sent_at}.".encode() + body
    signatures = [f"v1,{_signature(each, signed)}" for each in signed_with]
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": key,
        "Webhook-Timestamp": sent_at,
    }
    return headers | ({"Webhook-Signature": " ".join(signatures)} if signatures else {})


def shown_key(key: bytes) -> str:
    """Return *key* as it is told to the receiver."""
    return f"whsec_{base64.b64encode(key).decode()}"


def _signature(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
