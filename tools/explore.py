"""Which schedules are worth having: arena against work, as table, JSON and picture."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

SCHEMA_VERSION = 1

NO_PLOT = "no explore.svg: matplotlib is missing; pip install 'tinyts[plot]'"
"""What a user reads where there is no picture."""


@dataclass(frozen=True)
class ExplorePoint:
    """One schedule of a model with what it costs."""

    arena_bytes: int
    estimated_instructions: int
    """Of one run, on the target."""
    kernel_calls: int
    description: str
    """The schedule in one line, for readers."""
    schedule: Mapping[str, str | int | None] = field(
        default_factory=dict[str, str | int | None]
    )
    """Options that compile it again, named as on the command line, with underscores."""

    @property
    def cost(self) -> tuple[int, int, int, str]:
        """By which points are ordered: the arena, then the work."""
        return (
            self.arena_bytes,
            self.estimated_instructions,
            self.kernel_calls,
            self.description,
        )


def pareto_frontier(points: Iterable[ExplorePoint]) -> list[ExplorePoint]:
    """The points that no other beats in arena and work, the smallest arena first.

    Of points that are equal in both one stays, that with the fewest calls.
    """
    frontier: list[ExplorePoint] = []
    for point in sorted(points, key=lambda p: p.cost):
        fewest = frontier[-1].estimated_instructions if frontier else None
        if fewest is None or point.estimated_instructions < fewest:
            frontier.append(point)
    return frontier


def table_text(points: Sequence[ExplorePoint]) -> str:
    """The frontier as a table to be read, lines ending in a newline."""
    frontier = pareto_frontier(points)
    rows = [("arena bytes", "instructions", "calls", "schedule")] + [
        (
            str(point.arena_bytes),
            str(point.estimated_instructions),
            str(point.kernel_calls),
            point.description,
        )
        for point in frontier
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join([*map(str.rjust, row[:3], widths[:3]), row[3]]) for row in rows
    ]
    lines.append(f"{len(frontier)} of {len(points)} schedules are on the frontier")
    return "".join(f"{line}\n" for line in lines)


def json_text(points: Sequence[ExplorePoint], model: str) -> str:
    """Every point, as `docs/schema/explore.schema.json` describes it."""
    chosen = set(map(id, pareto_frontier(points)))
    entries: list[dict[str, Any]] = [
        {
            "arena_bytes": point.arena_bytes,
            "estimated_instructions": point.estimated_instructions,
            "kernel_calls": point.kernel_calls,
            "description": point.description,
            "schedule": dict(point.schedule),
            "on_frontier": id(point) in chosen,
        }
        for point in sorted(points, key=lambda p: p.cost)
    ]
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool_version": version("tinyts"),
        "model": model,
        "points": entries,
    }
    return json.dumps(document, indent=1) + "\n"


def plot_text(points: Sequence[ExplorePoint], model: str) -> str | None:
    """Arena against instructions, as SVG; None where matplotlib is not installed."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError:
        return None
    frontier = pareto_frontier(points)
    kept = set(map(id, frontier))
    others = [point for point in points if id(point) not in kept]
    # The same bytes for the same points: no date, identifiers that are no random ones.
    with matplotlib.rc_context({"svg.hashsalt": "tinyts", "text.parse_math": False}):
        figure = Figure(figsize=(9, 6), layout="constrained")
        axes = figure.subplots()
        axes.scatter(*_coordinates(others), color="#bbb", label="other schedules")
        axes.step(
            *_coordinates(frontier), where="post", marker="o", label="Pareto frontier"
        )
        for point in frontier:
            axes.annotate(
                point.description,
                (point.arena_bytes, point.estimated_instructions),
                xytext=(4, 4),
                textcoords="offset points",
                fontsize=7,
            )
        axes.set_xlabel("arena in bytes")
        axes.set_ylabel("estimated instructions")
        axes.set_title(model)
        axes.legend()
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _coordinates(points: Sequence[ExplorePoint]) -> tuple[list[int], list[int]]:
    return (
        [point.arena_bytes for point in points],
        [point.estimated_instructions for point in points],
    )


def explore_files(points: Sequence[ExplorePoint], model: str) -> dict[str, str]:
    """Text of the files that `--explore` writes; no picture without matplotlib."""
    files = {"explore.json": json_text(points, model)}
    plot = plot_text(points, model)
    return files if plot is None else files | {"explore.svg": plot}
