"""The peak and the calls of a single stage, whatever stages stand around it."""

from __future__ import annotations

from dataclasses import dataclass

from lowering.stages.demand import settle_demands
from lowering.stages.graph import Graph, Place, RowRange, Tensor
from lowering.stages.live_bytes import live_bytes
from lowering.stages.plan import Plan, Stage
from lowering.stages.simulation import Simulator
from lowering.stages.units import Unit, units_of

BEFORE = 0
"""Birth of what earlier stages have left."""


@dataclass(frozen=True)
class StageCost:
    """What a stage needs: live bytes at its worst step, and kernel calls."""

    peak: int
    calls: int


class StageCosts:
    """Costs of stages, each simulated once; counts the simulated calls.

    Other stages are taken to be cut into rows: that decides which rows of a tensor are
    alive at the borders of a stage.
    """

    def __init__(self, graph: Graph, overlap: str, alignment: int) -> None:
        self.graph, self.overlap, self.alignment = graph, overlap, alignment
        self.needed = _needed_rows(graph)
        self.simulated_calls = 0
        self._known: dict[Stage, StageCost] = {}

    def of(self, stage: Stage) -> StageCost:
        """The cost of a stage."""
        cost = self._known.get(stage)
        if cost is None:
            plan = Plan((stage,), self.overlap, self.alignment)
            run = _StageRun(self.graph, plan, self.needed)
            live = run.live(self.alignment)
            cost = StageCost(max(live), run.trace.calls)
            self.simulated_calls += run.trace.calls + 1
            self._known[stage] = cost
        return cost

    def known(self) -> list[tuple[Stage, StageCost]]:
        """Every stage that was simulated, with its cost."""
        return list(self._known.items())

    def crossing_bytes(self, node: int) -> int:
        """Bytes of the arena that are alive just before a node, between two stages."""
        total = self._copied_bytes() if node == len(self.graph.nodes) else 0
        for tensor, rows in self.needed.alive_before(node):
            if self.needed.in_one_buffer(tensor.index):
                total += self._aligned((rows.last - rows.first) * tensor.row_bytes)
            else:
                total += (rows.last - rows.first) * self._aligned(tensor.row_bytes)
        return total

    def _copied_bytes(self) -> int:
        """Bytes of the outputs that are copies."""
        if self.graph.outputs is not Place.OUTPUT:
            return 0
        return sum(
            self._aligned(self.graph.tensors[number].bytes)
            for number in self.graph.copies
        )

    def _aligned(self, size: int) -> int:
        return -(-size // self.alignment) * self.alignment


class _Needed:
    """Rows of every tensor that its readers need, in slices of one row."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.by_reader: dict[int, dict[int, RowRange]] = {}
        """For each tensor the rows that each reader needs."""
        self._alive: dict[int, list[tuple[Tensor, RowRange]]] = {}

    def computed(self, tensor: int) -> RowRange:
        """Rows that anything needs."""
        image = self.graph.tensors[tensor]
        if image.returned or tensor in self.graph.copies:
            return RowRange(0, image.height)
        return _hull(self.by_reader.get(tensor, {}).values())

    def in_one_buffer(self, tensor: int) -> bool:
        """Whether the rows lie together whatever the plan."""
        image = self.graph.tensors[tensor]
        if image.producer is None:
            return image.place is not Place.READ
        node = self.graph.nodes[image.producer]
        return image.place is Place.OUTPUT or not node.splittable

    def later(self, tensor: int, node: int) -> RowRange:
        """Rows that nodes from `node` on need, or that are copied at the end."""
        if tensor in self.graph.copies:
            return RowRange(0, self.graph.tensors[tensor].height)
        readers = self.by_reader.get(tensor, {})
        return _hull(rows for reader, rows in readers.items() if reader >= node)

    def alive(self, tensor: int, node: int) -> RowRange:
        """Rows in the arena just before a node."""
        image = self.graph.tensors[tensor]
        if image.place is Place.OUTSIDE:
            return RowRange(0, 0)
        if image.place is Place.OUTPUT:
            done = image.producer is not None and image.producer < node
            return RowRange(0, image.height if done else 0)
        if image.producer is not None and image.producer >= node:
            return RowRange(0, 0)
        rows = self.later(tensor, node)
        if image.place is Place.READ:
            return RowRange(rows.first, max(rows.first, self._loaded(tensor, node)))
        return rows

    def alive_before(self, node: int) -> list[tuple[Tensor, RowRange]]:
        """The tensors with rows in the arena just before a node."""
        known = self._alive.get(node)
        if known is None:
            found = ((t, self.alive(t.index, node)) for t in self.graph.tensors)
            known = [(t, rows) for t, rows in found if rows.first < rows.last]
            self._alive[node] = known
        return known

    def _loaded(self, tensor: int, node: int) -> int:
        readers = self.by_reader.get(tensor, {})
        return max((r.last for n, r in readers.items() if n < node), default=0)


def _hull(ranges: object) -> RowRange:
    known = [r for r in ranges if r.first < r.last]  # pyright: ignore
    if not known:
        return RowRange(0, 0)
    return RowRange(min(r.first for r in known), max(r.last for r in known))


def _needed_rows(graph: Graph) -> _Needed:
    needed = _Needed(graph)
    for node in reversed(graph.nodes):
        rows = needed.computed(node.output)
        for operand, tensor in enumerate(node.inputs):
            height = graph.tensors[tensor].height
            read = RowRange(0, height if rows.first < rows.last else 0)
            if node.row_reads is not None:
                read = _hull(node.row_reads[operand][rows.first : rows.last])
            known = needed.by_reader.setdefault(tensor, {})
            known[node.index] = _hull([read, known.get(node.index, RowRange(0, 0))])
    return needed


class _StageRun(Simulator):
    """One stage, between tensors that are whole."""

    def __init__(self, graph: Graph, plan: Plan, needed: _Needed) -> None:
        super().__init__(graph, plan)
        self.needed = needed
        self.stage = plan.stages[0]

    def live(self, alignment: int) -> list[int]:
        """Live bytes at each step of the stage."""
        units = units_of(self.graph, self.stage)
        self._demand_leaving(units)
        settle_demands(self.graph, [units], roots=False)
        later = (
            (tensor.index, self.needed.later(tensor.index, self.stage.last))
            for tensor in self.graph.tensors
        )
        self.prepare(units, later)
        self._carry_in()
        self._run_stage(units)
        self._carry_out()
        return live_bytes(self.trace, alignment)

    def _demand_leaving(self, units: list[Unit]) -> None:
        for unit in units:
            tensor = self.graph.tensors[unit.output]
            if tensor.returned:
                unit.demand(RowRange(0, tensor.height))
                continue
            rows = self.needed.later(tensor.index, self.stage.last)
            if rows.first < rows.last:
                unit.demand(rows)

    def _carry_in(self) -> None:
        for tensor, rows in self.needed.alive_before(self.stage.first):
            together = self.needed.in_one_buffer(tensor.index)
            step = rows.last - rows.first if together else 1
            for row in range(rows.first, rows.last, step):
                buffer = self._buffer(step * tensor.row_bytes, BEFORE)
                self._place(tensor, RowRange(row, row + step), buffer)
            waiting = self.waiting.get(tensor.index, [])
            while waiting and waiting[-1] < rows.last:
                waiting.pop()

    def _carry_out(self) -> None:
        end = self.trace.calls
        for index, places in self.places.items():
            tensor = self.graph.tensors[index]
            rows = self.needed.later(index, self.stage.last)
            if tensor.place is Place.OUTPUT:
                rows = RowRange(0, tensor.height)
            for row in range(*rows):
                buffer, offset = places[row]
                if buffer >= 0:
                    uses = self.trace.buffers[buffer].uses
                    uses[offset, offset + tensor.row_bytes] = end
