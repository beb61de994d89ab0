"""
Markdown of incidents as HTML that is safe to show.

    text ──markdown-it, raw HTML off──▶ HTML ──nh3, an explicit list of tags──▶ HTML

Two gates on purpose: what one of them lets through by mistake meets the other. It is
made when it is read, not when it is saved: a better gate then covers old texts, too,
and nothing that was written into a table by other means is shown as it is.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

#: Longer texts are refused where they are written, and cut where they are shown.
LIMIT = 10_000

TAGS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h3",
    "h4",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "ul",
}
SCHEMES = {"http", "https", "mailto"}
REL = "nofollow noopener noreferrer"

#: The parser's time grows with the square of what is open at once: more of these in
#: a row than anybody writes are shown as they are.
RUNS = re.compile(r"([\[\]()<>*_`!~&>])(?:\s*\1){15,}")
NESTING = 8

#: Headings of a text stand below those of the page.
_HEADINGS = re.compile(r"<(/?)h[1-6]>")


@functools.cache
def _parser() -> MarkdownIt:
    # Imported at use: most processes never render an incident.
    from markdown_it import MarkdownIt

    return (
        MarkdownIt("zero", {"html": False, "linkify": False, "maxNesting": NESTING})
        .enable(["paragraph", "heading", "hr", "list", "blockquote", "fence", "code"])
        .enable(["newline", "escape", "backticks", "emphasis", "link", "autolink"])
        .enable(["balance_pairs", "fragments_join", "entity"])
    )


@functools.lru_cache(maxsize=256)
def html_of(text: str) -> str:
    """Return *text* as HTML, cut to `LIMIT`."""
    return clean(_parser().render(_tamed(text[:LIMIT])))


def clean(html: str) -> str:
    """Return *html* with the tags, attributes and schemes that we know, no others."""
    import nh3  # as the parser

    lowered = _HEADINGS.sub(r"<\1h3>", html)
    return nh3.clean(
        lowered,
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        attribute_filter=_attribute,
        url_schemes=SCHEMES,
        link_rel=REL,
        strip_comments=True,
    ).strip()


def plain_of(text: str) -> str:
    """Return *text* for a mail's plain twin: as written, lines kept."""
    return text[:LIMIT].replace("\r\n", "\n").replace("\r", "\n").strip()


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Drop addresses without a scheme: ``//host`` and paths lead who knows where."""
    if name != "href":
        return value
    known = value.partition(":")[0].lower() in SCHEMES
    return value if known and ":" in value else None


def _tamed(text: str) -> str:
    """Return *text* without rows of one special character, which nobody reads."""
    return RUNS.sub(lambda found: found[1], text.replace("\0", ""))
