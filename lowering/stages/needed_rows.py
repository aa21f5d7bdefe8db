"""Which rows of tensors are needed, and which are alive between two stages.

What lies outside a stage is taken to be computed in slices of one row.
"""

from __future__ import annotations

from collections.abc import Iterable

from lowering.stages.graph import Graph, Place, RowRange, Tensor

Runs = tuple[RowRange, ...]
"""Rows, as runs that do not touch each other, from top to bottom."""


def runs_of(rows: Iterable[int]) -> Runs:
    """Rows as runs."""
    runs: list[RowRange] = []
    for row in sorted(rows):
        if runs and runs[-1].last == row:
            runs[-1] = RowRange(runs[-1].first, row + 1)
        else:
            runs.append(RowRange(row, row + 1))
    return tuple(runs)


class NeededRows:
    """Rows of every tensor that its readers need."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._by_reader: list[dict[int, set[int]]] = [{} for _ in graph.tensors]
        """For each tensor the rows that each reader needs."""
        self._alive: dict[int, list[tuple[Tensor, Runs]]] = {}
        for node in reversed(graph.nodes):
            rows = self._later(node.output, 0)
            for operand, tensor in enumerate(node.inputs):
                needed = self._by_reader[tensor].setdefault(node.index, set())
                if node.row_reads is not None:
                    for row in rows:
                        needed.update(range(*node.row_reads[operand][row]))
                elif rows:
                    needed.update(range(graph.tensors[tensor].height))

    def _later(self, tensor: int, node: int) -> set[int]:
        """Rows that nodes from `node` on need, or that are outputs."""
        image = self.graph.tensors[tensor]
        if image.returned or tensor in self.graph.copies:
            return set(range(image.height))
        readers = self._by_reader[tensor].items()
        return {row for reader, rows in readers if reader >= node for row in rows}

    def later(self, tensor: int, node: int) -> Runs:
        """Rows that nodes from `node` on need, or that are outputs."""
        return runs_of(self._later(tensor, node))

    def loaded(self, tensor: int, node: int) -> int:
        """The end of the rows of an input by rows that are read before a node."""
        readers = self._by_reader[tensor].items()
        return max(
            (max(rows) + 1 for reader, rows in readers if reader < node and rows),
            default=0,
        )

    def in_one_buffer(self, tensor: int) -> bool:
        """Whether the rows lie together whatever the plan."""
        image = self.graph.tensors[tensor]
        if image.producer is None:
            return image.place is not Place.READ
        node = self.graph.nodes[image.producer]
        return image.place is Place.OUTPUT or not node.splittable

    def alive(self, node: int) -> list[tuple[Tensor, Runs]]:
        """The tensors with rows in the arena just before a node."""
        known = self._alive.get(node)
        if known is None:
            found = ((tensor, self._alive_rows(tensor, node)) for tensor in (
                self.graph.tensors
            ))
            known = [(tensor, runs_of(rows)) for tensor, rows in found if rows]
            self._alive[node] = known
        return known

    def _alive_rows(self, tensor: Tensor, node: int) -> set[int]:
        if tensor.place is Place.OUTSIDE:
            return set()
        if tensor.producer is not None and tensor.producer >= node:
            return set()
        if tensor.place is Place.INPUT and node == 0:  # also what nobody reads
            return set(range(tensor.height))
        rows = self._later(tensor.index, node)
        if tensor.place is Place.READ:
            end = self.loaded(tensor.index, node)
            return {row for row in rows if row < end}
        return rows
