"""Simulates a plan: the calls in their order, and the buffers that they touch.

The calls, their order and the buffers are those of the IR that the passes make of the
plan; so the live bytes are the same as those of the final IR.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from lowering.stages.graph import Graph, Place, RowRange, Tensor
from lowering.stages.plan import Plan
from lowering.stages.units import OpUnit, RowsUnit, StreamUnit, Unit, units_of

NEVER = 1 << 40
NOWHERE = (-1, 0)
"""The place of a row that does not exist in the arena."""


@dataclass
class Buffer:
    """Bytes that are placed together, and the last step that touches each range."""

    bytes: int
    birth: int
    uses: dict[tuple[int, int], int] = field(
        default_factory=dict[tuple[int, int], int]
    )

    def pieces(self) -> list[tuple[int, int, int]]:
        """Offset, bytes and last step of the parts that die at different steps."""
        if len(self.uses) < 2 and (not self.uses or (0, self.bytes) in self.uses):
            return [(0, self.bytes, self.uses.get((0, self.bytes), self.birth))]
        borders = sorted({0, self.bytes, *(b for pair in self.uses for b in pair)})
        pieces: list[tuple[int, int, int]] = []
        for start, stop in pairwise(borders):
            dies = max(
                (
                    step
                    for (first, last), step in self.uses.items()
                    if first < stop and start < last
                ),
                default=self.birth,
            )
            if pieces and pieces[-1][2] == dies:
                start = pieces.pop()[0]
            pieces.append((start, stop - start, dies))
        return pieces


@dataclass
class Trace:
    """What a simulation saw."""

    calls: int = 0
    buffers: list[Buffer] = field(default_factory=list[Buffer])
    permissions: list[tuple[int, int, int | None]] = field(
        default_factory=list[tuple[int, int, "int | None"]]
    )
    """Writer, reader, trail: buffers of which the first may lie over the second."""
    layers: list[int] = field(default_factory=list[int])
    """The node of each call."""


class Simulator:
    """Runs stages one after the other and records the life of every buffer."""

    def __init__(self, graph: Graph, plan: Plan) -> None:
        self.graph, self.plan = graph, plan
        self.trace = Trace()
        self.places: dict[int, list[tuple[int, int]]] = {}
        """For each tensor the buffer and the offset in it of each row."""
        self.loaded: dict[int, int] = {}
        """Rows of an input by rows that were read so far."""

    def run(self) -> Trace:
        """Simulates the whole network."""
        stages = self.plan.stages
        units = [units_of(self.graph, stage) for stage in stages]
        settle_demands(self.graph, units)
        self._begin()
        for group in units:
            self._run_stage(group)
        for number in self.graph.copies:
            tensor = self.graph.tensors[number]
            self._touch(number, RowRange(0, tensor.height), self._step(-1))
        self._end()
        return self.trace

    def _begin(self) -> None:
        for tensor in self.graph.tensors:
            if tensor.place is Place.INPUT:
                self._whole(tensor, 0)

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
        for tensor in self.graph.tensors:
            if tensor.place is Place.OUTPUT and tensor.index in self.places:
                buffer = self.trace.buffers[self.places[tensor.index][0][0]]
                buffer.uses[0, buffer.bytes] = self.trace.calls

    def _step(self, layer: int) -> int:
        self.trace.layers.append(layer)
        self.trace.calls += 1
        return self.trace.calls - 1

    def _touch(self, tensor: int, rows: RowRange, step: int) -> None:
        """Notes that a step reads rows, one range of bytes for each buffer."""
        places = self.places.get(tensor)
        if places is None:
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
        state: dict[int, _State] = {
            index: _State() for index, unit in enumerate(units) if unit.chained
        }
        for index, part in order_of(self.graph, units):
            self._call(units[index], part, state.get(index))

    def _call(self, unit: Unit, part: int, state: _State | None) -> None:
        if isinstance(unit, OpUnit) and unit.node.is_reshape and self._share(unit):
            return
        reads = unit.reads(part)
        for tensor, rows in reads:
            if self.graph.tensors[tensor].place is Place.READ:
                self._load(tensor, rows)
        step = self._step(unit.node.index)
        for tensor, rows in reads:
            self._touch(tensor, rows, step)
        written = self._write(unit, part, step)
        size = unit.scratch(part)
        if size:
            self._buffer(size, step)
        if isinstance(unit, RowsUnit) and state is not None:
            self._keep_rows(unit, part, step, state)
        elif isinstance(unit, StreamUnit) and state is not None:
            self._accumulate(unit, step, state)
        if self.plan.overlap != "none" and written is not None:
            self._permit(unit, part, written, reads)

    def _load(self, tensor: int, rows: RowRange) -> None:
        """Reads the rows of an input that no call has asked for yet."""
        image = self.graph.tensors[tensor]
        first = max(self.loaded.get(tensor, 0), rows.first)
        if first >= rows.last:
            return
        step = self._step(-1)
        for row in range(first, rows.last):
            buffer = self._buffer(image.row_bytes, step)
            self._place(image, RowRange(row, row + 1), buffer)
        self.loaded[tensor] = rows.last

    def _share(self, unit: OpUnit) -> bool:
        """Whether a reshape shares the bytes of its input, which lie in one buffer."""
        source = self.graph.tensors[unit.node.inputs[0]]
        target = self.graph.tensors[unit.output]
        places = self.places.get(source.index)
        if target.place is not Place.ARENA:
            return False
        if places is None:  # outside the arena, all in one piece
            return source.place is Place.OUTSIDE
        buffer, start = places[0]
        pitch = source.row_bytes
        if buffer < 0 or self.trace.buffers[buffer].bytes != source.bytes:
            return False
        if places != [(buffer, row * pitch) for row in range(source.height)]:
            return False
        self._place(target, RowRange(0, target.height), buffer)
        return start == 0

    def _write(self, unit: Unit, part: int, step: int) -> int | None:
        rows = unit.writes(part)
        tensor = self.graph.tensors[unit.output]
        if rows.first >= rows.last or tensor.place is Place.OUTSIDE:
            return None
        if tensor.place is Place.OUTPUT:
            if tensor.index not in self.places:
                self._whole(tensor, step)
            return None
        buffer = self._buffer((rows.last - rows.first) * tensor.row_bytes, step)
        self._place(tensor, rows, buffer)
        return buffer

    def _keep_rows(self, unit: RowsUnit, part: int, step: int, state: _State) -> None:
        buffers = self.trace.buffers
        kept = unit.kept(part)
        for row in range(*kept):
            kept_buffer = buffers[state.rows[row]]
            kept_buffer.uses[0, kept_buffer.bytes] = step
        stored = unit.stored(part)
        dying = [
            state.rows[row]
            for row in range(*kept)
            if row < (unit.kept(part + 1).first if self._goes_on(unit, part) else NEVER)
        ]
        for index, row in enumerate(stored):
            state.rows[row] = self._buffer(unit.middle.row_bytes, step)
            if len(unit.rows(part)) == 1 and index < len(dying):
                self.trace.permissions.append((state.rows[row], dying[index], None))

    @staticmethod
    def _goes_on(unit: Unit, part: int) -> bool:
        return part + 1 < len(unit.parts) and unit.live[part + 1]

    def _accumulate(self, unit: StreamUnit, step: int, state: _State) -> None:
        if state.accumulator is None:
            state.accumulator = self._buffer(unit.accumulator_bytes, step)
        self.trace.buffers[state.accumulator].uses[0, unit.accumulator_bytes] = step

    def _permit(
        self, unit: Unit, part: int, written: int, reads: list[tuple[int, RowRange]]
    ) -> None:
        size = self.trace.buffers[written].bytes
        found: dict[int, int] = {}
        refused: set[int] = set()
        for operand, (tensor, rows) in enumerate(reads):
            for buffer, held in self._buffers_of(tensor, rows):
                trail = self._trail(unit, part, operand, held)
                too_far = trail and self.plan.overlap == "same"
                if trail is None or too_far or trail >= size:
                    refused.add(buffer)
                else:
                    found[buffer] = max(trail, found.get(buffer, 0))
        self.trace.permissions += [
            (written, buffer, trail)
            for buffer, trail in found.items()
            if buffer not in refused
        ]

    def _trail(
        self, unit: Unit, part: int, operand: int, held: RowRange
    ) -> int | None:
        """The trail of a unit's part, computed once for each graph."""
        key = (type(unit), unit.node.index, unit.parts[part], operand, held)
        known = self.graph.known_trails
        if key not in known:
            known[key] = unit.trail(part, operand, held)
        return known[key]

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


def settle_demands(
    graph: Graph, stages: list[list[Unit]], roots: bool = True
) -> None:
    """Finds the parts that are needed, from the outputs backwards.

    Without `roots` only what was demanded before is needed.
    """
    producers = {unit.output: unit for units in stages for unit in units}
    if roots:
        _demand_outputs(graph, producers)
    for units in reversed(stages):
        for unit in reversed(units):
            unit.settle()
            for part, live in enumerate(unit.live):
                if not live:
                    continue
                for tensor, rows in unit.reads(part):
                    producer = producers.get(tensor)
                    if producer is not None:
                        producer.demand(rows)


def _demand_outputs(graph: Graph, producers: dict[int, Unit]) -> None:
    """What is returned, copied into an output, or read by nobody, is computed."""
    for index, unit in producers.items():
        tensor = graph.tensors[index]
        if tensor.returned or index in graph.copies or not tensor.readers:
            unit.demand(RowRange(0, tensor.height))


def order_of(graph: Graph, units: list[Unit]) -> Iterable[tuple[int, int]]:
    """Parts of a stage, depth first: a part comes right before the first that needs it.

    Roots are the parts that no part of the stage reads, in the order of the file.
    """
    producers = {unit.output: index for index, unit in enumerate(units)}
    needs: list[list[list[tuple[int, int]]]] = []
    used: list[list[bool]] = [[False] * len(unit.parts) for unit in units]
    for index, unit in enumerate(units):
        lists: list[list[tuple[int, int]]] = []
        for part, live in enumerate(unit.live):
            found = _needs(unit, index, part, units, producers) if live else []
            for other, other_part in found:
                used[other][other_part] = True
            lists.append(found)
        needs.append(lists)
    done = [[not live for live in unit.live] for unit in units]
    ordered: list[tuple[int, int]] = []
    for index, unit in enumerate(units):
        for part in range(len(unit.parts)):
            if not used[index][part] and not done[index][part]:
                _visit((index, part), needs, done, ordered)
    return ordered


def _needs(
    unit: Unit, index: int, part: int, units: list[Unit], producers: dict[int, int]
) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    if unit.chained and part and unit.live[part - 1]:
        found.append((index, part - 1))
    for tensor, rows in unit.reads(part):
        other = producers.get(tensor)
        if other is None:
            continue
        parts = units[other].parts
        if isinstance(units[other], StreamUnit):
            found.append((other, len(parts) - 1))
            continue
        step = parts[0].last - parts[0].first
        for other_part in range(rows.first // step, -(-rows.last // step)):
            if units[other].live[other_part]:
                found.append((other, other_part))
    return found


def _visit(
    root: tuple[int, int],
    needs: list[list[list[tuple[int, int]]]],
    done: list[list[bool]],
    ordered: list[tuple[int, int]],
) -> None:
    stack = [(root, 0)]
    while stack:
        (index, part), position = stack.pop()
        if done[index][part]:
            continue
        needed = needs[index][part]
        while position < len(needed):
            other, other_part = needed[position]
            if not done[other][other_part]:
                break
            position += 1
        if position == len(needed):
            done[index][part] = True
            ordered.append((index, part))
            continue
        stack.append(((index, part), position))
        stack.append((needed[position], 0))
