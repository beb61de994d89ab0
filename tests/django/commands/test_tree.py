"""M8: one tree, two doors, the same exit codes."""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import override_settings

import pulseboard
from pulseboard import cli

VERBS = {
    *("run", "start", "stop", "status", "health", "cleanup", "tables"),
    *("init", "setup", "doctor", "demo", "up", "run-checks", "import"),
}


def test_the_tree_has_every_verb_with_help_and_examples() -> None:
    assert {verb.name for verb in cli.verbs()} == VERBS
    assert all(verb.help and verb.examples for verb in cli.verbs())


@pytest.mark.parametrize("verb", cli.verbs(), ids=lambda verb: verb.name)
def test_every_example_is_called_rightly(verb) -> None:
    parser = ArgumentParser()
    cli.add_verbs(parser, program="pulseboard")
    for example in verb.examples:
        assert parser.parse_args(example.split()).chosen is verb


@pytest.mark.parametrize(
    "words", [["status", "--settings=shop.settings"], ["--verbosity=0", "tables"]]
)
def test_options_of_django_may_stand_on_either_side(words, db, capsys) -> None:
    from django.core.management import load_command_class

    command = load_command_class("pulseboard", "pulseboard")
    parser = command.create_parser("manage.py", "pulseboard")
    assert parser.parse_args(words).verb in words


def test_an_unknown_verb_is_called_wrongly() -> None:
    with pytest.raises(CommandError, match="statsu"):
        call_command("pulseboard", "statsu")


def test_the_other_door_tells_the_version(capsys) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"pulseboard {pulseboard.__version__}\n"


def test_help_lists_the_verbs_and_the_exit_codes(capsys) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert all(re.search(rf"^    {verb}\b", said, re.M) for verb in VERBS)
    assert "0 fine, 1 bad news, 2 called wrongly" in said


@override_settings(PULSEBOARD={"CHECK_EVRY": "5s", "MAX_WORKERS": 0})
def test_each_wrong_setting_is_one_line_and_the_code_is_2(pulseboard_command) -> None:
    ran = pulseboard_command("health")
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 2
    assert "did you mean 'CHECK_EVERY'?" in ran.err


def test_missing_tables_are_one_sentence_that_says_migrate(
    pulseboard_command, transactional_db, monkeypatch
) -> None:
    with connection.schema_editor() as editor:
        editor.execute("ALTER TABLE pulseboard_monitor RENAME TO elsewhere")
    try:
        ran = pulseboard_command("status")
    finally:
        with connection.schema_editor() as editor:
            editor.execute("ALTER TABLE elsewhere RENAME TO pulseboard_monitor")
    assert ran.code == 1
    assert ran.err == ("The tables of Pulseboard are missing: run `manage.py migrate`.")


def test_another_database_error_names_its_kind_and_nothing_else(
    pulseboard_command, db, monkeypatch
) -> None:
    from pulseboard.monitors import store

    def fail() -> None:
        raise DatabaseError("permission denied for user shop at 10.1.2.3")

    monkeypatch.setattr(store, "read_pulse", fail)
    ran = pulseboard_command("status")
    assert ran.code == 1
    assert "10.1.2.3" not in ran.err + ran.out
    assert "DatabaseError" in ran.err


def test_up_belongs_to_the_other_door(pulseboard_command) -> None:
    ran = pulseboard_command("up")
    assert (ran.code, "for no project" in ran.err) == (2, True)


def test_both_doors_share_one_parser(capsys, monkeypatch, db, declared) -> None:
    declared(disk=pulseboard.critical("full"))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.settings")
    monkeypatch.setattr(sys, "path", list(sys.path))
    try:
        assert cli.main(["health"]) == 1
    finally:
        cli.door.enter("manage.py pulseboard")
    assert capsys.readouterr().out == "disk: critical (full)\n"
