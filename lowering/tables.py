"""Tables of the rows of stored tensors, and the buffers behind them."""

from __future__ import annotations

from collections.abc import Hashable

from xdsl.builder import Builder
from xdsl.dialects.func import FuncOp
from xdsl.ir import SSAValue

from lowering.concatenation_places import Place, Places, outermost
from lowering.signature import ports_of
from lowering.state import StateTensor
from lowering.storage import Storage, StoredTensor
from lowering.streamed_inputs import streamed_table
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
    table_of,
)


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
        return self._sliced_table(tensor)

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
