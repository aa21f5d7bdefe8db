"""`plan-stages`: decides where the network is cut, how tall slices are, what is fused.

It writes its decision as attributes on the ops and changes nothing else, but that it
numbers ops without a `layer`: `stage`, `slice` (rows and columns), `fuse` and `group`
on the first op of a fused pair, `stream` on a reduction that consumes slices.
`tinyts.unsplit` of the module lists the ops that need a tensor as a whole.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    IntegerAttr,
    ModuleOp,
    StringAttr,
    UnitAttr,
    i64,
)
from xdsl.dialects.func import FuncOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from lowering.split_height import number_layers
from lowering.split_width import BORDERS
from lowering.stages.cost_model import stage_instructions
from lowering.stages.graph import Graph, read_graph
from lowering.stages.live_bytes import live_bytes
from lowering.stages.plan import OVERLAPS, Plan, Stage
from lowering.stages.search import Price, Progress, Search
from lowering.stages.simulation import Simulator
from lowering.stages.tiles import stage_columns
from lowering.stages.tiling import tiled
from lowering.stages.unsplit import unsplit_reasons
from lowering.stages.variants import Freedom
from tinyts_dialect.attributes import PairAttr
from tinyts_dialect.tsbuf import ArenaOp

QUIET_SECONDS = 2.0
"""How long a search runs before it says on stderr what it does."""

ROOM = 0.06
"""How far stages that need not reach the peak stay below it."""

CHOICES = {
    "objective": ("sram", "speed"),
    "overlap": OVERLAPS,
    "input": ("external", "arena", "rows"),
    "output": ("external", "arena"),
}

UNSPLIT = "tinyts.unsplit"
"""Attribute of a module: dictionaries of a `layer` that is not cut and the `reason`."""


@dataclass(frozen=True)
class PlanStages(ModulePass):
    """Plans stages, slices and fusion for the smallest arena or the least work.

    `objective` is `sram` (the smallest peak of live bytes, then the fewest calls) or
    `speed` (the fewest estimated instructions of a plan whose peak is at most `limit`;
    of any peak without a limit). `recompute` is by how many percent the
    multiply-accumulates may grow for a smaller arena. `cuts` are layers after which a
    stage ends, instead of a search for them; between them the peak is made small
    whatever the objective. Without `fuse` or `stream` no pair is fused, no reduction
    streamed. With `tiles` stages are cut into columns where that lowers the peak of
    `objective=sram` well, and ops fused to blocks where that lowers it. `input`,
    `output` and `overlap` are what `convert-tinyts-to-tsbuf` will be told, `alignment`
    is what `plan-arena` will be.
    """

    name = "plan-stages"

    objective: str = "sram"
    limit: int | None = None
    cuts: tuple[int, ...] = ()
    recompute: int = 0
    fuse: bool = True
    stream: bool = True
    tiles: bool = False
    overlap: str = "trail"
    alignment: int = 4
    input: str = "external"
    output: str = "external"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        self._check_options()
        if any(isinstance(inner, ArenaOp) for inner in op.body.block.ops):
            raise PassFailedException(
                "plan-stages: the module is already lowered to tsbuf; run it before "
                "convert-tinyts-to-tsbuf"
            )
        number_layers(op)  # cuts and messages name them
        for function in op.body.block.ops:
            if isinstance(function, FuncOp):
                self._plan(function)

    def _check_options(self) -> None:
        for option, choices in CHOICES.items():
            choice = getattr(self, option)
            if choice not in choices:
                raise PassFailedException(
                    f"plan-stages: {option} '{choice}' is not one of "
                    f"{', '.join(choices)}"
                )
        if self.alignment < 1 or self.alignment & (self.alignment - 1):
            raise PassFailedException(
                f"plan-stages: alignment {self.alignment} is not a power of two"
            )
        if self.recompute < 0:
            raise PassFailedException(
                f"plan-stages: recompute is {self.recompute} percent; it must be at "
                "least 0"
            )
        if self.limit is not None and (self.objective != "speed" or self.cuts):
            raise PassFailedException(
                "plan-stages: a limit goes with objective=speed and without cuts"
            )

    def _plan(self, function: FuncOp) -> None:
        graph = read_graph(function, self.input, self.output)
        if not graph.nodes:
            return
        search = Search(
            graph,
            Freedom(self.fuse, self.stream, self.overlap, blocks=self.tiles),
            self.alignment,
            progress_on_stderr(),
        )
        write_plan(graph, self._find(graph, search))

    def _find(self, graph: Graph, search: Search) -> Plan:
        """The plan that the options ask for."""
        if self.cuts:
            borders = borders_of(graph, self.cuts)
            stages = search.within_cuts(borders)
            return Plan(tuple(stages), self.overlap, self.alignment)
        if self.objective == "speed" and self.limit is None:
            return search.plan(search.cheapest(None, (), price_of(graph)))
        peak, stages = search.smallest()
        peak, stages = search.recomputing(peak, stages, self.recompute)
        if self.limit is not None:
            if peak > self.limit:
                raise PassFailedException(
                    f"plan-stages: limit {self.limit} is below the smallest peak that "
                    f"is found, {peak} bytes"
                )
            return self._fastest(graph, search, self.limit, stages)
        if self.tiles and self.objective == "sram":
            peak, stages = tiled(search, peak, stages) or (peak, stages)
        return search.plan(search.cheapest(peak, stages, room=ROOM))


    def _fastest(
        self, graph: Graph, search: Search, limit: int, stages: list[Stage]
    ) -> Plan:
        """The fewest instructions within the limit, checked on the whole plan.

        The search looks at each stage by itself.
        """
        aim = limit
        while aim >= search.peak(search.plan(stages)):
            plan = search.plan(search.cheapest(aim, stages, price_of(graph)))
            live = live_bytes(Simulator(graph, plan).run(), self.alignment)
            if max(live) <= limit:
                return plan
            aim -= max(aim // 32, 1)
        return search.plan(stages)


def price_of(graph: Graph) -> Price:
    """Estimated instructions of the stages of a graph."""
    return lambda stage, calls: stage_instructions(graph, stage, calls)


def borders_of(graph: Graph, cuts: tuple[int, ...]) -> list[int]:
    """The nodes before which stages begin, of the layers that end stages."""
    layers = {node.layer: node.index for node in graph.nodes if node.layer >= 0}
    for cut in cuts:
        if cut not in layers:
            raise PassFailedException(
                f"plan-stages: no op computes layer {cut}; cuts are numbers of layers"
            )
    inner = sorted({layers[cut] + 1 for cut in cuts} - {len(graph.nodes)})
    return [0, *inner, len(graph.nodes)]


def write_plan(graph: Graph, plan: Plan) -> None:
    """Writes a plan as attributes of the ops, and of the module what stays whole."""
    _write_unsplit(graph)
    for number, stage in enumerate(plan.stages):
        fused, columns = dict(stage.fused), stage_columns(graph, stage)
        for node in graph.nodes[stage.first : stage.last]:
            op = node.op
            tensor = graph.tensors[node.output]
            op.stage = IntegerAttr(number, i64)
            op.slice = op.fuse = op.stream = None
            for name in ("group", "keep", BORDERS):
                op.attributes.pop(name, None)
            height = _slice_height(graph, stage, node.index)
            if height:
                op.slice = PairAttr((height, tensor.width))
            if node.output in columns:
                ends = [IntegerAttr(right, i64) for _, right in columns[node.output]]
                op.attributes[BORDERS] = ArrayAttr(ends)
            how = fused.get(node.index)
            if how is not None:
                op.fuse = StringAttr(how)
            if how == "rows":
                op.attributes["group"] = IntegerAttr(stage.group, i64)
            if how in ("rows", "block"):
                keep = dict(stage.keep).get(node.index)
                if keep is not None:
                    op.attributes["keep"] = IntegerAttr(keep, i64)
            if node.index in stage.streamed:
                op.stream = UnitAttr()


def _write_unsplit(graph: Graph) -> None:
    found = unsplit_reasons(graph)
    for node in graph.nodes[:1]:
        module = node.op.get_toplevel_object()
        if not isinstance(module, ModuleOp):
            return
        module.attributes.pop(UNSPLIT, None)
        if found:
            module.attributes[UNSPLIT] = ArrayAttr(
                DictionaryAttr(
                    {
                        "layer": IntegerAttr(layer, i64),
                        "reason": StringAttr(reason),
                    }
                )
                for layer, reason in found
            )


def _slice_height(graph: Graph, stage: Stage, number: int) -> int:
    """Rows of a node's slices; of its input's, where it consumes slices; 0 for all."""
    node = graph.nodes[number]
    if number in stage.streamed:
        return stage.height
    height = graph.tensors[node.output].height
    return stage.height if node.splittable and stage.height < height else 0


def progress_on_stderr() -> Progress:
    """Reports progress on stderr once a search takes longer than two seconds."""
    start = time.monotonic()

    def report(text: str) -> None:
        if time.monotonic() - start > QUIET_SECONDS:
            print(f"plan-stages: {text}", file=sys.stderr, flush=True)

    return report


PASS = PlanStages
