"""How closely the output of a part may follow the rows that it reads."""

from __future__ import annotations

from lowering.overlaps.overlaps import Held, smallest_trail
from lowering.overlaps.walks import BY_VALUE, Taps, Walk, conversion_walk
from lowering.stages.graph import Graph, Node, RowRange, window_of
from tinyts_dialect.interfaces import TensorOp, WindowedOp
from tinyts_dialect.ops.add import AddOp
from tinyts_dialect.ops.average_pool_2d import AveragePool2DOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.dequantize import DequantizeOp
from tinyts_dialect.ops.l2_normalization import L2NormalizationOp
from tinyts_dialect.ops.log_softmax import LogSoftmaxOp
from tinyts_dialect.ops.max_pool_2d import MaxPool2DOp
from tinyts_dialect.ops.mul import MulOp
from tinyts_dialect.ops.quantize import QuantizeOp
from tinyts_dialect.ops.softmax import SoftmaxOp
from tinyts_dialect.ops.strided_slice import StridedSliceOp
from tinyts_dialect.ops.table import TableOp
from tinyts_dialect.pairs import PairOp
from tinyts_dialect.tensors import byte_image
from tinyts_dialect.tsbuf import Image
from tinyts_dialect.windows import Window

BY_VALUE_OPS = (
    AddOp,
    L2NormalizationOp,
    LogSoftmaxOp,
    MulOp,
    PairOp,
    SoftmaxOp,
    TableOp,
)
CONVERSIONS = (QuantizeOp, DequantizeOp)
WINDOWED_OPS = (
    Conv2DOp,
    DepthwiseConv2DOp,
    AveragePool2DOp,
    MaxPool2DOp,
    StridedSliceOp,
)


def trail_of(
    graph: Graph,
    node: Node,
    call: RowRange,
    operand: int,
    held: RowRange,
    byte: int = 0,
) -> int | None:
    """Bytes by which the buffer that a call writes must begin below one it reads.

    The call computes rows `call` of the node's output, from byte `byte` of the buffer
    on; the other holds rows `held` of the operand. None where they may not overlap.
    """
    walk = _walk(graph, node, operand)
    if walk is None:
        return None
    return _trail(graph, walk, (node, node), operand, (call, held), byte)


def pixels_trail(
    graph: Graph,
    producer: Node,
    consumer: Node,
    call: RowRange,
    held: RowRange,
    byte: int = 0,
) -> int | None:
    """The same for a depthwise convolution fused with the pointwise one after it."""
    walk = graph.known_walks.get((producer.index, consumer.index))
    if walk is None:
        walk = Walk(*_taps(window_of(producer)), ahead=True)
        graph.known_walks[producer.index, consumer.index] = walk
    return _trail(graph, walk, (producer, consumer), 0, (call, held), byte)


def _trail(
    graph: Graph,
    walk: Walk,
    nodes: tuple[Node, Node],
    operand: int,
    rows: tuple[RowRange, RowRange],
    byte: int,
) -> int:
    """The trail of what one node reads and another one writes; known by its shape."""
    reader, writer = nodes
    call, held = rows
    key = (
        reader.index,
        writer.index,
        operand,
        call.last - call.first,
        held.first - call.first * walk.rows.stride,
        held.last - held.first,
        byte,
    )
    trail = graph.known_trails.get(key)
    if trail is None:
        output = graph.tensors[writer.output]
        source = graph.tensors[reader.inputs[operand]]
        trail = graph.known_trails[key] = smallest_trail(
            walk,
            (call.first, call.last),
            Held(call.first, call.last, byte, output.width, output.channels),
            Held(held.first, held.last, 0, source.width, source.channels),
        )
    return trail


def _walk(graph: Graph, node: Node, operand: int) -> Walk | None:
    """How the kernel of a node walks over an operand; None where it promises nothing.

    An operand of one row may be spread over all rows of the output.
    """
    key = node.index, node.index
    if key not in graph.known_walks:
        graph.known_walks[key] = walk_of(node.op)
    walk = graph.known_walks[key]
    if operand and isinstance(node.op, WindowedOp):
        return None
    if walk is BY_VALUE:
        output = graph.tensors[node.output]
        source = graph.tensors[node.inputs[operand]]
        same = (source.width, source.channels) == (output.width, output.channels)
        if not same or (source.height == 1 and output.height > 1):
            return None
    return walk


def walk_of(op: TensorOp) -> Walk | None:
    """How the kernel of an op walks; as `overlaps/walks.py` reads it off its call."""
    if isinstance(op, CONVERSIONS):
        return conversion_walk(
            Image(*byte_image(op.output())), Image(*byte_image(op.operands[0]))
        )
    if isinstance(op, BY_VALUE_OPS):
        return BY_VALUE
    if not isinstance(op, WINDOWED_OPS):
        return None
    taps = _taps(op.get_window())
    if isinstance(op, AveragePool2DOp | MaxPool2DOp):
        return Walk(*taps, ch_mult=1)
    if isinstance(op, DepthwiseConv2DOp):
        return Walk(*taps, op.channel_multiplier())
    return Walk(*taps)


def _taps(window: Window) -> tuple[Taps, Taps]:
    rows, columns = (
        Taps(
            window.kernel[axis],
            window.stride[axis],
            window.pads[2 * axis],
            window.dilation[axis],
        )
        for axis in (0, 1)
    )
    return rows, columns
