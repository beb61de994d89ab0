"""Nobody is led to a forbidden address, whatever the name server says. A01 to A06"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support import forbidden_sinks
from tests.support.process import find

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of a thousand fetches in a network of their own."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("needs root, for a network of its own")
    folder = tmp_path_factory.mktemp("network")
    ran = subprocess.run(
        [find("unshare"), "--net", "--mount", sys.executable,
         forbidden_sinks.__file__, str(folder)],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_the_sinks_would_notice(seen: dict[str, Any]) -> None:
    assert seen["noticed"]


def test_a_thousand_fetches_reach_no_sink(seen: dict[str, Any]) -> None:
    """A02 to A05: and it was no accident: each name ended as it must."""
    assert seen["visits"] == []
    assert sum(sum(ends.values()) for ends in seen["fetched"].values()) == 1000
    for url in ("http://rebind.test/", "http://rebind6.test/"):
        ends = seen["fetched"].pop(url)
        assert set(ends) == {"200", "Blocked"}
        assert min(ends.values()) >= sum(ends.values()) / 4
    hop = f"http://{forbidden_sinks.PUBLIC}/to-rebind"
    assert set(seen["fetched"].pop(hop)) == {"200", "Blocked"}
    ends = seen["fetched"].pop("http://loop.test/")
    assert set(ends) == {"NAME"}
    assert {end for ends in seen["fetched"].values() for end in ends} == {"Blocked"}


def test_no_spelling_of_a_forbidden_address_is_connected_to(
    seen: dict[str, Any],
) -> None:
    """A01: dialled as it is written, past whatever would refuse to save it."""
    assert seen["spelled"]["Blocked"] > 100
    # What is no address is asked as a name, and in this network nobody answers that.
    assert set(seen["spelled"]) <= {"Blocked", "NAME", "RESOLVER"}
