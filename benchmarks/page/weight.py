"""4a, 7: what goes over the wire, compressed."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.support.projects import Project

from benchmarks.goal import Line
from benchmarks.page.asked import ask
from benchmarks.page.site import JSON, PAGE, ROOT, Site

STATIC = ROOT / "src/pulseboard/static/pulseboard"
CSS, SCRIPT = STATIC / "status.css", STATIC / "build/status.js"
#: Kilobytes of 1,024 bytes.
ALL_OF_HUNDRED_GOAL, HTML_GOAL, ASSETS_GOAL, PAGE_GOAL = 16.0, 40.0, 10.0, 60.0


def measured(hundred: Project, fifty: Project, eight: Project) -> list[Line]:
    """Return the kilobytes of each."""
    everything = _asked(hundred, JSON)
    html_of_fifty, html_of_eight = _asked(fifty, PAGE), _asked(eight, PAGE)
    assets = [_compressed(CSS)]
    note = "status.js is not built" if not SCRIPT.is_file() else ""
    if SCRIPT.is_file():
        assets.append(_compressed(SCRIPT))
    return [
        Line(
            title="4a: all of 100 services, JSON",
            value=everything[0],
            goal=ALL_OF_HUNDRED_GOAL,
            note=f"{everything[1]:.1f} with headers",
        ),
        Line(title="HTML of 50 services", value=html_of_fifty[0], goal=HTML_GOAL),
        Line(
            title="page of 8 services, all it loads",
            value=html_of_eight[1] + sum(assets),
            goal=PAGE_GOAL,
            note=f"HTML {html_of_eight[0]:.1f}",
        ),
        Line(title="7: CSS and JS", value=sum(assets), goal=ASSETS_GOAL, note=note),
    ]


def _asked(project: Project, path: str) -> tuple[float, float]:
    """Return the kilobytes of the body, and with its headers."""
    with Site(project, "uvicorn", "ours") as site:
        asked = ask(site.port, path)
    assert asked.status == 200
    return len(asked.body) / 1024, asked.wire_bytes / 1024


def _compressed(path: Path) -> float:
    return len(gzip.compress(path.read_bytes(), 9)) / 1024
