"""What needs no search: the network as one stage, in slices of one height."""

from __future__ import annotations

from collections.abc import Iterator

from lowering.stages.plan import Stage
from lowering.stages.search import SLACK, Search
from lowering.stages.variants import HEIGHTS

MOST_CALLS = 8_000
"""Kernel calls of a schedule that is simulated."""


def one_stage(search: Search, limit: int) -> Iterator[tuple[int, Stage]]:
    """The peak and the stage of each height whose peak is below a limit.

    A search that cuts where few tensors are alive may miss these: rows of single pixels
    or of few bytes are not tried one by one everywhere.
    """
    if search.lines(0, search.count) > limit * SLACK:
        return
    heights = [search.graph.tensors[node.output].height for node in search.graph.nodes]
    for rows in HEIGHTS:
        calls = sum(-(-height // rows) if rows else 1 for height in heights)
        if calls > MOST_CALLS or rows > max(heights, default=0):
            continue
        stage = Stage(0, search.count, rows)
        peak = search.costs.of(stage).peak
        if peak < limit:
            yield peak, stage
