"""Simulates a plan: the calls in their order, and the buffers that they touch.

The calls, their order and the buffers are those of the IR that the passes make of the
plan; so the live bytes are the same as those of the final IR.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from lowering.operators import takes_tiles
from lowering.stages.demand import order_of, settle_demands
from lowering.stages.graph import Graph, Place, RowRange, Tensor
from lowering.stages.plan import Plan
from lowering.stages.sharing import Sharing
from lowering.stages.tile_places import TilePlaces
from lowering.stages.tiles import Area, TileUnit
from lowering.stages.trace import Buffer, Trace
from lowering.stages.units import OpUnit, RowsUnit, StreamUnit, Unit, units_of

NOWHERE = (-1, 0)
"""The place of a row that does not exist in the arena."""

NOT_BORN = 1 << 40
"""Birth of a frame of which no row was read yet."""


class Simulator:
    """Runs stages one after the other and records the life of every buffer."""

    def __init__(self, graph: Graph, plan: Plan) -> None:
        self.graph, self.plan = graph, plan
        self.trace = Trace()
        self.places: dict[int, list[tuple[int, int]]] = {}
        """For each tensor the buffer and the offset in it of each row."""
        self.sharing = Sharing(graph, ())
        self.waiting: dict[int, list[int]] = {}
        """Rows of each input by rows that are still to be read, the first row last."""
        self.tiles = TilePlaces(graph, self.trace)
        self.outputs: list[int] = []
        """The buffers that are alive at the end."""
        self.unread: set[int] = set()
        """Buffers of inputs that no step has read yet."""

    def run(self) -> Trace:
        """Simulates the whole network."""
        units = [units_of(self.graph, stage) for stage in self.plan.stages]
        settle_demands(self.graph, units)
        self.prepare([unit for group in units for unit in group])
        for tensor in self.graph.tensors:
            if tensor.place is Place.INPUT:
                self.unread.add(self._whole(tensor, 0))
        calls = [call for group in units for call in self._calls_of(group)]
        for unit, part, state in self._after_last_readers(calls):
            self._call(unit, part, state)
        for number in self.graph.copies:
            self._copy(number)
        self._end()
        self.trace.late.update(dict.fromkeys(self.unread, len(self.trace.buffers)))
        return self.trace

    def prepare(
        self, units: Sequence[Unit], others: Iterable[tuple[int, RowRange]] = ()
    ) -> None:
        """Finds what shares bytes, and the rows of inputs by rows that are needed.

        `others` are tensors with rows that something else needs.
        """
        self.sharing = Sharing(self.graph, units)
        self.tiles.prepare(units)
        if all(tensor.place is not Place.READ for tensor in self.graph.tensors):
            return
        needed: dict[int, set[int]] = {}
        copied = (
            (number, RowRange(0, self.graph.tensors[number].height))
            for number in self.graph.copies
        )
        reads = (
            read
            for unit in units
            if unit.output not in self.sharing.source
            for part, live in enumerate(unit.live)
            if live
            for read in unit.reads(part)
        )
        for tensor, rows in (*reads, *copied, *others):
            root, asked = self.sharing.root(tensor, rows)
            if self.graph.tensors[root].place is Place.READ:
                needed.setdefault(root, set()).update(range(*asked[:2]))
        self.waiting = {
            tensor: sorted(rows, reverse=True) for tensor, rows in needed.items()
        }

    def _whole(self, tensor: Tensor, birth: int) -> int:
        buffer = self._buffer(tensor.bytes, birth)
        self._place(tensor, RowRange(0, tensor.height), buffer)
        return buffer

    def _place(self, tensor: Tensor, rows: RowRange, buffer: int) -> None:
        places = self.places.setdefault(tensor.index, [NOWHERE] * tensor.height)
        for row in range(*rows):
            places[row] = (buffer, (row - rows.first) * tensor.row_bytes)

    def _buffer(self, size: int, birth: int) -> int:
        buffers = self.trace.buffers
        buffers.append(Buffer(size, birth))
        return len(buffers) - 1

    def _end(self) -> None:
        """Leaves the outputs alive at the end of the run."""
        for tensor in self.graph.tensors:
            if tensor.place is Place.OUTPUT and tensor.index in self.places:
                self.outputs.append(self.places[tensor.index][0][0])
        for number in self.outputs:
            buffer = self.trace.buffers[number]
            buffer.uses[0, buffer.bytes] = self.trace.calls

    def _step(self, layer: int) -> int:
        self.trace.layers.append(layer)
        self.trace.calls += 1
        return self.trace.calls - 1

    def _touch(
        self, tensor: int, rows: RowRange, step: int, eats: bool = False
    ) -> None:
        """Notes that a step reads rows, one range of bytes for each buffer.

        With `eats` it reads no more of them than the columns of its area.
        """
        places = self.places.get(tensor)
        if isinstance(rows, Area) and tensor in self.tiles.columns:
            self.tiles.touch(tensor, rows, places, step)
            return
        if places is None:
            return
        image = self.graph.tensors[tensor]
        if eats and isinstance(rows, Area) and image.producer is not None:
            column = rows.left, min(rows.right, image.width)
            self.tiles.eat(tensor, rows, column, places, step)
            return
        size = self.graph.tensors[tensor].row_bytes
        row = rows.first
        while row < rows.last:
            buffer, offset = places[row]
            end = offset + size
            row += 1
            while row < rows.last and places[row] == (buffer, end):
                end += size
                row += 1
            if buffer >= 0:
                self.trace.buffers[buffer].uses[offset, end] = step

    def _run_stage(self, units: list[Unit]) -> None:
        for unit, part, state in self._calls_of(units):
            self._call(unit, part, state)

    @staticmethod
    def _calls_of(units: list[Unit]) -> Iterator[_Call]:
        states = [_State() for _ in units]
        for index, part in order_of(units):
            yield units[index], part, states[index]

    def _after_last_readers(self, calls: list[_Call]) -> list[_Call]:
        """What overwrites a variable comes behind the last call that reads it."""
        if not self.graph.overwritten:
            return calls
        for _ in calls:
            last_read = {
                self.sharing.root(tensor, rows)[0]: index
                for index, (unit, part, _) in enumerate(calls)
                if unit.output not in self.sharing.source
                for tensor, rows in unit.reads(part)
            }
            for index, (unit, _, _) in enumerate(calls):
                old = self.graph.overwritten.get(unit.output)
                last = index if old is None else last_read.get(old, index)
                if last > index:
                    calls.insert(last, calls.pop(index))
                    break
            else:
                break
        return calls

    def _call(self, unit: Unit, part: int, state: _State) -> None:
        if unit.output in self.sharing.source:
            self._share(unit.output)
            return
        reads = unit.reads(part)
        self._load(reads)
        step = self._step(unit.node.index)
        eats = isinstance(unit, TileUnit) and unit.eats_columns
        for tensor, rows in reads:
            self._touch(tensor, rows, step, eats)
        written = self._write(unit, part, step)
        if isinstance(unit, RowsUnit):
            self._keep_rows(unit, part, step, state)
        elif isinstance(unit, StreamUnit):
            self._accumulate(unit, step, state)
        size = unit.scratch(part)
        if size:
            self._buffer(size, step)
        if self.unread:
            self._first_read(reads)
        if self.plan.overlap != "none" and written is not None:
            self._permit(unit, part, written, reads)

    def _first_read(self, reads: Sequence[tuple[int, RowRange]]) -> None:
        """Notes which buffers a step is the first to read, behind those it writes."""
        for tensor, _ in reads:
            places = self.places.get(tensor)
            if places and places[0][0] in self.unread:
                self.unread.remove(places[0][0])
                self.trace.late[places[0][0]] = len(self.trace.buffers)

    def _copy(self, number: int) -> None:
        """Copies a tensor into an output at the end."""
        tensor = self.graph.tensors[number]
        rows = RowRange(0, tensor.height)
        self._load([(number, rows)])
        step = self._step(-1)
        self._touch(number, rows, step)
        if self.graph.outputs is Place.OUTPUT:
            self.outputs.append(self._buffer(tensor.bytes, step))
        self._first_read([(number, rows)])

    def _load(self, reads: Sequence[tuple[int, RowRange]]) -> None:
        """Reads the rows of inputs that nothing has asked for yet, as late as it can.

        Rows come in their order, so that those further up are read before.
        """
        if not self.waiting:
            return
        ends: dict[int, int] = {}
        for tensor, rows in reads:
            root, asked = self.sharing.root(tensor, rows)
            if root in self.waiting:
                ends[root] = max(asked.last, ends.get(root, 0))
        for root in sorted(ends):
            waiting = self.waiting[root]
            while waiting and waiting[-1] < ends[root]:
                first = waiting.pop()
                last = first + 1
                while waiting and waiting[-1] == last < ends[root]:
                    last = waiting.pop() + 1
                self._read_rows(root, RowRange(first, last))

    def _read_rows(self, tensor: int, rows: RowRange) -> None:
        step = self._step(-1)
        image = self.graph.tensors[tensor]
        if tensor not in self.sharing.frames:
            for row in range(*rows):
                buffer = self._buffer(image.row_bytes, step)
                self._place(image, RowRange(row, row + 1), buffer)
            return
        self._born(self._frame(image), rows, image.row_bytes, step)

    def _frame(self, tensor: Tensor) -> int:
        """The buffer of an input whose bytes a reshape shares."""
        if tensor.index not in self.places:
            return self._whole(tensor, NOT_BORN)
        return self.places[tensor.index][0][0]

    def _born(self, number: int, rows: RowRange, pitch: int, step: int) -> None:
        """Notes that a step writes rows of a buffer."""
        buffer = self.trace.buffers[number]
        buffer.birth = min(buffer.birth, step)
        buffer.births[rows.first * pitch, rows.last * pitch] = step

    def _share(self, target: int) -> None:
        """Puts a reshape's result where its input lies."""
        tensor = self.graph.tensors[target]
        source = self.graph.tensors[self.sharing.source[target]]
        if source.place is Place.READ:
            self._frame(source)
        places = self.places.get(source.index)
        if places is not None:
            self._place(tensor, RowRange(0, tensor.height), places[0][0])

    def _write(self, unit: Unit, part: int, step: int) -> int | None:
        """The buffer that begins with a part, if one does."""
        rows = unit.writes(part)
        tensor = self.graph.tensors[unit.output]
        if rows.first >= rows.last or tensor.place is Place.OUTSIDE:
            return None
        if isinstance(rows, Area):
            self._write_tile(tensor, rows, step)
            return None
        if tensor.place is not Place.OUTPUT:
            buffer = self._buffer((rows.last - rows.first) * tensor.row_bytes, step)
            self._place(tensor, rows, buffer)
            return buffer
        known = self.places.get(tensor.index)
        buffer = self._whole(tensor, step) if known is None else known[0][0]
        self._born(buffer, rows, tensor.row_bytes, step)
        return buffer if known is None else None

    def _write_tile(self, tensor: Tensor, tile: Area, step: int) -> None:
        if tensor.index not in self.tiles.by_rows:
            self.tiles.write(tensor, tile, step)
            return
        places = self.places.get(tensor.index)
        if places is None or places[tile.first] == NOWHERE:
            if tensor.place is Place.OUTPUT:
                self._whole(tensor, step)
            else:
                size = self.tiles.width(tensor.index) * tensor.channels
                row = RowRange(tile.first, tile.last)
                self._place(tensor, row, self._buffer(size, step))
        buffer, offset = self.places[tensor.index][tile.first]
        left, right = tile.left * tensor.channels, tile.right * tensor.channels
        self.trace.buffers[buffer].births[offset + left, offset + right] = step

    def _keep_rows(self, unit: RowsUnit, part: int, step: int, state: _State) -> None:
        for row in range(*unit.kept(part)):
            kept = self.trace.buffers[state.rows[row]]
            kept.uses[0, kept.bytes] = step
        dying = [state.rows[row] for row in unit.dying(part)]
        for index, row in enumerate(unit.stored(part)):
            state.rows[row] = self._buffer(unit.middle.row_bytes, step)
            if len(unit.rows(part)) == 1 and index < len(dying):
                self.trace.permissions.append((state.rows[row], dying[index], None))

    def _accumulate(self, unit: StreamUnit, step: int, state: _State) -> None:
        if state.accumulator is None:
            state.accumulator = self._buffer(unit.accumulator_bytes, step)
        self.trace.buffers[state.accumulator].uses[0, unit.accumulator_bytes] = step

    def _permit(
        self, unit: Unit, part: int, written: int, reads: list[tuple[int, RowRange]]
    ) -> None:
        buffer = self.trace.buffers[written]
        byte = 0
        if self.graph.tensors[unit.output].place is Place.OUTPUT:
            byte = unit.writes(part).first * self.graph.tensors[unit.output].row_bytes
        found: dict[int, int] = {}
        refused: set[int] = set()
        if self._reads_tiles(unit, reads):
            return
        for operand, (tensor, rows) in enumerate(reads):
            for source, held in self._buffers_of(tensor, rows):
                trail = unit.trail(part, operand, held, byte)
                too_far = trail and self.plan.overlap == "same"
                if trail is None or too_far or trail >= buffer.bytes:
                    refused.add(source)
                else:
                    found[source] = max(trail, found.get(source, 0))
        self.trace.permissions += [
            (written, source, trail)
            for source, trail in found.items()
            if source not in refused
        ]

    def _reads_tiles(self, unit: Unit, reads: Sequence[tuple[int, RowRange]]) -> bool:
        """Whether the kernel is one for tiles, since an input was computed in them.

        Such kernels promise nothing of the way in which they walk over rows.
        """
        by_rows = self.tiles.by_rows
        return (
            bool(by_rows)
            and any(tensor in by_rows for tensor, _ in reads)
            and isinstance(unit, OpUnit)
            and takes_tiles(type(unit.node.op))
        )

    def _buffers_of(
        self, tensor: int, rows: RowRange
    ) -> Iterator[tuple[int, RowRange]]:
        """The buffers behind rows, with the rows of the tensor that each holds."""
        places = self.places.get(tensor)
        if places is None:
            return
        size = self.graph.tensors[tensor].row_bytes
        previous = -1
        for row in range(*rows):
            buffer, offset = places[row]
            if buffer < 0 or buffer == previous:
                continue
            previous = buffer
            first = row - offset // size
            last = first + self.trace.buffers[buffer].bytes // size
            yield buffer, RowRange(first, last)


@dataclass
class _State:
    """What a unit keeps between its parts: rows of a middle tensor, or sums."""

    rows: dict[int, int] = field(default_factory=dict[int, int])
    accumulator: int | None = None


_Call = tuple[Unit, int, _State]
"""A part of a unit, and what the unit keeps between its parts."""
