"""The buffers of tensors that a simulated stage computes in tiles."""

from __future__ import annotations

from collections.abc import Sequence

from lowering.stages.graph import Graph, Tensor
from lowering.stages.tiles import Area, Columns, lies_in_rows, tiled_units
from lowering.stages.trace import Buffer, Trace
from lowering.stages.units import Unit


class TilePlaces:
    """Where tiles lie: each by itself, or as a part of a row that lies in one piece."""

    def __init__(self, graph: Graph, trace: Trace) -> None:
        self.graph, self.trace = graph, trace
        self.columns: dict[int, Columns] = {}
        """Of each tensor in tiles the columns that are computed."""
        self.by_rows: set[int] = set()
        """Those whose rows lie in one piece."""
        self._buffers: dict[tuple[int, int, int], int] = {}
        """The buffer of a tile: by its tensor, row and first column."""

    def prepare(self, units: Sequence[Unit]) -> None:
        """Finds what is in tiles, once it is known which parts are needed."""
        tiled = tiled_units(units)
        self.columns = {unit.output: unit.live_columns() for unit in tiled}
        by_node = {unit.node.index: unit for unit in units}
        self.by_rows = {
            unit.output for unit in tiled if lies_in_rows(self.graph, unit, by_node)
        }

    def width(self, tensor: int) -> int:
        """The width of a tensor without columns on its right that nobody needs."""
        return self.columns[tensor][-1][1]

    def write(self, tensor: Tensor, tile: Area, step: int) -> None:
        """Gives a tile its buffer."""
        size = (tile.right - tile.left) * tensor.channels
        key = tensor.index, tile.first, tile.left
        self._buffers[key] = len(self.trace.buffers)
        self.trace.buffers.append(Buffer(size, step))

    def touch(
        self,
        tensor: int,
        area: Area,
        places: Sequence[tuple[int, int]] | None,
        step: int,
    ) -> None:
        """Notes that a step reads the tiles that an area meets.

        `places` are the buffer and the offset of each row of a tensor by rows.
        """
        for column in self.columns[tensor]:
            if column[0] >= area.right or column[1] <= area.left:
                continue
            if tensor in self.by_rows:
                self.eat(tensor, area, column, places or (), step)
                continue
            for y in range(area.first, area.last):
                buffer = self.trace.buffers[self._buffers[tensor, y, column[0]]]
                buffer.uses[0, buffer.bytes] = step

    def eat(
        self,
        tensor: int,
        area: Area,
        column: tuple[int, int],
        places: Sequence[tuple[int, int]],
        step: int,
    ) -> None:
        """Notes that a step reads a column of the rows of an area."""
        channels = self.graph.tensors[tensor].channels
        left, right = column
        rows = places[area.first : area.last]
        for number in dict.fromkeys(buffer for buffer, _ in rows if buffer >= 0):
            offsets = [offset for buffer, offset in rows if buffer == number]
            first, last = offsets[0] + left * channels, offsets[-1] + right * channels
            self.trace.buffers[number].uses[first, last] = step
