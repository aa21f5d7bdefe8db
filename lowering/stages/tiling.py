"""The search over tiles: stages that reach the peak, computed in columns as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lowering.stages.plan import Stage
from lowering.stages.search import Search
from lowering.stages.tiles import can_be_tiled

WIDTHS = (16, 8, 4, 2, 1)
"""Columns of tiles of a stage's widest tensor that are tried, from the fewest calls."""

MOST_CALLS = 3600
"""Kernel calls of a stage in tiles; narrower tiles are not tried."""

WORTH = 0.95
"""Tiles are used if they lower the peak to this share of it, or less.

They cost ten times the calls, and as much of the time of a compilation.
"""

WORTH_PLACING = 0.93
"""The same for a plan's peak before its buffers are placed: tiles of several sizes do
not fit together as well as rows."""


def tiled(
    search: Search, peak: int, stages: list[Stage]
) -> tuple[int, list[Stage]] | None:
    """A peak that is lower by tiles, and its stages; None if that is not worth it.

    Again and again the stages that reach the peak are computed in tiles, until one of
    them has nothing to gain by that.
    """
    first_peak = peak
    best = list(stages)
    while True:
        binding = [s for s in best if search.costs.of(s).peak == peak]
        changed = {stage: _narrower(search, stage) for stage in binding}
        if not all(changed.values()):
            break
        found = [changed.get(stage) or stage for stage in best]
        new_peak = search.peak(search.plan(found))
        if new_peak >= peak:
            break
        peak, best = new_peak, found
        search.progress(f"tiles: peak {peak} bytes")
    worth_it = peak < first_peak and peak <= first_peak * WORTH
    return (peak, best) if worth_it else None


def _narrower(search: Search, stage: Stage) -> Stage | None:
    """The stage in the widest tiles that lower its peak; None where none do."""
    peak = search.costs.of(stage).peak
    for candidate in _candidates(search, stage):
        if search.costs.of(candidate).peak < peak:
            return candidate
    return None


def _candidates(search: Search, stage: Stage) -> Iterator[Stage]:
    graph = search.graph
    nodes = graph.nodes[stage.first : stage.last]
    sizes = [
        (tensor.height, tensor.width)
        for node in nodes
        if can_be_tiled(graph, node)
        for tensor in (graph.tensors[node.output],)
    ]
    widest = max((width for _, width in sizes), default=1)
    streamed = search.streamed(stage)
    for width in WIDTHS:
        if width >= (stage.width or widest):
            continue
        calls = sum(rows * min(columns, -(-widest // width)) for rows, columns in sizes)
        if calls <= MOST_CALLS:
            yield replace(
                stage, height=1, fused=(), keep=(), streamed=streamed, width=width
            )
