"""A table of figures beside their goals."""

from __future__ import annotations

from dataclasses import dataclass

WIDTHS = "{:<46}{:>10}{:>12}{:>9}  {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One figure.

    Args:
        value: None when it could not be measured; *note* says why.
        beside: The bare case or the peer, in the same unit; None without one.
        goal: The most that *value* may be; None when it is shown for comparison.
    """

    title: str
    value: float | None
    beside: float | None = None
    goal: float | None = None
    note: str = ""


def show(heading: str, lines: list[Line], *, beside: str = "beside") -> None:
    """Print *lines* under *heading*, which names the unit."""
    print(f"\n{heading}")
    print(WIDTHS.format("", "ours", beside, "ratio", "goal"))
    for line in lines:
        print(_text(line).rstrip())


def _text(line: Line) -> str:
    ratio = None
    if line.value is not None and line.beside:
        ratio = line.value / line.beside
    figures = [_figure(each) for each in (line.value, line.beside, ratio)]
    return WIDTHS.format(line.title, *figures, f"{verdict(line)} {line.note}")


def verdict(line: Line) -> str:
    """Return whether the goal was met, or by how much it was missed."""
    if line.goal is None or line.value is None:
        return ""
    if line.value <= line.goal:
        return f"{line.goal:g} met"
    if not line.goal:
        return f"0 missed by {line.value:.3g}"
    return f"{line.goal:g} missed by {100 * (line.value / line.goal - 1):.0f} %"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
