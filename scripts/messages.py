"""
What visitors read, from the sources to the catalogues of their languages.

    python scripts/messages.py            gather: bring the .po files up to date
    python scripts/messages.py compile    write the .mo files that Django reads
    python scripts/messages.py missing    name what no translator has seen yet

    statuspage, incidents (*.py, *.html) --gather--> django.pot, *.po --compile--> *.mo

Only sentences of the public page and of letters are gathered: the rest is English.
Needs no gettext tools, so it runs wherever the development packages do. A new sentence
leaves gaps in the .po files, and a test fails until they are filled.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src/pulseboard"
LOCALE = SOURCES / "locale"
#: The sentences are written in English, which needs no catalogue.
LANGUAGES = ("de", "es", "fr", "pt", "ja", "ar")

#: What people outside read. Of `incidents.models` and the like only operators do.
PUBLIC = (
    "statuspage/*.py",
    "statuspage/feeds/*.py",
    "statuspage/render/*.py",
    "incidents/views.py",
    "incidents/views/*.py",
    "incidents/store/*.py",
    "maintenance/calendar.py",
    "templates/pulseboard/statuspage/*.html",
    "templates/pulseboard/incidents/subscription.html",
    "templates/pulseboard/incidents/letter.html",
)
PRIVATE = frozenset(
    {
        "statuspage/admin.py",
        "statuspage/models.py",
        "statuspage/colour.py",
        "incidents/store/changing.py",
        "incidents/store/events.py",
        "templates/pulseboard/statuspage/change_form.html",
    }
)

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
#: A comment that begins so is for the translator.
NOTE = "Translators:"

#: Rules and forms as the gettext manual gives them.
PLURALS = {
    "de": (2, "(n != 1)"),
    "es": (2, "(n != 1)"),
    "fr": (2, "(n > 1)"),
    "pt": (2, "(n != 1)"),
    "ja": (1, "0"),
    "ar": (
        6,
        "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
        "n%100>=11 && n%100<=99 ? 4 : 5)",
    ),
}

Key = tuple[str, "str | tuple[str, ...]"]


@dataclass(frozen=True, slots=True)
class Said:
    """A message with where it is said; *context* tells equal words apart."""

    message: str | tuple[str, ...]
    context: str | None
    place: str
    line: int
    notes: tuple[str, ...]


def main() -> int:
    what = sys.argv[1] if len(sys.argv) > 1 else "gather"
    if what == "compile":
        compile_all()
    elif what == "missing":
        return _name_missing()
    else:
        gather_all()
        return _name_missing()
    return 0


def gather_all() -> None:
    """Bring every .po file up to date; nothing is guessed, new sentences are empty."""
    found = template()
    _write(found, LOCALE / "django.pot")
    for language in LANGUAGES:
        catalog = catalog_of(language)
        catalog.update(found, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        _write(catalog, po_file(language))


def compile_all() -> None:
    """Write the .mo files."""
    for language in LANGUAGES:
        with po_file(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog_of(language))


def missing(language: str) -> list[str]:
    """Return the messages that are said somewhere and not yet in *language*."""
    catalog = catalog_of(language)
    known = {_key(each): each for each in catalog if each.id}
    lacking = []
    for message in template():
        if not message.id:
            continue
        row = known.get(_key(message))
        said = row.string if row is not None else ""
        forms = said if isinstance(said, tuple) else (said,)
        if row is None or row.fuzzy or not all(forms):
            lacking.append(str(message.id))
    return lacking


def template() -> Catalog:
    """Return all that the sources say now."""
    catalog = Catalog(project="Pulseboard", charset="utf-8", fuzzy=False)
    catalog.header_comment = "# Sentences of Pulseboard's public pages and letters.\n#"
    for said in messages():
        catalog.add(
            said.message,
            locations=[(said.place, said.line)],
            auto_comments=said.notes,
            context=said.context,
            flags=("python-format",) if _has_gaps(said.message) else (),
        )
    return catalog


def messages() -> Iterator[Said]:
    """Yield what the public sources say, file by file."""
    for path in sources():
        place = path.relative_to(SOURCES).as_posix()
        text = path.read_text("utf-8")
        if path.suffix == ".html":
            text = _as_python(text, place)
        file = io.BytesIO(text.encode())
        for line, message, notes, context in extract(
            "python", file, KEYWORDS, (NOTE,), {"encoding": "utf-8"}
        ):
            yield Said(message, context, place, line, tuple(notes))


def sources() -> list[Path]:
    """Return the files whose sentences people outside read."""
    found = {path for pattern in PUBLIC for path in SOURCES.glob(pattern)}
    return sorted(
        path for path in found if path.relative_to(SOURCES).as_posix() not in PRIVATE
    )


def catalog_of(language: str) -> Catalog:
    """Return the catalogue of *language*, an empty one before the first time."""
    path = po_file(language)
    if not path.is_file():
        return Catalog(locale=language, project="Pulseboard", fuzzy=False)
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    catalog.fuzzy = False
    return catalog


def po_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def _as_python(text: str, place: str) -> str:
    """Return a template as Django's own tool hands it on, its lines in place."""
    if not settings.configured:
        settings.configure()
    return str(templatize(text, origin=place))


def _has_gaps(message: str | tuple[str, ...]) -> bool:
    forms = (message,) if isinstance(message, str) else message
    return any(re.search(r"%\(\w+\)", form) for form in forms)


def _write(catalog: Catalog, path: Path) -> None:
    """Write *catalog* so that equal sentences make an equal file."""
    file = io.BytesIO()
    # Without line numbers: a line more above would be a change of every catalogue.
    write_po(
        file, catalog, 88, sort_output=True, omit_header=True, include_lineno=False
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_header(catalog).encode() + file.getvalue())


def _header(catalog: Catalog) -> str:
    """Return the header without dates and names, which would change by themselves."""
    language = str(catalog.locale) if catalog.locale else ""
    lines = [
        "Project-Id-Version: Pulseboard",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    if language:
        count, rule = PLURALS[language]
        lines.append(f"Language: {language}")
        lines.append(f"Plural-Forms: nplurals={count}; plural={rule};")
    quoted = "".join(f'"{line}\\n"\n' for line in lines)
    title = "# What the visitors of Pulseboard's pages and letters read.\n"
    return f'{title}msgid ""\nmsgstr ""\n{quoted}\n'


def _key(message: object) -> Key:
    return getattr(message, "context", None) or "", getattr(message, "id", "")


def _name_missing() -> int:
    """Print what is missing; 1 when there is any."""
    lacking = {language: missing(language) for language in LANGUAGES}
    for language, ids in lacking.items():
        for each in ids:
            print(f"{language}: {each}", file=sys.stderr)
    return 1 if any(lacking.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
