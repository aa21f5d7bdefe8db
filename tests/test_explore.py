"""`--explore`: the frontier of made-up points, its table, its JSON and its picture."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from tools import compiler
from tools.compile import main
from tools.explore import (
    NO_PLOT,
    ExplorePoint,
    explore_files,
    json_text,
    pareto_frontier,
    plot_text,
    table_text,
)
from tools.options import CompileOptions

SCHEMA = Path(__file__).resolve().parents[1] / "docs/schema/explore.schema.json"

Captured = pytest.CaptureFixture[str]


def point(arena: int, work: int, calls: int = 1, name: str = "") -> ExplorePoint:
    return ExplorePoint(arena, work, calls, name or f"{arena}/{work}")


POINTS = [
    point(300, 50, 7, "whole tensors"),
    point(100, 90, 999, "1 row, depth first"),
    point(200, 90, 20, "as many instructions, more bytes"),
    point(200, 60, 30, "more calls"),
    point(200, 60, 20, "$2 \\frac{rows}$, <depth> first"),
    point(400, 50, 1, "more bytes"),
    point(100, 95, 1, "more instructions"),
]
FRONTIER = [POINTS[1], POINTS[4], POINTS[0]]


def test_frontier() -> None:
    assert pareto_frontier(POINTS) == FRONTIER
    assert pareto_frontier(reversed(POINTS)) == FRONTIER
    assert pareto_frontier(FRONTIER) == FRONTIER
    assert pareto_frontier([]) == []


def test_frontier_of_random_points() -> None:
    """Nothing on it is beaten, everything else is, and the order does not matter."""
    numbers = random.Random(0)
    for _ in range(200):
        points = [
            point(numbers.randrange(8), numbers.randrange(8)) for _ in range(9)
        ]
        frontier = pareto_frontier(points)
        costs = {(p.arena_bytes, p.estimated_instructions) for p in points}
        beaten = {
            (a, b)
            for a, b in costs
            if any((c, d) != (a, b) and c <= a and d <= b for c, d in costs)
        }
        kept = [(p.arena_bytes, p.estimated_instructions) for p in frontier]
        assert kept == sorted(costs - beaten)


def test_table() -> None:
    assert table_text(POINTS).splitlines() == [
        "arena bytes  instructions  calls  schedule",
        "        100            90    999  1 row, depth first",
        "        200            60     20  $2 \\frac{rows}$, <depth> first",
        "        300            50      7  whole tensors",
        "3 of 7 schedules are on the frontier",
    ]


def test_json() -> None:
    options = {"split_height": 1, "sram_limit": None, "exec_order": "df"}
    first = ExplorePoint(100, 90, 999, "1 row", options)
    document = json.loads(json_text([*POINTS[2:], first], "a.tflite"))
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    assert document["points"][0]["schedule"] == options
    chosen = [p["description"] for p in document["points"] if p["on_frontier"]]
    assert chosen == ["1 row", FRONTIER[1].description, "more bytes"]
    assert json_text(POINTS, "a") == json_text(POINTS[::-1], "a")


def test_picture() -> None:
    pytest.importorskip("matplotlib")
    text = plot_text(POINTS, "a_$b$_c.tflite")
    assert text is not None
    assert text == plot_text(POINTS, "a_$b$_c.tflite")
    ElementTree.fromstring(text.encode())
    assert set(explore_files(POINTS, "a")) == {"explore.json", "explore.svg"}
    assert plot_text([point(0, 0)], "one point") is not None


@pytest.fixture
def without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)


@pytest.mark.usefixtures("without_matplotlib")
def test_without_matplotlib() -> None:
    assert plot_text(POINTS, "a") is None
    assert set(explore_files(POINTS, "a")) == {"explore.json"}


# The command


@pytest.mark.usefixtures("without_matplotlib")
def test_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    asked: list[tuple[Path, CompileOptions]] = []

    def explore(path: Path, options: CompileOptions) -> list[ExplorePoint]:
        asked.append((path, options))
        return POINTS

    monkeypatch.setattr(compiler, "explore", explore)
    model, out = tmp_path / "a.tflite", tmp_path / "new" / "out"
    words = [str(model), "-o", str(out), "--explore", "--input", "arena"]
    assert main(words) == 0
    assert [(path, options.input) for path, options in asked] == [(model, "arena")]
    assert capsys.readouterr() == (table_text(POINTS), f"{NO_PLOT}\n")
    assert [path.name for path in out.iterdir()] == ["explore.json"]
    assert (out / "explore.json").read_text() == json_text(POINTS, "a.tflite")


@pytest.mark.parametrize(
    ("points", "words", "message"),
    [
        ([], [], "a.tflite: no schedule goes with these options"),
        (POINTS, ["--plot", "a.svg"], "--plot draws the arena of one schedule"),
        (POINTS, ["--alignment", "3"], "alignment 3 is not a power of two"),
    ],
)
def test_command_errors(
    points: list[ExplorePoint],
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.setattr(compiler, "explore", lambda path, options: points)
    out = tmp_path / "out"
    assert main([str(tmp_path / "a.tflite"), "-o", str(out), "--explore", *words]) == 1
    printed, err = capsys.readouterr()
    assert printed == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err
    assert not out.exists()
