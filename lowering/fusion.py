"""Which ops may become one kernel, and which reductions may consume slices."""

from __future__ import annotations

from xdsl.dialects.func import ReturnOp
from xdsl.ir import Operation, SSAValue

from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.average_pool_2d import AveragePool2DOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.fully_connected import FullyConnectedOp
from tinyts_dialect.ops.mean import MeanOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import shape_of
from tinyts_dialect.windows import NO_PADS


def only_reader(op: TensorOp) -> Operation | None:
    """The op that reads the result, where it is the only one and reads it once."""
    uses = list(op.output().uses)
    if len(uses) != 1 or isinstance(uses[0].operation, ReturnOp):
        return None
    return uses[0].operation


def fusible_rows(op: TensorOp) -> DepthwiseConv2DOp | None:
    """The depthwise convolution that can be fused, row by row, with its producer."""
    if not isinstance(op, Conv2DOp | DepthwiseConv2DOp):
        return None
    reader = only_reader(op)
    if not isinstance(reader, DepthwiseConv2DOp) or reader.input is not op.result:
        return None
    return reader


def fusible_pixels(op: TensorOp) -> Conv2DOp | None:
    """The pointwise convolution that can be fused with a depthwise one before it."""
    if not isinstance(op, DepthwiseConv2DOp):
        return None
    reader = only_reader(op)
    if not isinstance(reader, Conv2DOp) or reader.input is not op.result:
        return None
    window = reader.window.data
    plain = window.kernel == (1, 1) and window.stride == (1, 1)
    return reader if plain and window.pads == NO_PADS else None


def reduction_input(op: TensorOp) -> SSAValue | None:
    """The [1, H, W, C] tensor whose rows a reduction can consume, H at least 2.

    None where the op is no reduction of that kind. A fully-connected layer looks
    through reshapes that nothing else reads.
    """
    if isinstance(op, MeanOp):
        source = op.input if op.reduced_axes() == (1, 2) else None
    elif isinstance(op, AveragePool2DOp):
        source = op.input if shape_of(op.result)[1:3] == (1, 1) else None
        if source is not None and op.window.data.kernel != shape_of(source)[1:3]:
            source = None
        if source is not None and op.window.data.pads != NO_PADS:
            source = None
    elif isinstance(op, FullyConnectedOp):
        source = _behind_reshapes(op.input) if shape_of(op.input)[0] == 1 else None
    else:
        source = None
    if source is None:
        return None
    shape = shape_of(source)
    return source if len(shape) == 4 and shape[0] == 1 and shape[1] > 1 else None


def _behind_reshapes(value: SSAValue) -> SSAValue:
    while isinstance(value.owner, ReshapeOp) and only_reader(value.owner) is not None:
        value = value.owner.input
    return value
