"""What visitors read exists whole in every language. X21"""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from scripts import messages

EVERY = pytest.mark.parametrize("language", messages.LANGUAGES)
_GAP = re.compile(r"%\((\w+)\)([sd])|%(?!\(|%)")


def rows(language: str) -> list[Message]:
    return [each for each in messages.catalog_of(language) if each.id]


def forms(said: object) -> tuple[str, ...]:
    return said if isinstance(said, tuple) else (str(said),)


def gaps(form: str) -> set[tuple[str, ...]]:
    return {found.groups() for found in _GAP.finditer(form.replace("%%", ""))}


def test_the_languages_are_those_that_a_visitor_may_choose() -> None:
    """X21"""
    from pulseboard.access.language import LANGUAGES

    assert ("en", *messages.LANGUAGES) == LANGUAGES


@EVERY
def test_no_sentence_is_missing(language: str) -> None:
    """X21: gathered anew; `make messages` names where they would have to go."""
    assert messages.missing(language) == []


@EVERY
def test_nothing_is_fuzzy_and_nothing_is_left_over(language: str) -> None:
    """X21"""
    said = {(each.context, each.id) for each in messages.template() if each.id}
    with messages.po_file(language).open("rb") as file:
        catalog = read_po(file)
    assert not [each.id for each in catalog if each.id and each.fuzzy]
    assert {(each.context, each.id) for each in rows(language)} == said
    assert not catalog.obsolete


@EVERY
def test_gaps_are_those_of_the_english_sentence(language: str) -> None:
    """X21: a form for one or two may do without the number, no other."""
    for row in rows(language):
        asked = set.union(*(gaps(form) for form in forms(row.id)))
        said = forms(row.string)
        if row.context == "date format":
            continue
        assert all(gaps(form) <= asked for form in said), row.id
        assert gaps(said[-1]) == asked, row.id
        for form in said:
            assert asked - gaps(form) <= {("count", "s")}, (row.id, form)


@EVERY
def test_every_plural_has_as_many_forms_as_the_language(language: str) -> None:
    """X21: Arabic has six."""
    count = messages.PLURALS[language][0]
    for row in rows(language):
        if isinstance(row.id, tuple):
            assert len(forms(row.string)) == count, row.id


@EVERY
def test_no_markup_comes_in_by_a_translation(language: str) -> None:
    """A blocktranslate is not escaped again."""
    for row in rows(language):
        for form in forms(row.string):
            assert not set(form) & set("<>&"), form


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "%(count)s يوم"),
        (1, "يوم واحد"),
        (2, "يومان"),
        (3, "%(count)s أيام"),
        (11, "%(count)s يومًا"),
        (100, "%(count)s يوم"),
    ],
)
def test_arabic_days_are_counted_in_six_forms(
    count: int, said: str, compiled: Path
) -> None:
    """X21"""
    catalog = gettext.translation("django", compiled, ["ar"])
    assert catalog.ngettext("%(count)s day", "%(count)s days", count) == said


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for language in messages.LANGUAGES:
        target = tmp_path / language / "LC_MESSAGES/django.po"
        target.parent.mkdir(parents=True)
        target.write_bytes(messages.po_file(language).read_bytes())
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    messages.compile_all()
    return tmp_path


def test_a_new_sentence_is_named_until_it_is_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X21: from Python and from templates; what only operators read is left out."""
    for place, text in {
        "statuspage/words.py": 'NEW = _("Brand new, %(name)s")\n',
        "templates/pulseboard/statuspage/page.html": '{% translate "Newer" %}',
        "statuspage/admin.py": 'ONLY = _("For operators")\n',
    }.items():
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(messages, "SOURCES", tmp_path)
    assert sorted(messages.missing("de")) == ["Brand new, %(name)s", "Newer"]


def test_gathering_twice_changes_nothing(
    compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither dates nor line numbers make a difference."""
    messages.gather_all()
    first = {path: path.read_bytes() for path in compiled.rglob("*.po")}
    messages.gather_all()
    assert first == {path: path.read_bytes() for path in compiled.rglob("*.po")}
