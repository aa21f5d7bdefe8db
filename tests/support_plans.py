"""Plans at random, and what the passes make of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from support_unit import function_of, transformed
from xdsl.dialects.builtin import ModuleOp

from lowering.accesses import kernels_of
from lowering.arena.blocks import Block, Permission
from lowering.arena.bounds import peak_live_bytes
from lowering.live_ranges import problem_of
from lowering.pipelines import planned_passes, whole_tensor_passes
from lowering.plan_stages import write_plan
from lowering.stages.blocks import blocks_of_trace, is_exact
from lowering.stages.graph import Graph, read_graph
from lowering.stages.legality import is_fusible, reduction_input
from lowering.stages.live_bytes import live_bytes
from lowering.stages.plan import OVERLAPS, Plan, Stage
from lowering.stages.simulation import Simulator
from lowering.stages.units import fused_nodes
from tools.import_tflite import import_tflite
from tools.random_graphs import random_graph

INPUTS = ("external", "arena", "rows")
OUTPUTS = ("external", "arena")


@dataclass(frozen=True)
class Network:
    """Whole tensors and the model of them, for some place of inputs and outputs."""

    module: ModuleOp
    graph: Graph
    input: str
    output: str


@dataclass(frozen=True)
class Needs:
    """What a plan needs: live bytes at the worst step, kernel calls, and buffers.

    The last with what may lie over what; neither where a simulation does not know them.
    """

    peak: int
    calls: int
    blocks: tuple[Block, ...] = ()
    overlaps: frozenset[Permission] = frozenset()


def network_of(
    model: bytes | ModuleOp, input: str = "external", output: str = "external"
) -> Network:
    """The network of a model file or of a module, pads fused and channels folded."""
    imported = model if isinstance(model, ModuleOp) else import_tflite(model)
    module = transformed(imported, whole_tensor_passes(fold_channels=True))
    graph = read_graph(function_of(module), input, output)
    return Network(module, graph, input, output)


def random_network(seed: int, input: str, output: str) -> Network:
    """The network of the random graph of a seed."""
    return network_of(random_graph(seed), input, output)


def simulated(graph: Graph, plan: Plan) -> Needs:
    """What the simulator sees."""
    trace = Simulator(graph, plan).run()
    peak = max(live_bytes(trace, plan.alignment), default=0)
    if not is_exact(graph):
        return Needs(peak, trace.calls)
    blocks, overlaps = blocks_of_trace(trace)
    return Needs(peak, trace.calls, blocks, frozenset(overlaps))


def planned(network: Network, plan: Plan) -> ModuleOp:
    """Kernels on unplaced buffers, as the passes make them of a plan."""
    write_plan(network.graph, plan)
    passes = planned_passes(
        input=network.input, output=network.output, fuse=True, overlap=plan.overlap
    )
    return transformed(network.module, passes)


def measured(network: Network, plan: Plan) -> Needs:
    """What the kernels need that the passes make of a plan."""
    function = function_of(planned(network, plan))
    problem = problem_of(function)
    peak = peak_live_bytes(problem.blocks, plan.alignment, problem.overlaps)
    calls = len(kernels_of(function))
    if not is_exact(network.graph):
        return Needs(peak, calls)
    return Needs(peak, calls, problem.blocks, frozenset(problem.overlaps))


def random_plan(graph: Graph, random: Random) -> Plan:
    """Cuts, heights, fused pairs, streams, groups and alignment at random."""
    count = len(graph.nodes)
    borders = [0, count]
    if random.random() < 0.7:
        chance = random.choice([0.1, 0.3, 0.7])
        borders[1:1] = [n for n in range(1, count) if random.random() < chance]
    stages = tuple(
        random_stage(graph, first, last, random)
        for first, last in zip(borders, borders[1:], strict=False)
    )
    return Plan(stages, random.choice(OVERLAPS), random.choice([1, 4, 16]))


def random_stage(graph: Graph, first: int, last: int, random: Random) -> Stage:
    """A stage of some nodes."""
    height = random.choice([0, 1, 1, 2, 3, 8])
    stage = Stage(first, last, height, group=random.choice([4, 8, 16]))
    if not height:
        return stage
    fused: dict[int, str] = {}
    taken: set[int] = set()
    often = random.choice([0.0, 0.5, 1.0])
    for node in graph.nodes[first:last]:
        kinds = ("rows", "pixels", "block")
        ways = [how for how in kinds if is_fusible(node.op, how)]
        if not ways or random.random() > often:
            continue
        how = random.choice(ways)
        nodes = fused_nodes(graph, node.index, how)
        if nodes[-1] < last and taken.isdisjoint(nodes):
            fused[node.index] = how
            taken |= set(nodes)
    streamed = tuple(
        node.index
        for node in graph.nodes[first:last]
        if reduction_input(node.op) is not None
        and first_skipped(graph, node.index) >= first
        and random.random() < 0.7
    )
    return Stage(first, last, height, tuple(fused.items()), streamed, stage.group)


def first_skipped(graph: Graph, number: int) -> int:
    """The first of a reduction and the reshapes before it that it skips."""
    target = reduction_input(graph.nodes[number].op)
    while graph.values[graph.nodes[number].inputs[0]] is not target:
        producer = graph.tensors[graph.nodes[number].inputs[0]].producer
        if producer is None:
            break
        number = producer
    return number
