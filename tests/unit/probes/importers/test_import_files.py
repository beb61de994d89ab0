"""A23, X26: which files are read, and which are refused."""

import contextlib
import json
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pulseboard.core.errors import ConfigError
from pulseboard.guard.verdict import Trust
from pulseboard.probes.importers.reading import read_import
from pulseboard.probes.options import Surroundings, read_spec

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture
def refusal(tmp_path):
    """Returns why a file with some content is refused."""

    def read(content):
        path = tmp_path / "file"
        path.write_bytes(content.encode("utf-8") if type(content) is str else content)
        with pytest.raises(ConfigError) as caught:
            read_import(path)
        return str(caught.value)

    return read


ALIAS_BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "expected a backup"),
        ("hello", "expected a backup"),
        ("[1, 2]", "expected a backup"),
        ('{"a": 1}', "expected a backup"),
        ("a: 1", "expected a backup"),
        (ALIAS_BOMB, "line 2: aliases are not read"),
        ("endpoints: &a\n  - *a\n", "aliases are not read"),
        ("endpoints: []\nendpoints: []\n", "line 2: a key stands twice"),
        ("endpoints: " + "[" * 40 + "]" * 40, "at most 32 levels"),
        ("endpoints: " + "[" * 100_000, "at most 32 levels"),
        ("endpoints: [\n", "expected sound YAML"),
        ("endpoints: !!python/object/apply:os.system [x]", "expected sound YAML"),
        ("endpoints: [" + "9" * 5000 + "]", "a value cannot be read"),
        ('endpoints: ["\\0"]', "without NUL"),
        ('endpoints: ["\\ud800"]', "sound YAML|without NUL"),
        ("? [a]\n: b\n", "a key stands twice|sound YAML"),
        ('{"monitorList": ' + "[" * 100_000, "nested too deeply"),
        ('{"monitorList": ' + "[" * 40 + "]" * 40 + "}", "at most 32 levels"),
        ('{"monitorList": [NaN]}', "NaN or Infinity"),
        ('{"monitorList": [1e999]}', "a number too large"),
        ('{"monitorList": [' + "9" * 5000 + "]}", "a number too long"),
        ('{"monitorList": [], "monitorList": []}', "a key twice"),
        ('{"monitorList": ["\\u0000"]}', "without NUL"),
        ('{"monitorList": ["\\ud800"]}', "without NUL and lone surrogates"),
        ('{"monitorList": ["a"]}', "monitorList: expected a list of objects"),
        ('{"monitorList": 5}', "monitorList: expected a list of objects"),
        ('{"monitorList": [', "not well-formed"),
        (b"\xff\xfe\x00", "expected text in UTF-8"),
        (b"PK\x03\x04abcd", "got zip"),
        (b"\x1f\x8babcd", "got gzip"),
        (b"SQLite format 3\x00" + b"\x00" * 100, "cannot be read"),
        (b"#" * (1024 * 1024 + 1), "at most 1 MiB"),
    ],
)
def test_an_unsound_file_is_refused_in_words(refusal, content, message):
    """A23"""
    assert re.search(message, refusal(content))


def test_a_folder_and_nothing_are_refused(tmp_path):
    """X26"""
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(ConfigError, match="expected a file"):
            read_import(path)


def test_a_configuration_of_gatus_may_be_json(tmp_path):
    """X26"""
    path = tmp_path / "config.json"
    path.write_text(
        json.dumps({"endpoints": [{"name": "a", "url": "http://a.example"}]})
    )

    assert read_import(path).endpoints[0]["kind"] == "http"


def test_yaml_without_its_library_names_the_extra(tmp_path, monkeypatch):
    """X26"""
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)

    with pytest.raises(ConfigError, match=r"pip install 'pulseboard\[yaml\]'"):
        read_import(SAMPLES / "gatus.yaml")


def many(count):
    endpoints = [
        f"  - name: e{number}\n    url: http://a.example/{number}\n"
        for number in range(count)
    ]
    return "endpoints:\n" + "".join(endpoints)


def test_as_many_endpoints_as_anybody_has_are_read(tmp_path):
    """A23"""
    path = tmp_path / "many.yaml"
    path.write_text(many(2000))

    assert len(read_import(path).endpoints) == 2000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (many(2001), "at most 2,000 endpoints"),
        ("endpoints: [" + "[]," * 300_000 + "]", "at most 100,000 values"),
        (
            '{"monitorList": [' + '{"a":1},' * 100_000 + "{}]}",
            "at most 2,000 endpoints",
        ),
    ],
)
def test_too_much_is_refused_and_not_cut(refusal, content, message):
    """A23"""
    assert message in refusal(content)


def _file(name: str, folder: Path) -> Path:
    """Return the sample *name*; a script becomes the database it makes."""
    if not name.endswith(".sql"):
        return SAMPLES / name
    path = folder / "kuma.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript((SAMPLES / name).read_text())
    return path


@pytest.mark.parametrize("name", sorted(each.name for each in SAMPLES.iterdir()))
def test_every_endpoint_can_be_asked_for(name, tmp_path):
    """X26: what is imported is what endpoints take."""
    around = Surroundings(trust=Trust.CODE, clock=lambda: datetime.now(UTC))
    found = read_import(_file(name, tmp_path)).endpoints

    assert found
    for spec in found:
        assert read_spec(spec, around).name == spec["name"]
