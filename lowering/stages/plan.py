"""A plan: how a network is cut into stages, and what is fused and streamed in them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

OVERLAPS = ("none", "same", "trail")
"""Whether outputs lie over dying inputs: never, where both begin at the same byte, or
wherever the kernel allows it."""


@dataclass(frozen=True)
class Stage:
    """Nodes first..last-1, computed depth first in slices of `height` rows.

    A height of 0 leaves tensors whole. `fused` maps producers to how they are fused
    with their reader (`rows` or `pixels`) or with two (`block`); `streamed` are
    reductions that consume slices.
    """

    first: int
    last: int
    height: int = 1
    fused: tuple[tuple[int, str], ...] = ()
    streamed: tuple[int, ...] = ()
    group: int = 8
    """Channels of the middle tensor that a fused kernel computes at a time."""
    keep: tuple[tuple[int, int], ...] = ()
    """Rows that a pair fused by rows keeps, by its producer, where these are fewer than
    its window reads again: the others are recomputed."""

    width: int = 0
    """Columns of tiles of the widest tensor, in slices of one row; 0 for whole rows."""

    def with_height(self, height: int) -> Stage:
        """The same with slices of another height."""
        return replace(self, height=height)


@dataclass(frozen=True)
class Plan:
    """Stages that follow one another, from the first node to the last."""

    stages: tuple[Stage, ...] = field(default=())
    overlap: str = "trail"
    alignment: int = 4

    def description(self) -> str:
        """The plan in one line: stages, heights of slices, fused pairs."""
        heights = sorted({stage.height for stage in self.stages} - {0})
        rows = f"slices of {', '.join(map(str, heights))} rows"
        fused = sum(len(stage.fused) for stage in self.stages)
        tiled = sum(stage.width > 0 for stage in self.stages)
        tiles = f", in tiles: {tiled}" if tiled else ""
        return (
            f"stages: {len(self.stages)}, {rows if heights else 'whole tensors'}, "
            f"fused pairs: {fused}{tiles}"
        )
