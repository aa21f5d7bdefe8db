"""What a stage computes, as units: ops, fused pairs and streamed reductions.

A unit has parts, in order; each part is one call of a kernel. A part says which rows it
reads, which rows it writes, and what it keeps for the next part.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from lowering.stages.graph import NO_ROWS, Graph, Node, RowRange, window_of
from lowering.stages.legality import reduction_input
from lowering.stages.plan import Stage
from lowering.stages.trails import pixels_trail, trail_of
from tinyts_dialect.kept_rows import KeptRows, input_rows, most_kept
from tinyts_dialect.windows import Window

INT32_BYTES = 4


def cut(height: int, step: int) -> list[RowRange]:
    """Rows 0..height-1 in ranges of `step`; in one range where the step is 0."""
    step = step or height
    return [
        RowRange(first, min(first + step, height)) for first in range(0, height, step)
    ]


class Unit:
    """One op, or several ops in one kernel; no ABC, which makes `isinstance` slow."""

    def __init__(self, graph: Graph, node: Node, parts: list[RowRange]) -> None:
        self.graph, self.node, self.parts = graph, node, parts
        self.output = node.output
        self.live = [False] * len(parts)
        self._known_reads: dict[int, list[tuple[int, RowRange]]] = {}

    def demand(self, rows: RowRange) -> None:
        """Marks the parts that write these rows as needed; parts ascend."""
        part = bisect_right(self.parts, rows.first, key=lambda rows: rows.last)
        while part < len(self.parts) and self.parts[part].first < rows.last:
            self.live[part] = True
            part += 1

    def numbers(self, rows: RowRange) -> Iterable[int]:
        """The parts that may write some rows."""
        step = self.parts[0].last - self.parts[0].first
        return range(rows.first // step, -(-rows.last // step))

    def settle(self) -> None:
        """Called once all demands are known."""

    def earlier(self, part: int) -> tuple[int, ...]:
        """Parts of the unit that a part needs, in the order of the operands."""
        return ()

    def reads(self, part: int) -> list[tuple[int, RowRange]]:
        """Tensors and their rows that a part reads, in the order of the operands."""
        known = self._known_reads.get(part)
        if known is None:
            known = self._known_reads[part] = self._reads(part)
        return known

    def _reads(self, part: int) -> list[tuple[int, RowRange]]:
        """The same, found anew; demands are settled before."""
        raise NotImplementedError

    def writes(self, part: int) -> RowRange:
        """Rows of the output that a part writes."""
        return self.parts[part]

    def scratch(self, part: int) -> int:
        """Bytes that only this call uses."""
        return 0

    def trail(
        self, part: int, operand: int, held: RowRange, byte: int = 0
    ) -> int | None:
        """Bytes by which the buffer that a part writes begins below one that it reads.

        The buffer holds the rows `held` of an operand; the part writes from byte `byte`
        of its buffer on. None where the two may not overlap.
        """
        return None


class OpUnit(Unit):
    """An op by itself."""

    def __init__(self, graph: Graph, node: Node, height: int) -> None:
        rows = graph.tensors[node.output].height
        super().__init__(graph, node, cut(rows, height if node.splittable else 0))

    def _reads(self, part: int) -> list[tuple[int, RowRange]]:
        return self.graph.reads(self.node.index, self.parts[part])

    def trail(
        self, part: int, operand: int, held: RowRange, byte: int = 0
    ) -> int | None:
        return trail_of(self.graph, self.node, self.parts[part], operand, held, byte)


class PixelsUnit(Unit):
    """A depthwise convolution and the pointwise one after it."""

    def __init__(
        self, graph: Graph, producer: Node, consumer: Node, height: int
    ) -> None:
        rows = graph.tensors[consumer.output].height
        super().__init__(graph, consumer, cut(rows, height))
        self.producer = producer
        self.middle = graph.tensors[producer.output]

    def _reads(self, part: int) -> list[tuple[int, RowRange]]:
        return self.graph.reads(self.producer.index, self.parts[part])

    def trail(
        self, part: int, operand: int, held: RowRange, byte: int = 0
    ) -> int | None:
        return pixels_trail(
            self.graph, self.producer, self.node, self.parts[part], held, byte
        )

    def scratch(self, part: int) -> int:
        return self.middle.channels


class RowsUnit(Unit):
    """A convolution and the depthwise one after it; parts hand rows on."""

    def __init__(
        self, graph: Graph, producer: Node, consumer: Node, stage: Stage
    ) -> None:
        rows = graph.tensors[consumer.output].height
        super().__init__(graph, consumer, cut(rows, stage.height))
        self.producer = producer
        self.middle = graph.tensors[producer.output]
        self.group = min(stage.group, self.middle.channels)
        self.keep = dict(stage.keep).get(producer.index)
        self.ways: tuple[_Way, ...] = ()

    def settle(self) -> None:
        """Parts that hand rows on to a part that is needed are computed as well."""
        needed = [part for part, live in enumerate(self.live) if live]
        if not needed:
            return
        self.ways = _ways(
            window_of(self.window_node()),
            self.middle.height,
            tuple(self.parts),
            needed[-1],
            self.keep,
        )
        for part in range(needed[-1], -1, -1):
            if self.live[part]:
                for earlier in self.ways[part].earlier:
                    self.live[earlier] = True

    def window_node(self) -> Node:
        """The depthwise convolution, whose window keeps rows."""
        return self.node

    def earlier(self, part: int) -> tuple[int, ...]:
        return self.ways[part].earlier

    def rows(self, part: int) -> range:
        """Output rows of a part."""
        return range(*self.parts[part])

    def kept(self, part: int) -> RowRange:
        """Rows of the middle tensor that earlier parts have left for this one."""
        return self.ways[part].kept

    def dying(self, part: int) -> range:
        """Those of them that no later part finds."""
        kept = self.ways[part].kept
        if part + 1 == len(self.ways):
            return range(0)
        return range(kept.first, min(kept.last, self.ways[part + 1].kept.first))

    def stored(self, part: int) -> list[int]:
        """Rows of the middle tensor that this part computes and stores."""
        return [row for run in self.ways[part].stored for row in range(*run)]

    def _reads(self, part: int) -> list[tuple[int, RowRange]]:
        source = self.producer.inputs[0]
        height = self.graph.tensors[source].height
        if len(self.parts) == 1:
            return [(source, RowRange(0, height))]
        window = window_of(self.producer)
        rows = RowRange(*input_rows(window, *self.ways[part].computed, height))
        return [(source, rows)] if rows.first < rows.last else []

    def scratch(self, part: int) -> int:
        return self.ways[part].most * self.middle.width * self.group

    def recomputed_macs(self) -> int:
        """Multiply-accumulates of rows of the middle that are computed again."""
        rows = sum(self.ways[part].again for part, live in enumerate(self.live) if live)
        return rows * self.producer.op.macs() // self.middle.height


class BlockUnit(RowsUnit):
    """A pair fused by rows and the 1x1 convolution after it, pixel by pixel."""

    def __init__(
        self, graph: Graph, nodes: tuple[Node, Node, Node], stage: Stage
    ) -> None:
        producer, self.depthwise, project = nodes
        super().__init__(graph, producer, self.depthwise, stage)
        self.node, self.output = project, project.output

    def window_node(self) -> Node:
        return self.depthwise

    def scratch(self, part: int) -> int:
        columns = window_of(self.depthwise).extent(1)
        pixels = self.ways[part].passing * min(columns, self.middle.width)
        output = self.graph.tensors[self.depthwise.output]
        return pixels * self.middle.channels + output.channels


class _Way(NamedTuple):
    """Rows of the middle tensor that one part finds, computes and stores."""

    kept: RowRange
    earlier: tuple[int, ...]
    """The parts that have left the kept rows."""
    computed: RowRange
    stored: tuple[RowRange, ...]
    most: int
    """Most rows that one output row computes."""
    passing: int
    """Most of these that it cannot put in place at once."""
    again: int
    """Rows that are computed although they were before."""


@lru_cache(maxsize=4096)
def _ways(
    window: Window,
    height: int,
    parts: tuple[RowRange, ...],
    last: int,
    keep: int | None,
) -> tuple[_Way, ...]:
    """What parts 0..last do, of which the last keeps nothing."""
    keep = most_kept(window) if keep is None else keep
    rows = KeptRows(
        window.extent(0), window.stride[0], window.pads.top, height, keep
    )
    ways: list[_Way] = []
    owners: dict[int, int] = {}
    for part, (y, end) in enumerate(parts[: last + 1]):
        kept = RowRange(*rows.kept(y))
        ways.append(
            _Way(
                kept,
                tuple(dict.fromkeys(owners[row] for row in range(*kept))),
                RowRange(*rows.computed(y, end)),
                tuple(RowRange(*run) for run in rows.stored(y, end, part == last)),
                rows.most_computed(y, end),
                rows.most_passing(y, end, parts[last].last),
                rows.recomputed(y, end),
            )
        )
        owners |= dict.fromkeys(range(*rows.handed_on(y, end)), part)
    return tuple(ways)


class StreamUnit(Unit):
    """A reduction that consumes the rows of its input and keeps int32 sums."""

    def __init__(self, graph: Graph, node: Node, source: int, height: int) -> None:
        super().__init__(graph, node, cut(graph.tensors[source].height, height))
        self.source = source

    def demand(self, rows: RowRange) -> None:
        self.live = [True] * len(self.parts)

    def earlier(self, part: int) -> tuple[int, ...]:
        return (part - 1,) if part else ()

    def _reads(self, part: int) -> list[tuple[int, RowRange]]:
        return [(self.source, self.parts[part])]

    def writes(self, part: int) -> RowRange:
        if part < len(self.parts) - 1:
            return NO_ROWS
        return RowRange(0, self.graph.tensors[self.output].height)

    @property
    def accumulator_bytes(self) -> int:
        """Bytes of the sums."""
        return INT32_BYTES * self.graph.tensors[self.output].channels


def units_of(graph: Graph, stage: Stage) -> list[Unit]:
    """The units of a stage, in the order of the file."""
    from lowering.stages.tiles import TileUnit, stage_columns  # which is built on this

    columns = stage_columns(graph, stage)
    fused = dict(stage.fused)
    streamed = {
        number: stream_source(graph, number) for number in stage.streamed
    }
    hidden = {node for _, nodes in streamed.values() for node in nodes}
    consumers: dict[int, tuple[int, ...]] = {}
    for producer, how in fused.items():
        *inner, last = fused_nodes(graph, producer, how)
        hidden |= set(inner)
        consumers[last] = tuple(inner)
    units: list[Unit] = []
    for number in range(stage.first, stage.last):
        node = graph.nodes[number]
        if number in hidden:
            continue
        if number in streamed:
            units.append(StreamUnit(graph, node, streamed[number][0], stage.height))
        elif number in consumers:
            producer, *between = (graph.nodes[inner] for inner in consumers[number])
            if between:
                units.append(BlockUnit(graph, (producer, *between, node), stage))
            elif fused[producer.index] == "rows":
                units.append(RowsUnit(graph, producer, node, stage))
            else:
                units.append(PixelsUnit(graph, producer, node, stage.height))
        elif node.output in columns:
            units.append(TileUnit(graph, node, columns[node.output], stage))
        else:
            units.append(OpUnit(graph, node, stage.height))
    return units


def fused_nodes(graph: Graph, producer: int, how: str) -> tuple[int, ...]:
    """The nodes that become one with a producer, from that to the last."""
    nodes = [producer]
    for _ in range(2 if how == "block" else 1):
        nodes.append(graph.tensors[graph.nodes[nodes[-1]].output].readers[0])
    return tuple(nodes)


def stream_source(graph: Graph, number: int) -> tuple[int, list[int]]:
    """The tensor whose rows a reduction consumes, and the reshapes that it skips."""
    node = graph.nodes[number]
    skipped: list[int] = []
    source = node.inputs[0]
    target = reduction_input(node.op)
    while target is not None and graph.values[source] is not target:
        producer = graph.tensors[source].producer
        if producer is None:
            break
        skipped.append(producer)
        source = graph.nodes[producer].inputs[0]
    return source, skipped
