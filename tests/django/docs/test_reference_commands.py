"""A verb or an option that is not described, or described and gone, fails here."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser

import pytest
from tests.django.docs.pages import named, page, sections, words

from pulseboard.cli import verbs
from pulseboard.core.verb import BAD_NEWS, CALLED_WRONGLY, FINE, Verb

SECTIONS = sections(page("reference/commands"))


def test_every_verb_has_its_section_and_no_other():
    assert set(SECTIONS) == {verb.name for verb in verbs()}


@pytest.mark.parametrize("verb", verbs(), ids=lambda verb: verb.name)
def test_a_verb_has_its_options_and_no_other(verb: Verb):
    described = {first.split()[0] for first in named(SECTIONS[verb.name])}
    assert described == set(_options(verb))


def test_the_exit_codes_are_described():
    described = page("reference/commands").partition("## ")[0]
    for code in (FINE, BAD_NEWS, CALLED_WRONGLY):
        assert f"| {code} |" in described


def test_no_page_names_a_verb_that_is_not_there():
    known = {verb.name for verb in verbs()}
    for name in ("start/django", "start/standalone", "how-to/production"):
        for code in words(page(name)):
            _, found, rest = code.partition("pulseboard ")
            if found and rest[:1].isalpha():
                assert rest.split()[0] in known, (name, code)


def _options(verb: Verb) -> list[str]:
    parser = ArgumentParser(add_help=False)
    verb.add_arguments(parser)
    return [
        action.option_strings[0] if action.option_strings else _shown(action.metavar)
        for action in parser._actions
        if action.help != SUPPRESS
    ]


def _shown(metavar: object) -> str:
    return str(metavar)
