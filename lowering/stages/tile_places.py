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
        buffers = self.trace.buffers
        channels = self.graph.tensors[tensor].channels
        for left, right in self.columns[tensor]:
            if left >= area.right or right <= area.left:
                continue
            if tensor not in self.by_rows:
                for y in range(area.first, area.last):
                    buffer = buffers[self._buffers[tensor, y, left]]
                    buffer.uses[0, buffer.bytes] = step
                continue
            rows = (places or [])[area.first : area.last]
            for number in dict.fromkeys(buffer for buffer, _ in rows):
                offsets = [offset for buffer, offset in rows if buffer == number]
                first = offsets[0] + left * channels
                buffers[number].uses[first, offsets[-1] + right * channels] = step
