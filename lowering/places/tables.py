"""Tables of the rows of stored tensors, and the buffers behind them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import pairwise
from typing import NamedTuple

from xdsl.builder import Builder
from xdsl.dialects.func import FuncOp
from xdsl.ir import SSAValue

from lowering.places.concatenation_places import Place, Places, outermost
from lowering.places.state import StateTensor
from lowering.places.storage import Interval, Rows, Storage, StoredTensor
from lowering.places.streamed_inputs import streamed_table
from lowering.signature import ports_of
from lowering.variables import network_arguments
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import end_quant_of
from tinyts_dialect.tsbuf import (
    BufferOp,
    ConstantBufferOp,
    ExternalOp,
    Image,
    PersistentOp,
    Port,
    RowsOp,
    ViewOp,
    layout_of,
    root_buffer,
    table_of,
)


class TableRows(NamedTuple):
    """Rows first..last-1 of a table, as it numbers them."""

    table: SSAValue
    first: int
    last: int


def united(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals, those that overlap as one, ascending."""
    found: list[Interval] = []
    for first, last in sorted(intervals):
        if found and first < found[-1][1]:
            first, last = found[-1][0], max(last, found.pop()[1])
        found.append((first, last))
    return found


class Tables:
    """The tables of a function, each made when it is first asked for.

    `input` and `output` are the places as of `convert-tinyts-to-tsbuf`.
    """

    def __init__(
        self,
        function: FuncOp,
        storage: Storage,
        builder: Builder,
        input: str,
        output: str,
    ) -> None:
        self.function, self.storage, self.builder = function, storage, builder
        self.input, self.output = input, output
        self.known: dict[Hashable, SSAValue] = {}
        self.places: Places = {}
        """Tensors that lie in the result of a concatenation."""
        self.by_rows: set[Hashable] = set()
        """Tensors computed in tiles whose rows lie in one piece all the same."""
        self.eaten: dict[Hashable, tuple[int, ...]] = {}
        """Where columns begin that tiles read of tensors computed by rows, then the
        width."""

    def add_port(self, key: Hashable, port: Port, image: Image) -> None:
        """Gives a tensor the memory of an input or output."""
        self.known[key] = self._port_table(port, image)

    def add_window(
        self, key: Hashable, image: Image, around: Hashable, place: Place
    ) -> None:
        """Gives a tensor its place in another one."""
        self.known[key] = self._window_table(image, around, place)

    def add_variable(self, key: Hashable, buffer: PersistentOp) -> None:
        """Gives a tensor the memory of a variable."""
        self.builder.insert(buffer)
        self.known[key] = self._table([buffer.result], [0], buffer.image)

    def _port_table(self, port: Port, image: Image) -> SSAValue:
        place = self.input if port.direction == "input" else self.output
        kind = ExternalOp if place == "external" else BufferOp
        buffer = self.builder.insert(kind(image, port))
        return self._table([buffer.result], [0], image)

    def _table(
        self, buffers: list[SSAValue], starts: list[int], image: Image
    ) -> SSAValue:
        return self.builder.insert(RowsOp(buffers, starts, image)).result

    def table(self, key: Hashable) -> SSAValue:
        """The table of a tensor's rows, made when it is first asked for."""
        if key not in self.known:
            self.known[key] = self._make_table(key)
        return self.known[key]

    def _make_table(self, key: Hashable) -> SSAValue:
        if key in self.storage.state.tensors:
            return self._state_table(self.storage.state.tensors[key])
        tensor = self.storage.tensors[key]
        if key in self.places:
            return self._window_table(tensor.image, *self.places[key])
        if tensor.alias is not None:
            shared = table_of(self.table(tensor.alias)).buffers[0]
            view = self.builder.insert(ViewOp(shared, tensor.image))
            return self._table([view.result], [0], tensor.image)
        if isinstance(key, tuple) and key[0] == "argument":
            return self._input_table(key, tensor.image)
        value = tensor.parts[0][0]
        if isinstance(value.owner, ConstantOp):
            end_quant_of(value)
            buffer = ConstantBufferOp(tensor.image, value.owner.value)
            return self._table([self.builder.insert(buffer).result], [0], tensor.image)
        if tensor.borders is None:
            return self._sliced_table(tensor)
        if key in self.by_rows:
            return self._table_of_strips(tensor)
        return self._tiled_table(tensor, tensor.borders)

    def _input_table(self, key: tuple[str, int], image: Image) -> SSAValue:
        number = network_arguments(self.function).index(key[1])
        port = ports_of(self.function, "input")[number]
        if self.input != "rows":
            return self._port_table(port, image)
        shared = any(other.alias == key for other in self.storage.tensors.values())
        table = streamed_table(port, image, whole=shared)
        self.builder.insert([*(buffer.owner for buffer in table.buffers), table])
        return table.result

    def _sliced_table(self, tensor: StoredTensor) -> SSAValue:
        """A buffer for each slice."""
        rows = [self.storage.rows(value) for value, _ in tensor.parts]
        buffers = [
            BufferOp(tensor.image._replace(height=part.last - part.first))
            for part in rows
        ]
        self.builder.insert(buffers)
        results = [buffer.result for buffer in buffers]
        return self._table(results, [part.first for part in rows], tensor.image)

    def _table_of_strips(self, tensor: StoredTensor) -> SSAValue:
        """A buffer for the rows that tiles of one height have in common."""
        rows = (self.storage.rows(value).interval for value, _ in tensor.parts)
        strips = united(rows)
        images = [tensor.image._replace(height=last - first) for first, last in strips]
        buffers = [BufferOp(image) for image in images]
        self.builder.insert(buffers)
        results = [buffer.result for buffer in buffers]
        return self._table(results, [first for first, _ in strips], tensor.image)

    def _tiled_table(
        self, tensor: StoredTensor, borders: tuple[int, ...]
    ) -> SSAValue:
        """A buffer for each tile, column by column."""
        tiles: list[tuple[int, Image]] = []
        for value, _ in tensor.parts:
            y0, y1, x0, x1 = self.storage.place(self.storage.rows(value))
            start = borders.index(x0) * tensor.image.height + y0
            tiles.append((start, Image(y1 - y0, x1 - x0, tensor.image.channels)))
        tiles.sort()
        buffers = [BufferOp(image) for _, image in tiles]
        self.builder.insert(buffers)
        table = RowsOp(
            [buffer.result for buffer in buffers],
            [start for start, _ in tiles],
            tensor.image,
            borders=borders,
        )
        return self.builder.insert(table).result

    def writing(self, rows: Rows) -> TableRows:
        """The rows of a table that a call writes."""
        tensor = self.storage.tensors.get(rows.tensor)
        if tensor is None or tensor.borders is None:
            return TableRows(self.table(rows.tensor), rows.first, rows.last)
        table = self._table_of_tiles(rows.tensor, tensor.borders)
        column = tensor.borders.index(self.storage.place(rows).x0)
        before = column * tensor.image.height
        return TableRows(table, before + rows.first, before + rows.last)

    def reading(self, rows: Rows, tiles: bool, eats: bool) -> list[TableRows]:
        """The rows of a table that a call reads, for each column of tiles.

        Of a tensor that is computed in tiles a kernel that takes `tiles` reads those
        alone, of one computed by rows one that `eats` columns; others read whole rows.
        """
        tensor = self.storage.tensors.get(rows.tensor)
        borders = None
        if tensor is not None and tiles:
            borders = tensor.borders or (self.eaten.get(rows.tensor) if eats else None)
        if tensor is None or borders is None:
            return [TableRows(self.table(rows.tensor), rows.first, rows.last)]
        height = tensor.image.height
        table = self._table_of_tiles(rows.tensor, borders)
        place = self.storage.place(rows)
        return [
            TableRows(table, column * height + rows.first, column * height + rows.last)
            for column, (left, right) in enumerate(pairwise(borders))
            if left < place.x1 and place.x0 < right
        ]

    def _table_of_tiles(self, key: Hashable, borders: tuple[int, ...]) -> SSAValue:
        """The table of a tensor's tiles; windows where its rows lie in one piece."""
        outer = table_of(self.table(key))
        if outer.borders is not None:
            return outer.result
        if ("tiles", key) in self.known:
            return self.known["tiles", key]
        views: list[ViewOp] = []
        starts: list[int] = []
        for column, (left, right) in enumerate(pairwise(borders)):
            for buffer, first, last in outer.parts():
                layout = layout_of(buffer)
                inside = layout._replace(
                    offset=layout.offset + left * layout.pixel_pitch
                )
                image = Image(last - first, right - left, outer.image.channels)
                views.append(ViewOp(root_buffer(buffer).result, image, inside))
                starts.append(column * outer.image.height + first)
        self.builder.insert(views)
        results = [view.result for view in views]
        table = RowsOp(results, starts, outer.image, borders=borders)
        self.known["tiles", key] = self.builder.insert(table).result
        return table.result

    def _window_table(self, image: Image, around: Hashable, place: Place) -> SSAValue:
        """The table of a tensor that lies at a place in another one."""
        root, place = outermost(self.places, around, place)
        outer = table_of(self.table(root))
        views: list[ViewOp] = []
        starts: list[int] = []
        for buffer, first, last in outer.parts():
            top = max(first - place.row, 0)
            bottom = min(last - place.row, image.height)
            if top < bottom:
                inside = place._replace(row=place.row - first)
                layout = inside.layout(outer.image, top)
                shape = image._replace(height=bottom - top)
                views.append(ViewOp(buffer, shape, layout))
                starts.append(top)
        self.builder.insert(views)
        return self._table([view.result for view in views], starts, image)

    def _state_table(self, tensor: StateTensor) -> SSAValue:
        starts = sorted(tensor.buffers)
        buffers = [BufferOp(tensor.buffers[start]) for start in starts]
        self.builder.insert(buffers)
        results = [buffer.result for buffer in buffers]
        table = RowsOp(results, starts, tensor.image, ragged=tensor.ragged)
        return self.builder.insert(table).result
