"""Which values a channel can take: interval arithmetic on quantized operators.

An interval holds, for each channel of a tensor (its last axis), the least and the
greatest stored value that any of its elements has, whatever the network's input. All
arithmetic is exact. Requantization by a given multiplier is monotone, so that the ends
of an interval go through it as values do; they change places where it is negative (some
models have weight scales below zero).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from tinyts_dialect.attributes import Clamp
from tinyts_dialect.multipliers import INT32_MAX, INT32_MIN, Multiplier, requantize
from tinyts_dialect.windows import Window

Int64Array = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]

INT8 = Clamp(-128, 127)


class Interval(NamedTuple):
    """The least and the greatest stored value of each channel: two arrays [C]."""

    low: Int64Array
    high: Int64Array

    def is_constant(self) -> BoolArray:
        """Which channels hold one known value."""
        return self.low == self.high

    def union(self, other: Interval) -> Interval:
        """Every value of either."""
        return Interval(
            np.minimum(self.low, other.low), np.maximum(self.high, other.high)
        )

    def clamped(self, clamp: Clamp) -> Interval:
        """After a fused activation."""
        return Interval(np.clip(self.low, *clamp), np.clip(self.high, *clamp))

    def minus(self, zero_point: int) -> Interval:
        """Of the differences to the zero point."""
        return Interval(self.low - zero_point, self.high - zero_point)


class Requantization(NamedTuple):
    """How int32 accumulators become stored values; one multiplier or one a channel."""

    multiplier: npt.ArrayLike
    shift: npt.ArrayLike
    zero_point: int
    clamp: Clamp = INT8

    def apply(self, low: Int64Array, high: Int64Array) -> Interval:
        """The interval of the results; all that the clamp leaves where int32 overflows.

        A kernel's accumulator, shifted to the left where the shift is positive, is an
        int32; beyond it nothing is known.
        """
        grown = np.maximum(np.asarray(self.shift, np.int64), 0)
        fits = (np.ldexp(low.astype(float), grown) >= INT32_MIN) & (
            np.ldexp(high.astype(float), grown) <= INT32_MAX
        )
        ends = [
            requantize(np.where(fits, end, 0), self.multiplier, self.shift)
            + self.zero_point
            for end in (low, high)
        ]
        bounded = Interval(np.minimum(*ends), np.maximum(*ends)).clamped(self.clamp)
        return Interval(
            np.where(fits, bounded.low, self.clamp.min),
            np.where(fits, bounded.high, self.clamp.max),
        )


def anything(channels: int, clamp: Clamp = INT8) -> Interval:
    """All that an int8 tensor, or one behind an activation, can hold."""
    return Interval(
        np.full(channels, clamp.min, np.int64), np.full(channels, clamp.max, np.int64)
    )


def of_values(values: Array) -> Interval:
    """Of a tensor whose elements are known; the last axis holds the channels."""
    rows = values.reshape(-1, values.shape[-1] if values.ndim else 1).astype(np.int64)
    return Interval(rows.min(axis=0), rows.max(axis=0))


def tap_masks(window: Window, height: int, width: int) -> FloatArray:
    """Which taps lie inside the input: [kinds of window positions, kh * kw] of 0 and 1.

    Positions that see the same taps are one kind. A tap outside reads the zero point.
    """
    rows, columns = _axis_masks(window, 0, height), _axis_masks(window, 1, width)
    return np.kron(rows, columns).astype(np.float64)


def _axis_masks(window: Window, axis: int, size: int) -> FloatArray:
    outputs = np.arange(window.output_size(axis, size))
    first = outputs * window.stride[axis] - window.pads[2 * axis]
    taps = first[:, None] + np.arange(window.kernel[axis]) * window.dilation[axis]
    return np.unique((taps >= 0) & (taps < size), axis=0).astype(float)


def _products(weights: Array, x: Interval) -> tuple[FloatArray, FloatArray]:
    """Weights [O, T, C] times x [C], summed over C: lower and upper ends [T, O]."""
    outputs, taps, inputs = weights.shape
    flat = weights.reshape(-1, inputs).astype(float)  # exact: sums are below 2**53
    positive = np.maximum(flat, 0)
    negative = flat - positive
    low = positive @ x.low.astype(float) + negative @ x.high.astype(float)
    high = positive @ x.high.astype(float) + negative @ x.low.astype(float)
    return low.reshape(outputs, taps).T, high.reshape(outputs, taps).T


def _accumulated(
    masks: FloatArray, low: FloatArray, high: FloatArray, bias: Array
) -> tuple[Int64Array, Int64Array]:
    """Ends [T, O] of each tap, summed over the taps of each kind of position."""
    return (
        (masks @ low).min(axis=0).astype(np.int64) + bias,
        (masks @ high).max(axis=0).astype(np.int64) + bias,
    )


def conv_2d(
    x: Interval,
    zero_point: int,
    weights: Array,
    bias: Array,
    masks: FloatArray,
    requantization: Requantization,
) -> Interval:
    """Weights [O, kh, kw, C] over x [C]; `masks` as `tap_masks` gives them."""
    outputs, _, _, inputs = weights.shape
    taps = weights.reshape(outputs, -1, inputs)
    low, high = _products(taps, x.minus(zero_point))
    return requantization.apply(*_accumulated(masks, low, high, bias))


def depthwise_conv_2d(
    x: Interval,
    zero_point: int,
    weights: Array,
    bias: Array,
    masks: FloatArray,
    requantization: Requantization,
) -> Interval:
    """Weights [1, kh, kw, C * m] over x [C]; `masks` as `tap_masks` gives them."""
    outputs = weights.shape[3]
    taps = weights.reshape(-1, outputs).astype(float)
    repeated = (np.repeat(end, outputs // len(end)) for end in x.minus(zero_point))
    ends = [taps * end for end in repeated]
    low, high = np.minimum(*ends), np.maximum(*ends)
    return requantization.apply(*_accumulated(masks, low, high, bias))


def fully_connected(
    x: Interval,
    zero_point: int,
    weights: Array,
    bias: Array,
    requantization: Requantization,
) -> Interval:
    """Weights [O, K] on x [K]."""
    return conv_2d(
        x, zero_point, weights[:, None, None, :], bias, np.ones((1, 1)), requantization
    )


Operand: TypeAlias = tuple[Interval, int, Multiplier]
"""An operand of a sum, its zero point, and what its differences are scaled by."""


def _scaled(operand: Operand, left_shift: int) -> Interval:
    """Differences to the zero point, shifted to the left, then multiplied."""
    x, zero_point, multiplier = operand
    difference = x.minus(zero_point)
    return Interval(*(requantize(end << left_shift, *multiplier) for end in difference))


def add(
    operands: Sequence[Operand], left_shift: int, requantization: Requantization
) -> Interval:
    """The sum of operands; [1] and [C] broadcast.

    Differences to the zero points are shifted to the left by `left_shift` bits before
    they are multiplied.
    """
    first, *others = (_scaled(operand, left_shift) for operand in operands)
    low, high = first
    for other in others:
        low, high = low + other.low, high + other.high
    return requantization.apply(low, high)


def sub(
    lhs: Operand, rhs: Operand, left_shift: int, requantization: Requantization
) -> Interval:
    """The difference of two operands, as `add`."""
    left, right = _scaled(lhs, left_shift), _scaled(rhs, left_shift)
    return requantization.apply(left.low - right.high, left.high - right.low)


def minimum(lhs: Interval, rhs: Interval) -> Interval:
    """The lesser of two stored values; [1] and [C] broadcast."""
    return Interval(*(np.minimum(*ends) for ends in zip(lhs, rhs, strict=True)))


def maximum(lhs: Interval, rhs: Interval) -> Interval:
    """The greater of two stored values; [1] and [C] broadcast."""
    return Interval(*(np.maximum(*ends) for ends in zip(lhs, rhs, strict=True)))


def prelu(
    x: Interval,
    zero_point: int,
    slope: Interval,
    slope_zero_point: int,
    identity: Requantization,
    product: Requantization,
) -> Interval:
    """Values from zero on by `identity`, products of a slope and those below it.

    A side that no value is on says nothing; [1] and [C] broadcast.
    """
    low, high = x.minus(zero_point)
    above = identity.apply(np.maximum(low, 0), np.maximum(high, 0))
    negative = np.minimum(low, -1), np.minimum(high, -1)
    factors = slope.minus(slope_zero_point)
    corners = [end * factor for end in negative for factor in factors]
    below = product.apply(np.min(corners, axis=0), np.max(corners, axis=0))
    both = above.union(below)
    return Interval(
        *(
            np.where(high < 0, less, np.where(low >= 0, more, either))
            for less, more, either in zip(below, above, both, strict=True)
        )
    )


def mul(
    lhs: Interval,
    lhs_zero_point: int,
    rhs: Interval,
    rhs_zero_point: int,
    requantization: Requantization,
) -> Interval:
    """The product of two tensors; [1] and [C] broadcast."""
    corners = [
        left * right
        for left in lhs.minus(lhs_zero_point)
        for right in rhs.minus(rhs_zero_point)
    ]
    return requantization.apply(np.min(corners, axis=0), np.max(corners, axis=0))


def table(x: Interval, values: Array) -> Interval:
    """The entries [256] of the stored values of an interval, from -128 up."""
    entries = values.astype(np.int64)
    parts = [
        entries[low + 128 : high + 129] for low, high in zip(*x, strict=True)
    ]
    return Interval(
        np.array([part.min() for part in parts]),
        np.array([part.max() for part in parts]),
    )


def pool(x: Interval, masks: FloatArray, clamp: Clamp) -> Interval:
    """The mean, rounded to nearest, or the maximum of the taps inside the input.

    Neither leaves the range of its taps. Where a window has none, nothing is known.
    """
    if not masks.any(axis=1).all():
        return anything(len(x.low), clamp)
    return x.clamped(clamp)


def pad(
    x: Interval, zero_point: int, adds_pixels: bool, before: int, after: int
) -> Interval:
    """Pixels that hold the zero point are added, and `before` and `after` channels."""
    border = Interval(*(np.full(len(x.low), zero_point, np.int64),) * 2)
    inner = x.union(border) if adds_pixels else x
    return Interval(
        *(np.pad(e, (before, after), constant_values=zero_point) for e in inner)
    )


def concatenation(parts: Sequence[Interval], along_channels: bool) -> Interval:
    """Channels one after the other, or pixels of all parts in the same channels."""
    if along_channels:
        return Interval(*(np.concatenate(ends) for ends in zip(*parts, strict=True)))
    joined = parts[0]
    for part in parts[1:]:
        joined = joined.union(part)
    return joined


def softmax(channels: int) -> Interval:
    """Anything: the fixed-point sum depends on all channels."""
    return anything(channels)


def mean(
    x: Interval,
    zero_point: int,
    count: int,
    over_channels: bool,
    requantization: Requantization,
) -> Interval:
    """The mean of `count` elements; `over_channels` says that they span the channels.

    `requantization` divides by `count`, as the operator does.
    """
    difference = x.minus(zero_point)
    if over_channels:
        pixels = count // len(x.low)
        low, high = (end.sum(keepdims=True) * pixels for end in difference)
    else:
        low, high = (end * count for end in difference)
    return requantization.apply(low, high)


def reshape(x: Interval, channels: int) -> Interval:
    """The same elements in row-major order, with another number of channels.

    Old and new channel of an element agree modulo the greatest common divisor.
    """
    period = gcd(len(x.low), channels)
    low = x.low.reshape(-1, period).min(axis=0)
    high = x.high.reshape(-1, period).max(axis=0)
    return Interval(*(np.tile(end, channels // period) for end in (low, high)))


def mixed(x: Interval, channels: int) -> Interval:
    """Elements of any channel in each of so many."""
    return Interval(np.full(channels, x.low.min()), np.full(channels, x.high.max()))


class Contributions(NamedTuple):
    """What each input channel adds to each accumulator of a convolution: arrays [O, C].

    `fixed` says where it is one number at every position, whatever the input; `amount`
    is that number, 0 elsewhere.
    """

    fixed: BoolArray
    amount: Int64Array


def contributions(
    x: Interval, zero_point: int, weights: Array, bias: Array, masks: FloatArray
) -> Contributions:
    """Of each channel of x [C] through weights [O, kh, kw, C].

    A constant channel's contribution is fixed where windows that touch padding sum up
    the same, which they do if it holds the zero point; that of any channel, where all
    weights that can read it are zero. Amounts other than zero of an output whose bias
    could leave int32 with them are not fixed.
    """
    outputs, _, _, inputs = weights.shape
    taps = weights.reshape(outputs, -1, inputs).transpose(1, 0, 2)
    fixed = np.logical_not(np.any(taps[masks.any(axis=0)], axis=0))
    amount = np.zeros((outputs, inputs), np.int64)
    known = x.is_constant()
    products = taps[:, :, known] * (x.low[known] - zero_point).astype(float)
    sums = np.tensordot(masks, products, 1).astype(np.int64)
    same = (sums == sums[:1]).all(axis=0)
    fixed[:, known] = same
    amount[:, known] = np.where(same, sums[0], 0)
    total = np.abs(bias.astype(np.int64)) + np.abs(amount).sum(axis=1)
    overflows = (total > INT32_MAX)[:, None] & (amount != 0)
    return Contributions(fixed & ~overflows, np.where(overflows, 0, amount))
