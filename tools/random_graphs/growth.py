"""Growing a graph from a seed."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, cast

import tflite  # pyright: ignore[reportMissingTypeStubs]

from tools.random_graphs.closing import choose_outputs, merge, read_input
from tools.random_graphs.ends import input_types
from tools.random_graphs.graph import Graph
from tools.random_graphs.state import MAX_OPERATORS, MIN_OPERATORS
from tools.random_graphs.table import GENERATORS, OPERATORS, Generator

_MERGING = frozenset({"ADD", "CONV_2D", "FULLY_CONNECTED", "MEAN", "RESHAPE"})


def random_graph(seed: int, operators: Collection[str] = OPERATORS) -> bytes:
    """The `.tflite` of a random int8 CNN; the same arguments give the same bytes.

    Each seed favours one of `GENERATORS` in turn, so that a few times as many seeds as
    there are of these make every operator. Only builtins of `operators` occur; leaving
    some out makes graphs for a compiler that does not know them yet. Raises
    `ValueError` for a name that is not in `OPERATORS`, and when no graph can be made of
    the operators.
    """
    if unknown := set(operators) - set(OPERATORS):
        raise ValueError(f"unknown operators {', '.join(sorted(unknown))}")
    entries = [entry for entry in GENERATORS if entry.operators <= set(operators)]
    growing = [entry for entry in entries if entry.weight]
    favoured = growing[seed % len(growing)] if growing else None
    for attempt in range(100):
        graph = _grow(f"{seed}.{attempt}", entries, operators, favoured)
        if graph is not None:
            return graph.writer.finish()
    raise ValueError(f"no graph can be made of {', '.join(sorted(operators))}")


def _grow(
    seed: str,
    entries: Sequence[Generator],
    operators: Collection[str],
    favoured: Generator | None,
) -> Graph | None:
    """A finished graph, or None when the draw led to none that keeps the rules.

    The favoured entry is as likely as all others together until it was added.
    """
    branching = _MERGING <= set(operators)
    graph = Graph(seed, branching)
    types = input_types(operators)
    for _ in range(graph.draw({1: 50, 2: 9, 3: 1}) if branching else 1):
        graph.input(_input_shape(graph), graph.draw(types))
    weights = {entry: entry.weight for entry in entries if entry.weight}
    if favoured is not None:
        weights[favoured] = sum(weights.values())
    for _ in range(4 * MAX_OPERATORS):
        if graph.room <= 0 or not weights:
            break
        entry = graph.draw(weights)
        if entry.add(graph) and entry is favoured:
            weights[entry] = entry.weight
    graph.closing = True
    allowed = frozenset[str]().union(*(entry.operators for entry in entries))
    for value in graph.inputs:
        if value.tensor not in graph.read and not read_input(graph, value, allowed):
            return None
    while branching and len(graph.leaves) > graph.outputs:
        if not merge(graph, *graph.rng.sample(graph.leaves, 2)):
            return None
    for entry in entries:
        if not entry.weight and graph.chance(0.7):
            entry.add(graph)
    if not MIN_OPERATORS <= graph.operators <= MAX_OPERATORS:
        return None
    return graph if choose_outputs(graph, operators) else None


def _input_shape(graph: Graph) -> tuple[int, ...]:
    """Mostly an image of odd size; else one row, one column, or rank 2 or 3."""
    side = [graph.rng.randint(5, 24) for _ in range(2)]
    channels = graph.draw({1: 3, 2: 1, 3: 4, 4: 2, 6: 1, 8: 2, 16: 1})
    kinds = {"image": 28, "row": 4, "column": 2, "tiny": 2, "other": 2, "planes": 1}
    kind = graph.draw(kinds)
    if kind == "planes":  # channels first, as PyTorch has them
        return 1, channels, side[0], side[1]
    if kind == "row":
        return 1, 1, side[0] + side[1], channels
    if kind == "column":
        return 1, side[0] + side[1], 1, channels
    if kind == "tiny":
        return 1, graph.rng.randint(1, 4), graph.rng.randint(1, 4), channels
    if kind == "other":
        return graph.draw({(1, side[0], channels): 1, (1, 4 * side[0]): 1})
    return 1, side[0], side[1], channels


def operators_of(model: bytes) -> Counter[str]:
    """How often each builtin operator occurs in a `.tflite`, by its schema name."""
    schema = cast(Any, tflite)
    root = schema.Model.GetRootAs(model, 0)
    found = Counter[str]()
    for index in range(root.SubgraphsLength()):
        subgraph = root.Subgraphs(index)
        for position in range(subgraph.OperatorsLength()):
            code = root.OperatorCodes(subgraph.Operators(position).OpcodeIndex())
            builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
            found[schema.opcode2name(builtin)] += 1
    return found
