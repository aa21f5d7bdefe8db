"""Tiles of a stage: where its tensors are cut into columns, and the units of columns.

Borders are skewed: tile i of a tensor ends where the tiles 0..i of what it is computed
from suffice. So nothing is computed twice, and of a window's columns only those wait
that the next tile reads again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from lowering.operators import takes_tiles
from lowering.places.tiled_tensors import reads_columnwise
from lowering.stages.graph import NO_ROWS, Graph, Node, RowRange, window_of
from lowering.stages.plan import Stage
from lowering.stages.units import Unit, fused_nodes
from tinyts_dialect.interfaces import SplittableOpInterface, WindowedOp
from tinyts_dialect.tensors import is_activation
from tinyts_dialect.windows import Rect


class Area(NamedTuple):
    """Rows first..last-1 and columns left..right-1 of a tensor."""

    first: int
    last: int
    left: int
    right: int


Columns = tuple[tuple[int, int], ...]
"""Columns of tiles from left to right, as intervals of pixels."""


def can_be_tiled(graph: Graph, node: Node) -> bool:
    """Whether a node can be computed tile by tile."""
    width = graph.tensors[node.output].width
    return node.splittable and takes_tiles(type(node.op)) and width > 1


def tile_count(columns: int, width: int, widest: int) -> int:
    """Tiles of a tensor's rows where those of the widest tensor have a width.

    Those after a window may be one more, and more where windows follow each other.
    """
    return min(columns, -(-widest // width))


def stage_columns(graph: Graph, stage: Stage) -> dict[int, Columns]:
    """The columns of every tensor that a stage computes in more than one.

    `stage.width` is that of tiles of the widest tensor.
    """
    excluded = set(stage.streamed)
    for producer, how in stage.fused:
        excluded |= set(fused_nodes(graph, producer, how)[:-1])
    nodes = [
        node
        for node in graph.nodes[stage.first : stage.last]
        if node.index not in excluded and can_be_tiled(graph, node)
    ]
    if not stage.width or not nodes:
        return {}
    widest = max(graph.tensors[n.output].width for n in nodes)
    count = tile_count(widest, stage.width, widest)
    ends: dict[int, list[int]] = {}
    for node in nodes:
        width = graph.tensors[node.output].width
        found = [
            _reached(node, ends[source], width)
            for source in node.inputs
            if source in ends and graph.tensors[source].width > 1
        ]
        even = -(-width // count)
        tiles = [min(even * (tile + 1), width) for tile in range(count)]
        ends[node.output] = _to_the_end(_first_of(found) or tiles, width, even)
    return {
        tensor: tuple(pairwise(sorted({0, *found})))
        for tensor, found in ends.items()
        if len({0, *found}) > 2
    }


def _first_of(found: Sequence[list[int]]) -> list[int]:
    """How far all of some lists reach, tile by tile; the longest has the last tiles."""
    count = max(map(len, found), default=0)
    padded = ([*each, *each[-1:] * (count - len(each))] for each in found)
    return [min(each) for each in zip(*padded, strict=True)]


def _to_the_end(reached: Sequence[int], width: int, even: int) -> list[int]:
    """The ends of tiles of which the last would be wider than `even`: cut, too.

    What a window lags behind its input is computed when all of that is there.
    """
    left = reached[-2] if len(reached) > 1 else 0
    count = -(-(width - left) // even)
    rest = (left + (width - left) * (tile + 1) // count for tile in range(count))
    return [*reached[:-1], *rest] if count > 0 else [*reached[:-1], width]


def _reached(node: Node, ends: Iterable[int], width: int) -> list[int]:
    """How many columns of a node can be computed of so many of its input's."""
    if not isinstance(node.op, WindowedOp):
        return [min(end, width) for end in ends]
    window = window_of(node)
    before = window.pads.left - window.extent(1)
    return [
        min(max((end + before) // window.stride[1] + 1, 0), width) for end in ends
    ]


class TileUnit(Unit):
    """An op that is computed in tiles of one row, row by row from left to right."""

    def __init__(
        self, graph: Graph, node: Node, columns: Columns, stage: Stage
    ) -> None:
        height = graph.tensors[node.output].height
        self.columns, self.stage = columns, stage
        areas = [Area(y, y + 1, *column) for y in range(height) for column in columns]
        super().__init__(graph, node, areas)  # pyright: ignore[reportArgumentType]
        self._known_columns: dict[tuple[int, int], list[int]] = {}
        self.column_reads = [_column_reads(node, column) for column in columns]
        self.eats_columns = reads_columnwise(node.op)

    def numbers(self, rows: RowRange | Area) -> Iterable[int]:
        """The parts that compute pixels of some rows or of an area."""
        count = len(self.columns)
        inside: Iterable[int] = range(count)
        if isinstance(rows, Area):
            inside = self._inside(rows.left, rows.right)
        return [y * count + c for y in range(rows.first, rows.last) for c in inside]

    def _inside(self, first: int, last: int) -> list[int]:
        """The columns that share pixels with columns first..last-1 of the tensor."""
        known = self._known_columns.get((first, last))
        if known is None:
            known = self._known_columns[first, last] = [
                column
                for column, (left, right) in enumerate(self.columns)
                if left < last and first < right
            ]
        return known

    def demand(self, rows: RowRange | Area) -> None:
        for number in self.numbers(rows):
            self.live[number] = True

    def _reads(self, part: int) -> list[tuple[int, RowRange]]:
        y, column = divmod(part, len(self.columns))
        found: list[tuple[int, RowRange]] = []
        rows = self.node.row_reads or ()
        columns = self.column_reads[column]
        for tensor, needed, read in zip(self.node.inputs, rows, columns, strict=True):
            if needed[y] != NO_ROWS:
                area = Area(*needed[y], *read)
                found.append((tensor, area))  # pyright: ignore[reportArgumentType]
        return found

    def live_columns(self) -> Columns:
        """The columns of which any row is computed."""
        count = len(self.columns)
        return tuple(
            self.columns[c] for c in range(count) if any(self.live[c::count])
        )


def _column_reads(node: Node, column: tuple[int, int]) -> list[tuple[int, int]]:
    """The columns of each operand that a column of tiles reads."""
    op = node.op
    if not isinstance(op, SplittableOpInterface):
        raise TypeError(f"{op.name} is not splittable")
    rects = op.operand_rects(Rect(0, 1, *column))
    return [
        (0, 1 << 30) if rect is None else (rect.x0, rect.x1)
        for value, rect in zip(op.operands, rects, strict=True)
        if is_activation(value)
    ]


def tiled_units(units: Sequence[Unit]) -> list[TileUnit]:
    """The units that compute more than one column of tiles."""
    return [
        unit
        for unit in units
        if isinstance(unit, TileUnit) and len(unit.live_columns()) > 1
    ]


def lies_in_rows(graph: Graph, unit: TileUnit, units: dict[int, Unit]) -> bool:
    """Whether the rows of a unit's tensor lie in one piece.

    That is so if another stage reads it, or anything but a unit of tiles. `units` are
    those that compute each node; a node without one is in another stage.
    """
    tensor = graph.tensors[unit.output]
    if tensor.returned or unit.output in graph.copies:
        return True
    for reader in tensor.readers:
        other = units.get(reader)
        if other is not None and not any(other.live):
            continue
        if (
            not isinstance(other, TileUnit)
            or other.stage != unit.stage
            or len(other.live_columns()) < 2
        ):
            return True
    return False
