"""The public page and what belongs to it, in every language. X21"""

from __future__ import annotations

import calendar
import itertools
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from pulseboard.access.language import LANGUAGES
from pulseboard.incidents.models import Incident, Subscriber
from pulseboard.incidents.store.wording import subject_of, why, words_of
from pulseboard.notifiers import store as outbox
from pulseboard.statuspage import store
from pulseboard.statuspage.models import StatusPage
from pulseboard.statuspage.snapshot import Snapshot

from .conftest import PAGE, forget, odd

pytestmark = pytest.mark.django_db

AFFECTED = {
    "en": "services affected",
    "de": "Diensten betroffen",
    "es": "Servicios afectados",
    "fr": "touché",
    "pt": "Serviços afetados",
    "ja": "件のサービスに影響があります",
    "ar": "الخدمات المتأثرة",
}
#: What is the same in every language, or comes from Django's own catalogue of dates.
SAME = frozenset(
    [
        *("Atom", "CPU", "JSON", "Markdown", "UTC", "ics"),
        *("English", "Deutsch", "español", "français", "Português"),
        *itertools.chain(calendar.month_name, calendar.month_abbr, ["Sept"]),
        *calendar.day_abbr,
    ]
)
_WORD = re.compile(r"(?:[a-zA-Z]|[à-öø-ÿ]){2,}")
#: Attributes that are read out or shown.
SAID = ("aria-label", "alt", "title", "placeholder")


def addresses(site: StatusPage) -> list[str]:
    key = Incident.objects.get(phase="resolved").key
    month = Incident.objects.get(phase="resolved").started_at.strftime("%Y-%m")
    return [
        "", "?window=24h", "/services/email-delivery", "/services/partner-feed",
        "/uptime/public-api", "/uptime/web-app?window=7d", "/uptime",
        f"/incidents/{key}", f"/history/{month}", "/history/2025-01", "/subscribe",
        "/subscribe?asked", "/subscribe?by=webhook", "/subscribe?by=slack",
        "/confirm/nonsense",
    ]  # fmt: skip


def get(client: Client, address: str, language: str, **more: Any) -> str:
    mark = "&" if "?" in address else "?"
    answer = client.get(f"{PAGE}{address}{mark}lang={language}", **more)
    return answer.content.decode()


class Words(HTMLParser):
    """What a reader of the page sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.scripts: dict[str, Any] = {}
        self._script = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        values = dict(attrs)
        self._script = values.get("id", "?") if tag == "script" else ""
        self.found += [values[name] for name in SAID if values.get(name)]
        if values.get("name") == "description":
            self.found.append(values["content"])

    def handle_endtag(self, tag: str) -> None:
        self._script = ""

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts[self._script] = json.loads(data)
        else:
            self.found.append(data)


def plain_words(html: str) -> set[str]:
    """Return the words that are still in plain letters."""
    reader = Words()
    reader.feed(html)
    # In the sentences for the script a gap is a word in braces.
    words = dict(reader.scripts.get("pb-words", {}))
    for name in ("siteZone", "unknownIcon"):
        words.pop(name, None)
    said = [str(each) for each in words.values()]
    said += sentences(reader.scripts.get("pb-bars", {}))
    in_scripts = re.sub(r"\{\w+\}", "", " ".join(said))
    return set(_WORD.findall(" ".join([*reader.found, in_scripts]))) - SAME


def sentences(data: Any) -> list[str]:
    """Return the texts of *data* that have a blank in them: the rest are codes."""
    if isinstance(data, dict):
        return [text for each in data.values() for text in sentences(each)]
    if isinstance(data, list):
        return [text for each in data for text in sentences(each)]
    is_said = isinstance(data, str) and " " in data and not data.startswith("M")
    return [data] if is_said else []


def test_nothing_is_said_past_the_catalogues(
    client: Client, site: StatusPage, made_up: str
) -> None:
    """X21: pages in a made-up language hold no plain word but names and times."""
    plain = {
        address: plain_words(get(client, address, made_up))
        for address in addresses(site)
    }
    assert {address: words for address, words in plain.items() if words} == {}


def test_a_stale_page_is_translated_too(
    client: Client, site: StatusPage, made_up: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X22"""
    monkeypatch.setattr(Snapshot, "is_stale", lambda self, now: True)
    assert plain_words(get(client, "", made_up)) == set()
    assert plain_words(get(client, "/services/web-app", made_up)) == set()


def test_feeds_and_badges_are_translated_too(
    client: Client, site: StatusPage, made_up: str
) -> None:
    """X21, X18"""
    base = PAGE.removesuffix("/status-page")
    atom = client.get(f"{PAGE}.atom?lang={made_up}").content.decode()
    badge = client.get(f"{base}/badge/web-app/status.svg?lang={made_up}")
    headline = client.get(f"{PAGE}.json?lang={made_up}").json()["headline"]
    markdown = client.get(f"{PAGE}.md?lang={made_up}").content.decode()
    told = re.findall(r"<(?:title|summary)[^>]*>([^<]*)<", atom)
    assert told
    assert not _WORD.findall(" ".join(told).replace("UTC", ""))
    assert not _WORD.findall(headline.replace("UTC", ""))
    assert odd("Operational") in badge.content.decode()
    # Addresses of incidents and instants stay.
    shown = re.sub(r"\]\([^)]*\)|\d{4}-\d\d-\d\dT[\d:]+Z", "", markdown)
    assert set(_WORD.findall(shown)) - SAME == set()


def test_letters_are_translated_too(made_up: str) -> None:
    """X18, X21"""
    facts = {
        "title": "題", "names": ["名前"], "status": "partial_outage", "text": "本文",
        "began_at": "2026-03-14T14:02:00+00:00",
        "ended_at": "2026-03-15T16:33:00+00:00",
        "began_before": "2026-03-14T12:00:00+00:00",
        "next_update_at": "2026-03-14T15:00:00+00:00", "zone": "UTC",
        "phase": "identified",
    }  # fmt: skip
    kinds = "opened update resolved ahead began moved ended cancelled"
    with translation.override(made_up):
        said = [why()]
        for what in kinds.split():
            told = {**facts, "what": what}
            said += [subject_of(told), words_of(told).text]
    plain = set(_WORD.findall(" ".join(said))) - SAME
    assert plain == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks(client: Client, site: StatusPage, language: str) -> None:
    """X21"""
    html = get(client, "", language)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert AFFECTED[language] in html
    other = [word for name, word in AFFECTED.items() if name != language]
    assert not [word for word in other if word in html]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sub_pages_are_in_the_same_language(
    client: Client, site: StatusPage, language: str
) -> None:
    """X21"""
    for address in addresses(site):
        assert f'<html lang="{language}"' in get(client, address, language), address


@pytest.mark.parametrize(
    ("address", "own", "browser", "spoken"),
    [
        ("", "", "", "en"),
        ("", "", "fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("", "", "nl,sv;q=0.8,pt-BR;q=0.5", "pt"),
        ("", "", "xx", "en"),
        ("", "es", "fr", "es"),
        ("?lang=ja", "es", "fr", "ja"),
        ("?lang=nl", "es", "fr", "es"),
        ("?lang=nl", "", "fr", "fr"),
    ],
)
def test_a_wish_comes_before_the_page_and_the_page_before_the_browser(
    client: Client, site: StatusPage, address: str, own: str, browser: str, spoken: str
) -> None:
    """X21: and an operator who chose no language hides nobody's."""
    StatusPage.objects.update(language=own)
    store.rebuild(datetime.now(UTC))
    forget()
    answer = client.get(f"{PAGE}{address}", headers={"Accept-Language": browser})
    assert f'<html lang="{spoken}"' in answer.content.decode()
    assert "Accept-Language" in answer["Vary"]


def test_json_and_feed_name_the_language_they_speak(
    client: Client, site: StatusPage
) -> None:
    """X21"""
    found = client.get(f"{PAGE}.json?lang=de").json()
    assert found["page"]["language"] == "de"
    assert "Dienst" in found["headline"] or "Teilausfall" in found["headline"]
    feed = client.get(f"{PAGE}.atom", headers={"Accept-Language": "ar"})
    assert b'xml:lang="ar"' in feed.content


def test_a_subscriber_hears_in_the_language_of_the_form(
    client: Client, site: StatusPage
) -> None:
    """X18, X21: the way back and the other forms keep it, too."""
    html = get(client, "/subscribe", "de")
    assert "Per E-Mail abonnieren" in html
    assert "?by=slack&amp;lang=de" in html
    assert f'{PAGE}?lang=de"' in html
    answer = client.post(f"{PAGE}/subscribe?lang=de", {"email": "anna@example.org"})
    assert answer["Location"].endswith("?asked&lang=de")
    assert Subscriber.objects.get().language == "de"
    assert "Danke." in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("host", ["nl", "en-gb", "de-at", "zh-hans"])
def test_a_host_with_other_languages_does_not_matter(
    client: Client, site: StatusPage, settings: Any, host: str
) -> None:
    """X21: a visitor gets ours whatever LANGUAGES the host has."""
    settings.LANGUAGES = [(host, "its own")]
    settings.LANGUAGE_CODE = host
    forget()
    for language in LANGUAGES:
        html = get(client, "", language)
        assert AFFECTED[language] in html, language
        forget()
    nobody = client.get(PAGE).content.decode()
    expected = host[:2] if host[:2] in LANGUAGES else "en"
    assert f'<html lang="{expected}"' in nobody
    assert AFFECTED[expected] in nobody


def test_a_host_without_translations_gets_english_that_says_so(
    client: Client, site: StatusPage, settings: Any
) -> None:
    """X21"""
    settings.USE_I18N = False
    settings.LANGUAGE_CODE = "de"
    forget()
    for address in ("", "?lang=ar", "/services/web-app", "/subscribe"):
        html = client.get(PAGE + address).content.decode()
        assert '<html lang="en" dir="ltr"' in html, address
        assert 'hreflang="ar"' not in html
    call_command("check")


def test_numbers_and_days_follow_the_language(client: Client, site: StatusPage) -> None:
    """ux.md 10"""
    german = get(client, "", "de")
    assert re.search(r"99,\d\d\xa0%", german)
    assert "99.99%" not in german
    assert re.search(r"\d{1,2}月\d{1,2}日", get(client, "", "ja"))
    assert re.search(r"\w+ de 20\d\d", get(client, "/history/2025-01", "es"))


def test_times_in_letters_follow_the_language() -> None:
    """X21, ux.md 13"""
    facts = {
        "what": "resolved", "title": "Shop", "names": [], "status": "major_outage",
        "text": "", "began_at": "2026-03-14T14:02:00+00:00",
        "ended_at": "2026-03-14T16:33:00+00:00", "phase": "resolved", "zone": "UTC",
    }  # fmt: skip
    with translation.override("ja"):
        assert "2時間31分" in words_of(facts).text
        assert "2026年3月14日(土) 14:02" in words_of(facts).text
    with translation.override("ar"):
        assert "2 س و31 د" in words_of(facts).text


def test_letters_and_their_links_speak_as_the_subscriber_does(
    client: Client, site: StatusPage
) -> None:
    """X18, X21: whatever the browser asks for, unless the address asks for more."""
    client.post(f"{PAGE}/subscribe?lang=de", {"email": "berta@example.org"})
    while outbox.deliver("test", lambda: datetime.now(UTC)):
        pass
    [letter] = mail.outbox
    assert letter.subject == "[例] Bitte bestätigen Sie Ihre Adresse"
    assert 'lang="de"' in letter.alternatives[0].content
    link = re.search(r"Bestätigen: https://status\.example(\S+)", letter.body)[1]
    shown = client.get(link, headers={"Accept-Language": "fr"}).content.decode()
    assert "Bestätigen Sie Ihre Adresse" in shown
    assert "Confirmez votre adresse" in client.get(f"{link}?lang=fr").content.decode()
    assert "Ihre Adresse ist bestätigt." in client.post(link).content.decode()
