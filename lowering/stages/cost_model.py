"""Estimated instructions of a stage on a Cortex-M7: what `speed` minimises.

Work is multiply-accumulates times a factor of the kernel; splitting adds the calls, and
fusion of rows the widening of the input row once for each group of channels. The
factors are those of 16-bit multiply-add kernels, measured on an emulated core.
"""

from __future__ import annotations

from lowering.stages.graph import Graph, Node, window_of
from lowering.stages.plan import Stage
from lowering.stages.tiles import stage_columns
from lowering.stages.units import BlockUnit, PixelsUnit, RowsUnit, units_of
from tinyts_dialect.interfaces import WindowedOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp

CALL = 100
"""Reading a layer's structure and the tables of its rows."""

CONVOLUTION_MAC = 0.8
DEPTHWISE_MAC = 2.2
ALONE_MAC = 0.15
"""What a multiply-accumulate of a pixel takes more that has no other beside it."""

OUTPUT_BYTE = 5.0
"""Requantizing and storing one value of a convolution."""

PLAIN_BYTE = 8.0
"""One output value of an operator without weights."""

WIDENED_BYTE = 1.2
"""Widening one input value to 16 bits, once for each kernel call that reads it."""

FUSED_MAC = 0.2
"""What a multiply-accumulate of a convolution takes more inside a fused kernel."""

GROUP = 300
"""A group of channels of a row: both kernels begin and end."""

PIXEL_DEPTHWISE_MAC, PIXEL_MAC = 13.0, 5.0
"""What those of a pair fused by pixels take more: its kernels are portable ones."""


BLOCK_PIXEL, BLOCK_COLUMN = 600, 150
"""What a block takes more for a pixel of its output, and for one of its middle."""

BLOCK_MAC, BLOCK_DEPTHWISE_MAC, BLOCK_LARGE_MAC = 0.3, 0.6, 3.0
"""What multiply-accumulates take more there, few pixels being computed together; the
last of those of depthwise convolutions of many taps."""

BLOCK_TAPS = 15
"""More taps are many."""

TILED = 1.4
"""Kernels for tiles have no scratch, and windows tap by tap: times the instructions of
others."""


def base_instructions(graph: Graph, node: Node) -> int:
    """Instructions of an op, however it is cut."""
    output = graph.tensors[node.output]
    macs = node.op.macs()
    if not macs:
        return round(PLAIN_BYTE * output.bytes)
    factor = DEPTHWISE_MAC if isinstance(node.op, DepthwiseConv2DOp) else (
        CONVOLUTION_MAC
    )
    work = factor * macs + OUTPUT_BYTE * output.bytes
    if isinstance(node.op, WindowedOp) and factor == CONVOLUTION_MAC:
        window = node.op.get_window()
        taps = window.kernel[0] * window.kernel[1]
        work += WIDENED_BYTE * taps * output.height * output.width * (
            graph.tensors[node.inputs[0]].channels
        )
    return round(work)


def stage_instructions(graph: Graph, stage: Stage, calls: int) -> int:
    """Instructions of a stage that makes so many kernel calls."""
    total = CALL * calls
    columns = stage_columns(graph, stage)
    for node in graph.nodes[stage.first : stage.last]:
        factor = TILED if node.output in columns else 1
        total += round(factor * base_instructions(graph, node))
        if isinstance(node.op, Conv2DOp):
            total += _alone(graph, node, stage.height)
    for unit in units_of(graph, stage):
        if isinstance(unit, PixelsUnit):
            total += round(PIXEL_DEPTHWISE_MAC * unit.producer.op.macs())
            total += round(PIXEL_MAC * unit.node.op.macs())
        if isinstance(unit, BlockUnit):
            total += _block_overhead(graph, unit)
        elif isinstance(unit, RowsUnit):
            total += _rows_overhead(graph, unit)
    return total


def _alone(graph: Graph, node: Node, height: int) -> int:
    """What the last pixels of calls of an odd number of pixels take more."""
    output = graph.tensors[node.output]
    rows = height or output.height
    whole, rest = divmod(output.height, rows)
    pixels = whole * (rows * output.width % 2) + rest * output.width % 2
    return round(ALONE_MAC * pixels * node.op.macs() / (output.height * output.width))


def _block_overhead(graph: Graph, unit: BlockUnit) -> int:
    """What a block takes more than its three ops."""
    output, middle = graph.tensors[unit.output], unit.middle
    work = BLOCK_PIXEL * output.height * output.width
    work += BLOCK_COLUMN * middle.height * middle.width
    work += BLOCK_MAC * (unit.producer.op.macs() + unit.node.op.macs())
    kernel = window_of(unit.depthwise).kernel
    large = kernel[0] * kernel[1] > BLOCK_TAPS
    mac = BLOCK_LARGE_MAC if large else BLOCK_DEPTHWISE_MAC
    return round(work + mac * unit.depthwise.op.macs())


def _rows_overhead(graph: Graph, unit: RowsUnit) -> int:
    """What a pair fused by rows takes more than its two ops."""
    groups = -(-unit.middle.channels // unit.group)
    work = GROUP * groups * unit.middle.height
    if not isinstance(unit.producer.op, DepthwiseConv2DOp):
        source = graph.tensors[unit.producer.inputs[0]]
        widened = unit.middle.height * unit.middle.width * source.channels
        work += FUSED_MAC * unit.producer.op.macs()
        work += WIDENED_BYTE * (groups - 1) * widened
    return round(work)
