"""The peak and the calls of a single stage, whatever stages stand around it."""

from __future__ import annotations

from dataclasses import dataclass

from lowering.stages.demand import settle_demands
from lowering.stages.graph import Graph, Place, RowRange
from lowering.stages.live_bytes import live_bytes
from lowering.stages.needed_rows import NeededRows
from lowering.stages.plan import Plan, Stage
from lowering.stages.simulation import NOT_BORN, Simulator
from lowering.stages.units import RowsUnit, Unit, units_of

BEFORE = 0
"""Birth of what earlier stages have left."""


@dataclass(frozen=True)
class StageCost:
    """What a stage needs: live bytes at its worst step, and kernel calls."""

    peak: int
    calls: int
    recomputed_macs: int = 0


class StageCosts:
    """Costs of stages, each simulated once; counts the simulated calls.

    Other stages are taken to be cut into rows: that decides which rows of a tensor are
    alive at the borders of a stage.
    """

    def __init__(self, graph: Graph, overlap: str, alignment: int) -> None:
        self.graph, self.overlap, self.alignment = graph, overlap, alignment
        self.needed = NeededRows(graph)
        self.simulated_calls = 0
        self._known: dict[Stage, StageCost] = {}

    def of(self, stage: Stage) -> StageCost:
        """The cost of a stage."""
        cost = self._known.get(stage)
        if cost is None:
            plan = Plan((stage,), self.overlap, self.alignment)
            run = _StageRun(self.graph, plan, self.needed)
            live = run.live(self.alignment)
            cost = StageCost(max(live), run.trace.calls, run.recomputed_macs)
            self.simulated_calls += run.trace.calls + 1
            self._known[stage] = cost
        return cost

    def known(self) -> list[tuple[Stage, StageCost]]:
        """Every stage that was simulated, with its cost."""
        return list(self._known.items())

    def crossing_bytes(self, node: int) -> int:
        """Bytes of the arena that are alive just before a node, between two stages.

        After the last node the most that are alive while outputs are copied.
        """
        total = sum(
            self._bytes(tensor.index, rows)
            for tensor, found in self.needed.alive(node)
            for rows in found
        )
        if node < len(self.graph.nodes) or self.graph.outputs is not Place.OUTPUT:
            return total
        most = total
        for position, number in enumerate(self.graph.copies):
            tensor = self.graph.tensors[number]
            size = self._bytes(number, RowRange(0, tensor.height))
            total += self._aligned(tensor.bytes)
            most = max(most, total)
            waits = number in self.graph.copies[position + 1 :]
            if not (waits or tensor.returned or tensor.place is Place.OUTSIDE):
                total -= size
        return most

    def _bytes(self, tensor: int, rows: RowRange) -> int:
        count, size = rows.last - rows.first, self.graph.tensors[tensor].row_bytes
        if self.needed.in_one_buffer(tensor):
            return self._aligned(count * size)
        return count * self._aligned(size)

    def _aligned(self, size: int) -> int:
        return -(-size // self.alignment) * self.alignment


class _StageRun(Simulator):
    """One stage, between tensors that are whole."""

    def __init__(self, graph: Graph, plan: Plan, needed: NeededRows) -> None:
        super().__init__(graph, plan)
        self.needed = needed
        self.stage = plan.stages[0]
        self.recomputed_macs = 0

    def live(self, alignment: int) -> list[int]:
        """Live bytes at each step of the stage."""
        units = units_of(self.graph, self.stage)
        self._demand_leaving(units)
        settle_demands(self.graph, [units], roots=False)
        later = (
            (tensor.index, rows)
            for tensor in self.graph.tensors
            if tensor.place is Place.READ
            for rows in self.needed.later(tensor.index, self.stage.last)
        )
        self.prepare(units, later)
        self._carry_in()
        self._run_stage(units)
        self._carry_out()
        self.recomputed_macs = sum(
            unit.recomputed_macs() for unit in units if isinstance(unit, RowsUnit)
        )
        return live_bytes(self.trace, alignment)

    def _demand_leaving(self, units: list[Unit]) -> None:
        for unit in units:
            for rows in self.needed.later(unit.output, self.stage.last):
                unit.demand(rows)

    def _carry_in(self) -> None:
        for tensor, found in self.needed.alive(self.stage.first):
            together = self.needed.in_one_buffer(tensor.index)
            for rows in found:
                step = rows.last - rows.first if together else 1
                for row in range(rows.first, rows.last, step):
                    buffer = self._buffer(step * tensor.row_bytes, BEFORE)
                    self._place(tensor, RowRange(row, row + step), buffer)
        for tensor, waiting in self.waiting.items():
            end = self.needed.loaded(tensor, self.stage.first)
            while waiting and waiting[-1] < end:
                waiting.pop()

    def _carry_out(self) -> None:
        end = self.trace.calls
        for index, places in self.places.items():
            size = self.graph.tensors[index].row_bytes
            for rows in self.needed.later(index, self.stage.last):
                for row in range(*rows):
                    buffer, offset = places[row]
                    if buffer >= 0:
                        self.trace.buffers[buffer].uses[offset, offset + size] = end
        for buffer in self.trace.buffers:
            if buffer.birth == NOT_BORN:  # a later stage reads the first of its rows
                buffer.birth = end
