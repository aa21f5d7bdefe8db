"""What changes of the operations of a graph where channels are removed.

An operator whose constants or properties have an entry for each channel registers a
function for `cut_constants`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import singledispatch

import numpy as np
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType, i8
from xdsl.ir import Attribute, Operation

from lowering.channels.channel_analysis import (
    channel_intervals,
    channels_of,
    constant_of,
)
from lowering.channels.channel_removal import ChannelPlan, plan_removal
from lowering.channels.intervals import Array, BoolArray, Interval
from tinyts_dialect.attributes import ConstantChannelsAttr, PairAttr
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.add import AddOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.fully_connected import FullyConnectedOp
from tinyts_dialect.ops.mul import MulOp
from tinyts_dialect.ops.strided_slice import StridedSliceOp
from tinyts_dialect.pairs import PairOp
from tinyts_dialect.tensors import dense, tensor_type, to_array


@dataclass
class Edit:
    """What changes of an operation: its result's type, properties and constants."""

    result_type: TensorType[Attribute]
    properties: dict[str, Attribute]
    constants: dict[int, DenseIntOrFPElementsAttr] = field(
        default_factory=dict[int, DenseIntOrFPElementsAttr]
    )
    """By the operand's position."""


def with_channels(type_: TensorType[Attribute], channels: int) -> TensorType[Attribute]:
    """The type of a tensor with another number of channels."""
    shape = (*type_.get_shape()[:-1], channels)
    return TensorType(type_.element_type, shape, type_.encoding)


def removed_channels(
    earlier: ConstantChannelsAttr | None, kept: BoolArray, interval: Interval
) -> ConstantChannelsAttr:
    """The property for a tensor of which only `kept` stay, after an earlier removal."""
    entries = dict(earlier.data) if earlier is not None else {}
    total = len(entries) + len(kept)
    numbers = [channel for channel in range(total) if channel not in entries]
    constant = interval.is_constant()
    for channel in np.flatnonzero(~kept):
        value = int(interval.low[channel]) if constant[channel] else None
        entries[numbers[channel]] = value
    return ConstantChannelsAttr(tuple(sorted(entries.items())))


@singledispatch
def cut_constants(op: TensorOp, plan: ChannelPlan, edit: Edit) -> None:
    """Adds to the edit what the operation holds for each channel."""


@cut_constants.register
def _(op: StridedSliceOp, plan: ChannelPlan, edit: Edit) -> None:
    first, stride = op.channels.data
    before = int(plan.kept(op.input)[:first].sum())
    edit.properties["channels"] = PairAttr((before, stride))


@cut_constants.register(AddOp)
@cut_constants.register(MulOp)
@cut_constants.register(PairOp)
def _(op: AddOp | MulOp | PairOp, plan: ChannelPlan, edit: Edit) -> None:
    kept = plan.kept(op.result)
    for position, operand in enumerate(op.operands):
        values = constant_of(operand)
        if values is None or channels_of(operand) != len(kept) or kept.all():
            continue
        cut = dense(values[..., kept])
        type_ = TensorType(i8, cut.get_shape(), tensor_type(operand).encoding)
        edit.constants[position] = DenseIntOrFPElementsAttr(type_, cut.data)


@cut_constants.register
def _(op: DepthwiseConv2DOp, plan: ChannelPlan, edit: Edit) -> None:
    kept = plan.kept(op.result)
    weights, bias = to_constants(op)
    edit.constants.update({1: dense(weights[..., kept]), 2: dense(bias[kept])})
    edit.properties["weight_scales"] = dense(to_array(op.weight_scales)[kept])


@cut_constants.register(Conv2DOp)
@cut_constants.register(FullyConnectedOp)
def _(op: Conv2DOp | FullyConnectedOp, plan: ChannelPlan, edit: Edit) -> None:
    kept = plan.kept(op.result)
    weights, bias = to_constants(op)
    new_bias = plan.bias_of(op.result, bias.astype(np.int64)).astype(np.int32)
    edit.constants.update(
        {1: dense(weights[kept][..., plan.kept(op.input)]), 2: dense(new_bias)}
    )
    if len(op.weight_scales) > 1:
        edit.properties["weight_scales"] = dense(to_array(op.weight_scales)[kept])


def to_constants(op: TensorOp) -> tuple[Array, Array]:
    """Weights and bias of an operation whose channels the plan touches."""
    weights, bias = (constant_of(value) for value in op.operands[1:3])
    if weights is None or bias is None:
        raise TypeError(f"{op.name} has weights or a bias that are not constant")
    return weights, bias


def plan_edits(operations: Sequence[Operation]) -> dict[Operation, Edit]:
    """Which of the operations of a function, in order, change, and how."""
    intervals = channel_intervals(operations)
    plan = plan_removal(operations, intervals)
    edits: dict[Operation, Edit] = {}
    for op in operations:
        touched = [*op.operands, *op.results]
        if not isinstance(op, TensorOp) or not any(
            plan.removed[value].any() for value in touched if value in plan.removed
        ):
            continue
        result = op.output()
        kept = plan.kept(result)
        type_ = with_channels(tensor_type(result), int(kept.sum()))
        edit = Edit(type_, dict(op.properties))
        if not kept.all():
            edit.properties["constant_channels"] = removed_channels(
                op.constant_channels, kept, intervals[result]
            )
        cut_constants(op, plan, edit)
        edits[op] = edit
    return edits
