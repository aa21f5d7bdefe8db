"""Which reshapes copy nothing: their result shares the bytes of their input."""

from __future__ import annotations

from collections.abc import Iterable

from lowering.stages.graph import Graph, Place, RowRange
from lowering.stages.units import OpUnit, StreamUnit, Unit


class Sharing:
    """The reshapes of some units that share bytes, as `convert-tinyts-to-tsbuf` does.

    An input that is computed in one part lies in one buffer, whose bytes the result
    takes over, unless that is an output, which has a place of its own.
    """

    def __init__(self, graph: Graph, units: Iterable[Unit]) -> None:
        self.graph = graph
        self.source: dict[int, int] = {}
        """Of each result that shares bytes the tensor whose bytes they are."""
        producers: dict[int, Unit] = {}
        for unit in units:
            if not any(unit.live):
                continue
            producers[unit.output] = unit
            if not isinstance(unit, OpUnit) or not unit.node.is_reshape:
                continue
            source, target = unit.node.inputs[0], graph.tensors[unit.output]
            if not target.returned and self._in_one_part(source, producers):
                self.source[unit.output] = source
        self.frames = {
            source
            for source in self.source.values()
            if graph.tensors[source].place is Place.READ
        }
        """Inputs by rows whose rows lie in one buffer: a reshape shares its bytes."""

    def _in_one_part(self, tensor: int, producers: dict[int, Unit]) -> bool:
        """Whether a tensor is computed at once; of other stages' units by its op."""
        unit = producers.get(tensor)
        if unit is not None:
            return len(unit.parts) == 1 or isinstance(unit, StreamUnit)
        image = self.graph.tensors[tensor]
        if image.producer is None or image.height == 1:
            return True
        return not self.graph.nodes[image.producer].splittable

    def root(self, tensor: int, rows: RowRange) -> tuple[int, RowRange]:
        """The tensor whose bytes rows of a tensor are, and its rows that hold them."""
        root = tensor
        while root in self.source:
            root = self.source[root]
        if root == tensor:
            return tensor, rows
        size = self.graph.tensors[tensor].row_bytes
        pitch = self.graph.tensors[root].row_bytes
        return root, RowRange(
            rows.first * size // pitch, -(-rows.last * size // pitch)
        )
