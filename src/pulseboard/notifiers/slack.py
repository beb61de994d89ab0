"""
Messages for Slack, and for chats that take the same form.

Nothing in a message may act: no mention, no link whose words hide where it leads.
Only links that are given as such become links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

#: A block takes 3,000 characters, written out; escaping makes five of one.
TEXT_LIMIT = 2_900
WORDS_LIMIT = 150

_MENTION = re.compile(r"(?<!\w)@(?=\w)")
_CONTROL = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escaped(text: str) -> str:
    """Return *text* as it is to be read: no markup of links, no mention."""
    plain = _CONTROL.sub("", text)
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Chats beside Slack take a plain "@channel" for a mention.
    return _MENTION.sub("@\u200b", plain)


def payload(
    heading: str, paragraphs: Iterable[str], links: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """
    Return the message.

    Args:
        links: Words and addresses, which are ours.
    """
    shown = [_cut(escaped(each)) for each in paragraphs if each.strip()]
    ours = " · ".join(f"<{url}|{_words(words)}>" for words, url in links if url)
    title = escaped(heading[:WORDS_LIMIT])
    texts = [f"*{title}*", *shown, *([ours] if ours else [])]
    return {
        "text": title,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [_section(each) for each in texts],
    }


def _section(text: str) -> dict[str, Any]:
    # Verbatim: nothing in the text is made a link or mention but what we marked.
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": text, "verbatim": True},
    }


def _words(words: str) -> str:
    return escaped(words).replace("|", "/")


def _cut(text: str) -> str:
    """Return *text* within the limit, no escape cut in two."""
    if len(text) <= TEXT_LIMIT:
        return text
    return re.sub(r"&[a-z]{0,3}$", "", text[:TEXT_LIMIT]) + "…"
