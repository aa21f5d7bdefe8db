"""The ways to compute a stage: what is fused in it, and what is streamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lowering.stages.graph import Graph, Node
from lowering.stages.legality import is_fusible, reduction_input
from lowering.stages.plan import Stage
from lowering.stages.units import fused_nodes

HEIGHTS = (0, 32, 16, 8, 4, 2, 1)
"""Heights of slices, from the fewest calls to the least memory; 0 is whole tensors."""

GROUPS = (16, 8, 4)
"""Channels of a middle tensor that a fused kernel may compute at a time."""

@dataclass(frozen=True)
class Freedom:
    """What the search may use."""

    fuse: bool = True
    stream: bool = True
    overlap: str = "trail"
    heights: tuple[int, ...] = HEIGHTS
    blocks: bool = False
    """Whether three ops may become one that goes pixel by pixel: slow, but small."""


class Variants:
    """The stages of one graph that a search may choose from."""

    def __init__(self, graph: Graph, freedom: Freedom) -> None:
        self.graph, self.freedom = graph, freedom
        self.rows = self._pairs("rows")
        self.pixels = self._pairs("pixels")
        self.blocks = self._pairs("block") if freedom.blocks else {}
        self.ways = {"rows": self.rows, "pixels": self.pixels, "block": self.blocks}
        self.reductions = {
            node.index: self._first_skipped(node)
            for node in graph.nodes
            if freedom.stream and reduction_input(node.op) is not None
        }
        """Reductions with the first of the reshapes before them."""

    def _pairs(self, how: str) -> dict[int, int]:
        """Producers, with the last that they may be fused with in one way."""
        pairs: dict[int, int] = {}
        if not self.freedom.fuse:
            return pairs
        for node in self.graph.nodes:
            if is_fusible(node.op, how):
                pairs[node.index] = fused_nodes(self.graph, node.index, how)[-1]
        return pairs

    def _first_skipped(self, node: Node) -> int:
        source, first = node.inputs[0], node.index
        target = reduction_input(node.op)
        while self.graph.values[source] is not target:
            producer = self.graph.tensors[source].producer
            if producer is None:
                break
            first, source = producer, self.graph.nodes[producer].inputs[0]
        return first

    def plain(self, first: int, last: int, height: int) -> Stage:
        """A stage without fused pairs whose reductions are streamed."""
        streamed = tuple(
            n for n in self.reductions if self._reduction_inside(n, first) and n < last
        )
        return Stage(first, last, height, (), streamed if height else ())

    def _reduction_inside(self, number: int, first: int) -> bool:
        """Whether the stage has the reduction and the reshapes that it skips."""
        return first <= self.reductions[number]

    def fused(self, stage: Stage, preferred: str) -> Stage:
        """The stage with pairs fused greedily, one way before the others."""
        order = {
            "rows": ("rows", "pixels"),
            "pixels": ("pixels", "rows"),
            "block": ("block", "rows", "pixels"),
        }[preferred]
        taken: set[int] = set()
        fused: list[tuple[int, str]] = []
        for how in order:
            for producer, reader in self.ways[how].items():
                inside = stage.first <= producer and reader < stage.last
                nodes = set(fused_nodes(self.graph, producer, how))
                if inside and not nodes & taken:
                    fused.append((producer, how))
                    taken |= nodes
        return replace(stage, fused=tuple(sorted(fused)))

    def of(self, first: int, last: int, height: int) -> Iterator[Stage]:
        """The ways to compute a stage in slices of a height that are always tried."""
        plain = self.plain(first, last, height)
        yield plain
        rows = self.uniform(plain)
        if rows.fused:
            yield rows
        blocks = _without(self.fused(plain, "block"), "pixels")
        if height and blocks.fused != rows.fused:
            yield blocks

    def uniform(self, stage: Stage) -> Stage:
        """The stage with all pairs fused by rows, where it has slices."""
        if not stage.height:
            return stage
        plain = self.plain(stage.first, stage.last, stage.height)
        return _without(self.fused(plain, "rows"), "pixels")

    def neighbours(self, stage: Stage) -> Iterator[Stage]:
        """The stages that differ in one pair, one reduction or in the group."""
        fused = dict(stage.fused)
        for how, pairs in self.ways.items():
            for producer, reader in pairs.items():
                if not (stage.first <= producer and reader < stage.last):
                    continue
                nodes = set(fused_nodes(self.graph, producer, how))
                changed = {
                    p: h
                    for p, h in fused.items()
                    if nodes.isdisjoint(fused_nodes(self.graph, p, h))
                }
                if fused.get(producer) != how:
                    changed[producer] = how
                yield replace(stage, fused=tuple(sorted(changed.items())))
        for number in self.plain(stage.first, stage.last, 1).streamed:
            streamed = set(stage.streamed) ^ {number}
            yield replace(stage, streamed=tuple(sorted(streamed)))
        for group in GROUPS:
            if group != stage.group:
                yield replace(stage, group=group)


def _without(stage: Stage, how: str) -> Stage:
    fused = tuple(pair for pair in stage.fused if pair[1] != how)
    return replace(stage, fused=fused)
