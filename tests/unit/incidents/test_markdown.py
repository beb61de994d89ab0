"""Markdown that people write, as HTML that is safe to show. A27, A28, S16."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser

import pytest

from pulseboard.incidents.markdown import LIMIT, REL, TAGS, clean, html_of

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![tracked](https://tracker.example/pixel.png)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "[x](//evil.example)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/"onclick="alert(1))',
    "<a href=javascript:alert(1)>x</a>",
    "<svg/onload=alert(1)>",
    "<iframe src=https://evil.example></iframe>",
    "<style>*{display:none}</style>",
    "`<script>`",
    "```<script>\nalert(1)\n```",
    "<!-- --><x>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00<scr\x00ipt>",
]


class Seen(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("make", [html_of, clean], ids=["markdown", "second gate"])
def test_hostile_text_becomes_nothing_that_acts(text: str, make: object) -> None:
    """A28"""
    seen = Seen(make(text))  # type: ignore[operator]
    assert seen.tags <= TAGS
    for tag, name, value in seen.attributes:
        assert (tag, name) in {("a", "href"), ("a", "rel")}
        if name == "href":
            assert re.match(r"(https?|mailto):", value or "")


def test_links_pass_on_no_trust() -> None:
    html = html_of("[status](https://provider.example/status)")
    assert html == (
        f'<p><a href="https://provider.example/status" rel="{REL}">status</a></p>'
    )


def test_what_people_need_is_there() -> None:
    html = html_of(
        "**Bold**, *soft* and `code`\n\n- one\n- two\n\n> said\n\n# Big\n\n<https://a.example>"
    )
    assert Seen(html).tags == {
        *("p", "strong", "em", "code", "ul", "li", "blockquote", "h3", "a")
    }


@pytest.mark.parametrize(
    "text", ["{{7*7}}", '{% include "x" %}', "{0.__class__}", "%(x)s", "${HOME}"]
)
def test_template_languages_are_text(text: str) -> None:
    """A20"""
    shown = re.sub(r"</?(p|strong|em)>", "", html_of(text)).replace("&quot;", '"')
    assert shown.replace("__", "") == text.replace("__", "")


EVIL = {
    "quotes": "> " * 5000,
    "lists": "- " * 5000,
    "nested lists": "".join(" " * 2 * deep + "- a\n" for deep in range(95)),
    "brackets": "[" * 10_000,
    "links that begin": "[a](" * 2500,
    "images": "![a](" * 2000,
    "emphasis": "*_" * 5000,
    "strong": "***a" * 2500,
    "mixed": "[*_`<" * 2000,
    "back ticks": "".join("`" * n + "a" for n in range(1, 140)),
    "links in links": "[[" * 200 + "]]" * 200 + "[a](b)" * 500,
    "autolinks": "<a:" * 3300,
    "paragraphs": "a\n\n" * 3300,
}


@pytest.mark.parametrize("text", EVIL.values(), ids=EVIL)
def test_twice_the_text_is_about_twice_the_work(text: str) -> None:
    """A28: counted in calls, so that a busy machine changes nothing"""
    half, whole = _calls(text[: len(text) // 2]), _calls(text)
    assert whole < 3 * half + 5000
    assert whole < 2_000_000


def _calls(text: str) -> int:
    """Return how many functions rendering *text* calls."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    html_of.cache_clear()
    sys.setprofile(counted)
    try:
        html_of(text)
    finally:
        sys.setprofile(None)
    return count


def test_a_text_is_cut_where_it_is_too_long() -> None:
    assert len(html_of("a" * (LIMIT + 5000))) == LIMIT + len("<p></p>")
