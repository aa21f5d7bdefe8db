"""Which parts of units are computed, and in which order."""

from __future__ import annotations

from collections.abc import Iterable

from lowering.stages.graph import Graph, RowRange
from lowering.stages.units import StreamUnit, Unit

Part = tuple[int, int]
"""The number of a unit, and of a part of it."""


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
    """What is returned or copied into an output is computed."""
    for index, unit in producers.items():
        tensor = graph.tensors[index]
        if tensor.returned or index in graph.copies:
            unit.demand(RowRange(0, tensor.height))


def order_of(units: list[Unit]) -> Iterable[Part]:
    """Parts of a stage, depth first: a part comes right before the first that needs it.

    Roots are the parts that no part of the stage reads, in the order of the file.
    """
    producers = {unit.output: index for index, unit in enumerate(units)}
    needs: list[list[list[Part]]] = []
    used: list[list[bool]] = [[False] * len(unit.parts) for unit in units]
    for index, unit in enumerate(units):
        lists: list[list[Part]] = []
        for part, live in enumerate(unit.live):
            found = _needs(unit, index, part, units, producers) if live else []
            for other, other_part in found:
                used[other][other_part] = True
            lists.append(found)
        needs.append(lists)
    done = [[not live for live in unit.live] for unit in units]
    ordered: list[Part] = []
    for index, unit in enumerate(units):
        for part in range(len(unit.parts)):
            if not used[index][part] and not done[index][part]:
                _visit((index, part), needs, done, ordered)
    return ordered


def _needs(
    unit: Unit, index: int, part: int, units: list[Unit], producers: dict[int, int]
) -> list[Part]:
    found = [(index, earlier) for earlier in unit.earlier(part)]
    for tensor, rows in unit.reads(part):
        other = producers.get(tensor)
        if other is None:
            continue
        parts = units[other].parts
        if isinstance(units[other], StreamUnit):
            found.append((other, len(parts) - 1))
            continue
        for other_part in units[other].numbers(rows):
            if units[other].live[other_part]:
                found.append((other, other_part))
    return found


def _visit(
    root: Part,
    needs: list[list[list[Part]]],
    done: list[list[bool]],
    ordered: list[Part],
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
