"""Which channels can be removed from which tensors of a graph.

A set of channels can go if every operation agrees. One that computes each channel from
the same channel of its operands (a depthwise convolution, a pool, ADD) loses it in all
of them or in none. One that sums over its input channels (a convolution,
FULLY_CONNECTED) can do without a channel if its contribution to each output that stays
is one number, which the bias takes. Any other operation keeps all channels of what it
reads and computes. The plan is the largest such set that leaves each tensor a channel.

Whether a channel is constant matters only where it is summed up: one that varies goes
too, where nothing that stays depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
from xdsl.ir import Operation, SSAValue

from lowering.channels.channel_analysis import (
    channels_of,
    constant_of,
    keeps_channels,
    masks_of,
    whole_tensor,
)
from lowering.channels.intervals import (
    BoolArray,
    Contributions,
    Int64Array,
    Interval,
    contributions,
)
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.add import AddOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.fully_connected import FullyConnectedOp
from tinyts_dialect.ops.mean import MeanOp
from tinyts_dialect.ops.mul import MulOp
from tinyts_dialect.ops.pad import PadOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.strided_slice import StridedSliceOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.ops.table import TableOp
from tinyts_dialect.ops.transpose import TransposeOp
from tinyts_dialect.pairs import PairOp
from tinyts_dialect.pooling import PoolOp
from tinyts_dialect.resizing import ResizeOp
from tinyts_dialect.tensors import is_activation, quant_of, shape_of

Removed = Mapping[SSAValue, BoolArray]
"""For each activation which of its channels go."""


@dataclass(frozen=True)
class Tie:
    """Channel lhs_channels[i] of `lhs` goes with channel rhs_channels[i] of `rhs`."""

    lhs: SSAValue
    lhs_channels: Int64Array
    rhs: SSAValue
    rhs_channels: Int64Array

    def restrict(self, removed: Removed) -> None:
        """Keeps what the other side keeps."""
        lhs, rhs = removed[self.lhs], removed[self.rhs]
        lhs[self.lhs_channels[~rhs[self.rhs_channels]]] = False
        rhs[self.rhs_channels[~lhs[self.lhs_channels]]] = False


@dataclass(frozen=True)
class Sum:
    """Each channel of `output` is a sum over the channels of `input`."""

    input: SSAValue
    output: SSAValue
    of: Contributions

    def restrict(self, removed: Removed) -> None:
        """Keeps the inputs that vary an output that stays."""
        removed[self.input][:] &= self.of.fixed[~removed[self.output]].all(axis=0)


Relation = Tie | Sum


@singledispatch
def relations_of(
    op: Operation, intervals: Mapping[SSAValue, Interval]
) -> Sequence[Relation] | None:
    """How an operation relates the channels that it reads to those that it computes.

    None where it needs all that it reads and computes all of its result.
    """
    return None


def _tied(op: TensorOp, *inputs: SSAValue) -> Sequence[Relation]:
    """Each channel of the result comes from the same one of each input."""
    result = op.output()
    channels = np.arange(channels_of(result))
    return [
        Tie(value, channels, result, channels)
        for value in inputs
        if channels_of(value) == len(channels)
    ]


@relations_of.register(PoolOp)
@relations_of.register(ResizeOp)
@relations_of.register(TableOp)
def _(
    op: PoolOp | ResizeOp | TableOp, _: Mapping[SSAValue, Interval]
) -> Sequence[Relation]:
    return _tied(op, op.input)


@relations_of.register
def _(op: TransposeOp, _: Mapping[SSAValue, Interval]) -> Sequence[Relation] | None:
    return _tied(op, op.input) if keeps_channels(op) else None


@relations_of.register
def _(op: StridedSliceOp, _: Mapping[SSAValue, Interval]) -> Sequence[Relation] | None:
    # Consecutive channels stay consecutive; those beside them are not read.
    first, stride = op.channels.data
    if stride != 1:
        return None
    channels = np.arange(channels_of(op.result))
    return [Tie(op.input, first + channels, op.result, channels)]


@relations_of.register(AddOp)
@relations_of.register(MulOp)
@relations_of.register(PairOp)
def _(
    op: AddOp | MulOp | PairOp, _: Mapping[SSAValue, Interval]
) -> Sequence[Relation]:
    # A constant is cut to what its reader keeps; an input of one channel stays.
    return _tied(op, *(v for v in op.operands if not isinstance(v.owner, ConstantOp)))


@relations_of.register
def _(op: PadOp, _: Mapping[SSAValue, Interval]) -> Sequence[Relation] | None:
    return _tied(op, op.input) if op.channel_pads is None else None


@relations_of.register
def _(op: MeanOp, _: Mapping[SSAValue, Interval]) -> Sequence[Relation] | None:
    if len(shape_of(op.input)) - 1 in op.reduced_axes():
        return None
    return _tied(op, op.input)


@relations_of.register
def _(op: ReshapeOp, _: Mapping[SSAValue, Interval]) -> Sequence[Relation] | None:
    before, after = channels_of(op.input), channels_of(op.result)
    if max(before, after) % min(before, after):
        return None
    channels = np.arange(max(before, after))
    return [Tie(op.input, channels % before, op.result, channels % after)]


@relations_of.register
def _(
    op: DepthwiseConv2DOp, _: Mapping[SSAValue, Interval]
) -> Sequence[Relation] | None:
    if constant_of(op.weights) is None or constant_of(op.bias) is None:
        return None
    outputs = np.arange(channels_of(op.result))
    inputs = outputs // op.channel_multiplier()
    return [Tie(op.input, inputs, op.result, outputs)]


@relations_of.register
def _(
    op: Conv2DOp, intervals: Mapping[SSAValue, Interval]
) -> Sequence[Relation] | None:
    weights, bias = constant_of(op.weights), constant_of(op.bias)
    if weights is None or bias is None:
        return None
    masks = masks_of(op.window.data, op.input)
    zero_point = quant_of(op.input).zero_point
    of = contributions(intervals[op.input], zero_point, weights, bias, masks)
    return [Sum(op.input, op.result, of)]


@relations_of.register
def _(
    op: FullyConnectedOp, intervals: Mapping[SSAValue, Interval]
) -> Sequence[Relation] | None:
    weights, bias = constant_of(op.weights), constant_of(op.bias)
    if weights is None or bias is None:
        return None
    of = contributions(
        intervals[op.input],
        quant_of(op.input).zero_point,
        weights[:, None, None, :],
        bias,
        np.ones((1, 1)),
    )
    return [Sum(op.input, op.result, of)]


def least_channels(value: SSAValue) -> int:
    """How many channels a tensor must keep.

    A single scale of FULLY_CONNECTED's weights means another arithmetic than one an
    output, so that one an output leaves at least two.
    """
    op = value.owner
    return 2 if isinstance(op, FullyConnectedOp) and len(op.weight_scales) > 1 else 1


@dataclass(frozen=True)
class ChannelPlan:
    """The channels that go, and what the biases of their readers take instead."""

    removed: Removed
    sums: Mapping[SSAValue, Sum]
    """By the output of a convolution or FULLY_CONNECTED."""

    def kept(self, value: SSAValue) -> BoolArray:
        """Which channels of a tensor stay."""
        return ~self.removed[value]

    def bias_of(self, output: SSAValue, bias: Int64Array) -> Int64Array:
        """The new bias of the outputs that stay, from the one of all outputs."""
        found = self.sums[output]
        amount = found.of.amount[:, self.removed[found.input]].sum(axis=1)
        return (bias + amount)[self.kept(output)]


def plan_removal(
    operations: Iterable[Operation], intervals: Mapping[SSAValue, Interval]
) -> ChannelPlan:
    """The largest set of channels that can go."""
    removed: dict[SSAValue, BoolArray] = {}
    relations: list[Relation] = []
    for op in operations:
        found = relations_of(op, intervals) if whole_tensor(op) else None
        for value in filter(is_activation, (*op.operands, *op.results)):
            computed = value in op.results and any(value.uses)
            removed.setdefault(value, np.full(channels_of(value), computed))
            if found is None:
                removed[value][:] = False
        relations.extend(found or ())
    _restrict(removed, relations)
    return ChannelPlan(removed, {r.output: r for r in relations if isinstance(r, Sum)})


def _restrict(removed: Removed, relations: Sequence[Relation]) -> None:
    """Keeps channels until every relation holds and each tensor has enough."""
    while True:
        before = _count(removed)
        for relation in reversed(relations):
            relation.restrict(removed)
        if _count(removed) != before:
            continue
        starved = next((v for v in removed if _is_starved(v, removed[v])), None)
        if starved is None:
            return
        removed[starved][np.argmax(removed[starved])] = False


def _count(removed: Removed) -> int:
    return sum(int(channels.sum()) for channels in removed.values())


def _is_starved(value: SSAValue, channels: BoolArray) -> bool:
    return bool(channels.any()) and (~channels).sum() < least_channels(value)
