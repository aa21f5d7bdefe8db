"""Which ops cannot be cut into slices, and why: each needs a tensor as a whole."""

from __future__ import annotations

from typing import NamedTuple

from lowering.stages.graph import Graph, Node, Place, is_activation
from lowering.stages.legality import reduction_input
from lowering.stages.units import stream_source
from lowering.stream_reductions import StreamError, reduction_of
from tinyts_dialect.interfaces import SplittableOpInterface
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import image_shape, shape_of


class Unsplit(NamedTuple):
    """A layer that is computed at once, and the reason."""

    layer: int
    reason: str


def unsplit_reasons(graph: Graph) -> list[Unsplit]:
    """The ops that write or read several rows of the arena, but only all of them.

    What can neither be computed in slices nor consume slices. In the order of the
    file. A reshape without a number of its own is listed under its reader's.
    """
    skipped = {
        number
        for node in graph.nodes
        if reduction_input(node.op) is not None
        for number in stream_source(graph, node.index)[1]
    }
    return [
        Unsplit(_layer(graph, node), _reason(node))
        for node in graph.nodes
        if not node.splittable
        and reduction_input(node.op) is None
        and node.index not in skipped
        and _holds_rows(graph, node)
    ]


def _holds_rows(graph: Graph, node: Node) -> bool:
    """Whether the op keeps more than one row of a tensor in the arena."""
    tensors = (graph.tensors[number] for number in (node.output, *node.inputs))
    return any(t.height > 1 and t.place is not Place.OUTSIDE for t in tensors)


def _layer(graph: Graph, node: Node) -> int:
    readers = graph.tensors[node.output].readers
    if node.op.layer is None and readers:
        return graph.nodes[readers[0]].layer
    return node.layer


def _reason(node: Node) -> str:
    op = node.op
    shape = list(shape_of(op.output()))
    if isinstance(op, ReshapeOp):
        given = list(shape_of(op.input))
        if image_shape(given) == image_shape(shape):
            return f"it reshapes {given} to {shape}, which is no image of rows"
        return f"it reshapes {given} to {shape}, which has other rows"
    if not isinstance(op, SplittableOpInterface):
        try:
            reduction_of(op)
        except StreamError as error:
            return str(error)
        return "it needs all rows of its input at once"
    if len(shape) != 4:
        return f"its result {shape} is no image of rows [1, H, W, C]"
    shapes = (list(shape_of(v)) for v in op.operands if is_activation(v))
    flat = next((given for given in shapes if len(given) != 4), None)
    return f"its input {flat} is no image of rows [1, H, W, C]"
