"""`plan-stages`: decides where the network is cut, how tall slices are, what is fused.

It writes its decision as attributes on the ops and changes nothing else: `stage`,
`slice` (rows and columns), `fuse` and `group` on the first op of a fused pair, `stream`
on a reduction that consumes slices. `tinyts.unsplit` of the module lists the ops that
need a tensor as a whole.
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

from lowering.stages.graph import Graph, read_graph
from lowering.stages.plan import OVERLAPS, Plan, Stage
from lowering.stages.search import Freedom, Search
from lowering.stages.unsplit import unsplit_reasons
from tinyts_dialect.attributes import PairAttr
from tinyts_dialect.tsbuf import ArenaOp

QUIET_SECONDS = 2.0
"""How long a search runs before it says on stderr what it does."""

ROOM = 0.06
"""How far stages that need not reach the peak stay below it."""

OBJECTIVES = ("sram", "speed")

UNSPLIT = "tinyts.unsplit"
"""Attribute of a module: dictionaries of a `layer` that is not cut and the `reason`."""


@dataclass(frozen=True)
class PlanStages(ModulePass):
    """Plans stages, slices and fusion for the smallest arena, or for the fewest calls.

    `objective` is `sram` (the smallest peak of live bytes, then the fewest calls) or
    `speed` (the cheapest plan whose peak is at most `limit`; of any peak without a
    limit). `cuts` are layers after which a stage ends, instead of a search for them.
    `input`, `output` and `overlap` are what `convert-tinyts-to-tsbuf` will be told.
    """

    name = "plan-stages"

    objective: str = "sram"
    limit: int | None = None
    cuts: tuple[int, ...] = ()
    fuse: bool = True
    stream: bool = True
    overlap: str = "trail"
    alignment: int = 4
    input: str = "external"
    output: str = "external"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if self.objective not in OBJECTIVES:
            raise PassFailedException(
                f"plan-stages: objective '{self.objective}' is not one of "
                f"{', '.join(OBJECTIVES)}"
            )
        if self.overlap not in OVERLAPS:
            raise PassFailedException(
                f"plan-stages: overlap '{self.overlap}' is not one of "
                f"{', '.join(OVERLAPS)}"
            )
        if any(isinstance(inner, ArenaOp) for inner in op.body.block.ops):
            raise PassFailedException(
                "plan-stages: the module is already lowered to tsbuf; run it before "
                "convert-tinyts-to-tsbuf"
            )
        for function in op.body.block.ops:
            if isinstance(function, FuncOp):
                self._plan(function)

    def _plan(self, function: FuncOp) -> None:
        graph = read_graph(function, self.input, self.output)
        if not graph.nodes:
            return
        search = Search(
            graph,
            Freedom(self.fuse, self.stream, self.overlap),
            self.alignment,
            progress_on_stderr(),
        )
        write_plan(graph, self.find(graph, search))

    def find(self, graph: Graph, search: Search) -> Plan:
        """The plan that the options ask for."""
        if self.cuts:
            borders = borders_of(graph, self.cuts)
            stages = search.within_cuts(borders)
            return Plan(tuple(stages), self.overlap, self.alignment)
        if self.objective == "speed" and self.limit is None:
            return search.plan(search.cheapest(None, ()))
        peak, stages = search.smallest()
        if self.objective == "speed" and self.limit is not None:
            return search.plan(search.cheapest(max(peak, self.limit), stages))
        return search.plan(search.cheapest(peak, stages, room=ROOM))


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
        fused = dict(stage.fused)
        for node in graph.nodes[stage.first : stage.last]:
            op = node.op
            tensor = graph.tensors[node.output]
            op.stage = IntegerAttr(number, i64)
            op.slice = op.fuse = op.stream = None
            op.attributes.pop("group", None)
            height = _slice_height(graph, stage, node.index)
            if height:
                op.slice = PairAttr((height, tensor.width))
            how = fused.get(node.index)
            if how is not None:
                op.fuse = StringAttr(how)
            if how == "rows":
                op.attributes["group"] = IntegerAttr(stage.group, i64)
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


def progress_on_stderr():
    """Reports progress on stderr once a search takes longer than two seconds."""
    start = time.monotonic()

    def report(text: str) -> None:
        if time.monotonic() - start > QUIET_SECONDS:
            print(f"plan-stages: {text}", file=sys.stderr, flush=True)

    return report


PASS = PlanStages
