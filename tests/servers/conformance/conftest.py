"""One project with everything on its public pages, and judges that others wrote."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.process import find
from tests.support.projects import Project, WebServer, start_project

ROOT = Path(__file__).resolve().parents[3]
MODULES = ROOT / "frontend/node_modules"
VNU = MODULES / "vnu-jar/build/dist/vnu.jar"
HTML_VALIDATE = MODULES / ".bin/html-validate"
CALENDAR_JS = """
const {readFileSync} = require("fs");
const ical = require(process.argv[1]);
const root = new ical.Component(ical.parse(readFileSync(0, "utf8")));
const events = root.getAllSubcomponents("vevent").map(each => new ical.Event(each));
console.log(JSON.stringify(events.map(each =>
    [each.uid, each.summary, each.startDate.toJSDate(), each.endDate.toJSDate()])));
"""

SETTINGS = """
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
PULSEBOARD = {
    "SERVICE_NAME": "Acme",
    "PUBLIC_URL": "https://status.example",
    "RUNNER": "process",
}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A served project and what its stage told."""

    server: WebServer
    pages: Sequence[str]
    mails: Sequence[str]
    cookie: str

    def get(self, path: str, **headers: str) -> str:
        answer = self.server.get(path, **headers)
        assert answer.status == 200, (path, answer.text[:300])
        return answer.text


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    folder = tmp_path_factory.mktemp("conformance") / "site"
    project: Project = start_project(folder, PYTHONPATH=paths)
    project.add_pulseboard()
    project.append("settings.py", SETTINGS)
    project.manage("migrate")
    stage = Path(__file__).with_name("stage.py").read_text()
    told: Mapping[str, Any] = json.loads(
        project.manage("shell", "-c", stage).strip().splitlines()[-1]
    )
    with project.served("gunicorn") as server:
        yield Site(server, told["pages"], told["mails"], told["cookie"])


def needed(path: Path) -> Path:
    """Return *path* of an installed tool; skip without it, fail in CI."""
    if not path.exists():
        message = f"{path.name} is not installed: cd frontend && npm ci"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return path


def judged(*command: object, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a judge with *text* on its standard input."""
    return subprocess.run(
        [str(part) for part in command],
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def vnu(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Return what the Nu checker says of *files*, errors and warnings."""
    ran = judged(
        find("java"), "-jar", needed(VNU), "--format", "json", "--stdout",
        "--exit-zero-always", *files,
    )  # fmt: skip
    assert ran.stdout, ran.stderr
    messages: list[dict[str, Any]] = json.loads(ran.stdout)["messages"]
    return messages


def html_validate(files: Sequence[Path]) -> list[str]:
    """Return what html-validate says of *files* by the standard."""
    find("node")
    ran = judged(
        needed(HTML_VALIDATE), "--preset", "standard", "--formatter", "json", *files
    )
    assert ran.stdout or ran.returncode == 0, ran.stderr
    return [
        f"{Path(each['filePath']).name}:{said['line']} {said['message']}"
        for each in json.loads(ran.stdout or "[]")
        for said in each["messages"]
    ]


def calendar_js(text: str) -> list[list[str]]:
    """Return the events that ical.js reads: uid, summary, start, end."""
    library = needed(MODULES / "ical.js/dist/ical.es5.cjs")
    ran = judged(find("node"), "-e", CALENDAR_JS, library, text=text)
    assert ran.returncode == 0, ran.stderr
    found: list[list[str]] = json.loads(ran.stdout)
    return found
