"""The interval of every channel of every tensor of a graph.

An operator takes part by a function that is registered for `interval_of`; of the result
of any other one nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from math import prod

from xdsl.ir import Operation, SSAValue

from lowering.channels import intervals
from lowering.channels.intervals import Array, FloatArray, Interval, Requantization
from tinyts_dialect.convolution import channel_multipliers
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.add import LEFT_SHIFT, AddOp
from tinyts_dialect.ops.concatenation import ConcatenationOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.fully_connected import FullyConnectedOp
from tinyts_dialect.ops.maximum import MaximumOp
from tinyts_dialect.ops.mean import MeanOp
from tinyts_dialect.ops.minimum import MinimumOp
from tinyts_dialect.ops.mul import MulOp
from tinyts_dialect.ops.pad import PadOp
from tinyts_dialect.ops.prelu import PreluOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.softmax import SoftmaxOp
from tinyts_dialect.ops.strided_slice import StridedSliceOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.ops.sub import SubOp
from tinyts_dialect.ops.table import TableOp, table_values
from tinyts_dialect.ops.transpose import TransposeOp
from tinyts_dialect.pooling import PoolOp
from tinyts_dialect.resizing import ResizeOp
from tinyts_dialect.tensors import (
    dtype_of,
    image_shape,
    is_activation,
    quant_of,
    shape_of,
    to_array,
)
from tinyts_dialect.windows import Window

ConvolutionOp = Conv2DOp | DepthwiseConv2DOp


def channels_of(value: SSAValue) -> int:
    """Channels of a tensor: its last axis."""
    return image_shape(shape_of(value))[2]


def constant_of(value: SSAValue) -> Array | None:
    """The contents of a `tinyts.constant`; None for any other value."""
    owner = value.owner
    return to_array(owner.value) if isinstance(owner, ConstantOp) else None


def whole_tensor(op: Operation) -> bool:
    """Whether an operation computes all of its layer's tensor at once."""
    return isinstance(op, TensorOp) and op.rect is None


def channel_intervals(operations: Iterable[Operation]) -> dict[SSAValue, Interval]:
    """Of each int8 activation that the operations, in order, compute or read."""
    known: dict[SSAValue, Interval] = {}
    for op in operations:
        for operand in op.operands:
            if _is_int8(operand) and operand not in known:
                known[operand] = _given(operand)
        for result in filter(_is_int8, op.results):
            known[result] = _given(result)
        if isinstance(op, TensorOp) and whole_tensor(op) and op.output() in known:
            operands = [known[v] for v in op.operands if v in known]
            known[op.output()] = interval_of(op, *operands)
    return known


def _is_int8(value: SSAValue) -> bool:
    return is_activation(value) and dtype_of(value).name == "int8"


def _given(value: SSAValue) -> Interval:
    """Of a value of which only the type, or a constant, is known."""
    constant = constant_of(value)
    if constant is None:
        return intervals.anything(channels_of(value))
    return intervals.of_values(constant)


def masks_of(window: Window, input: SSAValue) -> FloatArray:
    """The taps inside an input of shape [1, H, W, C]."""
    height, width, _ = image_shape(shape_of(input))
    return intervals.tap_masks(window, height, width)


@singledispatch
def interval_of(op: TensorOp, *operands: Interval) -> Interval:
    """The interval of an operation's result from those of its activations."""
    return intervals.anything(channels_of(op.output()))


@interval_of.register
def _(op: Conv2DOp, x: Interval) -> Interval:
    return _convolution(op, x)


@interval_of.register
def _(op: DepthwiseConv2DOp, x: Interval) -> Interval:
    return _convolution(op, x)


def _convolution(op: ConvolutionOp, x: Interval) -> Interval:
    weights, bias = constant_of(op.weights), constant_of(op.bias)
    if weights is None or bias is None:
        return intervals.anything(channels_of(op.result), op.clamp.data)
    input, output = quant_of(op.input), quant_of(op.result)
    multipliers = channel_multipliers(input, op.weight_scales, output)
    transfer = (
        intervals.conv_2d if isinstance(op, Conv2DOp) else intervals.depthwise_conv_2d
    )
    return transfer(
        x,
        input.zero_point,
        weights,
        bias,
        masks_of(op.get_window(), op.input),
        Requantization(*multipliers, output.zero_point, op.clamp.data),
    )


@interval_of.register
def _(op: FullyConnectedOp, x: Interval) -> Interval:
    weights, bias = constant_of(op.weights), constant_of(op.bias)
    if weights is None or bias is None:
        return intervals.anything(channels_of(op.result), op.clamp.data)
    output = quant_of(op.result)
    return intervals.fully_connected(
        x,
        quant_of(op.input).zero_point,
        weights,
        bias,
        Requantization(*op.multipliers(), output.zero_point, op.clamp.data),
    )


@interval_of.register
def _(op: AddOp, lhs: Interval, rhs: Interval) -> Interval:
    multipliers = op.multipliers()
    return intervals.add(
        [
            (lhs, quant_of(op.lhs).zero_point, multipliers.lhs),
            (rhs, quant_of(op.rhs).zero_point, multipliers.rhs),
        ],
        LEFT_SHIFT,
        Requantization(
            *multipliers.output, quant_of(op.result).zero_point, op.clamp.data
        ),
    )


@interval_of.register
def _(op: SubOp, lhs: Interval, rhs: Interval) -> Interval:
    multipliers = op.multipliers()
    return intervals.sub(
        (lhs, quant_of(op.lhs).zero_point, multipliers.lhs),
        (rhs, quant_of(op.rhs).zero_point, multipliers.rhs),
        LEFT_SHIFT,
        Requantization(
            *multipliers.output, quant_of(op.result).zero_point, op.clamp.data
        ),
    )


@interval_of.register
def _(op: MinimumOp, lhs: Interval, rhs: Interval) -> Interval:
    return intervals.minimum(lhs, rhs)


@interval_of.register
def _(op: MaximumOp, lhs: Interval, rhs: Interval) -> Interval:
    return intervals.maximum(lhs, rhs)


@interval_of.register
def _(op: PreluOp, lhs: Interval, rhs: Interval) -> Interval:
    zero_point, multipliers = quant_of(op.result).zero_point, op.multipliers()
    return intervals.prelu(
        lhs,
        quant_of(op.lhs).zero_point,
        rhs,
        quant_of(op.rhs).zero_point,
        Requantization(*multipliers.identity, zero_point),
        Requantization(*multipliers.product, zero_point),
    )


@interval_of.register
def _(op: StridedSliceOp, x: Interval) -> Interval:
    first, stride = op.channels.data
    count = channels_of(op.result)
    return Interval(*(end[first::stride][:count] for end in x))


@interval_of.register
def _(op: ResizeOp, x: Interval) -> Interval:
    return x  # a pixel, or a weighted mean of pixels rounded to nearest


@interval_of.register
def _(op: TransposeOp, x: Interval) -> Interval:
    return x if keeps_channels(op) else intervals.mixed(x, channels_of(op.result))


def keeps_channels(op: TransposeOp) -> bool:
    """Whether a permutation leaves the last axis where it is."""
    perm = op.permutation()
    return perm[-1] == len(perm) - 1


@interval_of.register
def _(op: MulOp, lhs: Interval, rhs: Interval) -> Interval:
    return intervals.mul(
        lhs,
        quant_of(op.lhs).zero_point,
        rhs,
        quant_of(op.rhs).zero_point,
        Requantization(*op.multiplier(), quant_of(op.result).zero_point, op.clamp.data),
    )


@interval_of.register
def _(op: TableOp, x: Interval) -> Interval:
    values = table_values(op.values)
    return intervals.anything(len(x.low)) if values is None else (
        intervals.table(x, values)
    )


@interval_of.register
def _(op: PoolOp, x: Interval) -> Interval:
    return intervals.pool(x, masks_of(op.get_window(), op.input), op.clamp.data)


@interval_of.register
def _(op: PadOp, x: Interval) -> Interval:
    return intervals.pad(
        x,
        op.padding_value(),
        max(op.pads.data) > 0,
        *op.channels_before_and_after(),
    )


@interval_of.register
def _(op: ConcatenationOp, *parts: Interval) -> Interval:
    along_channels = op.axis_index() == len(shape_of(op.result)) - 1
    return intervals.concatenation(parts, along_channels)


@interval_of.register
def _(op: SoftmaxOp, x: Interval) -> Interval:
    return intervals.softmax(len(x.low))


@interval_of.register
def _(op: MeanOp, x: Interval) -> Interval:
    shape, axes = shape_of(op.input), op.reduced_axes()
    return intervals.mean(
        x,
        quant_of(op.input).zero_point,
        prod(shape[axis] for axis in axes),
        len(shape) - 1 in axes,
        Requantization(*op.multiplier(), quant_of(op.result).zero_point),
    )


@interval_of.register
def _(op: ReshapeOp, x: Interval) -> Interval:
    return intervals.reshape(x, channels_of(op.result))
