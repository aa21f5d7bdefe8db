"""Requantizations of the panels of `runtime_c/include/tinyts_panel.h`.

Everything here is exact or refused: channels get a form only where it gives TFLite
Micro's result for every input, which bounds on the sums prove.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tinyts_dialect.multipliers import INT32_MAX, requantize

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Linear:
    """Sums of products and their requantization, one output channel a row."""

    weights: IntArray
    """[channels, values that a window has]."""
    bias: IntArray
    multipliers: IntArray
    shifts: IntArray
    """As TFLite's: positive to the left."""
    input_zero: int
    output_zero: int
    low: int
    """Clamp of the output."""
    high: int

    def ends(self) -> tuple[IntArray, IntArray]:
        """The least and the largest sum of each channel, bias included."""
        zero = self.input_zero
        above, below = self.weights * (127 - zero), self.weights * (-128 - zero)
        least = np.minimum(above, below).sum(1) + self.bias
        return least, np.maximum(above, below).sum(1) + self.bias

    def bound(self) -> IntArray:
        """The largest magnitude of each channel's sum, bias included."""
        least, most = self.ends()
        return np.maximum(np.abs(least), np.abs(most))

    def outputs(self, sums: IntArray) -> IntArray:
        """TFLite Micro's outputs for a sum of each channel, bias included."""
        scaled = requantize(sums, self.multipliers, self.shifts) + self.output_zero
        return np.clip(scaled, self.low, self.high)


@dataclass(frozen=True)
class Channels:
    """Channels in a form of requantization, ready to be packed."""

    form: str
    weights: IntArray
    bias: IntArray
    multipliers: IntArray
    constants: IntArray
    shifts: IntArray
    """Of each channel; in the form `relu` all are equal."""


CONSTANT_SHIFT = 8
"""Of a channel that is constant; one that the form relu knows how to share."""


def as_positive(linear: Linear) -> Linear | None:
    """The same with multipliers in 2^30..2^31-1 and shifts to the right, 30 at most.

    A negative multiplier negates weights and bias. A channel whose output is one value
    whatever the input gets weights of zero and the bias of that value. None where that
    is not possible.
    """
    zero = linear.multipliers == 0  # whatever such a channel sums, even too much
    linear = replace(
        linear,
        weights=np.where(zero[:, None], 0, linear.weights),
        bias=np.where(zero, 0, linear.bias),
    )
    negative = linear.multipliers < 0
    sign = np.where(negative, -1, 1)
    weights, bias = linear.weights * sign[:, None], linear.bias * sign
    multipliers, shifts = np.abs(linear.multipliers), -linear.shifts
    if (linear.bound() << np.maximum(linear.shifts, 0) > INT32_MAX).any():
        return None
    first, last = (linear.outputs(end) for end in linear.ends())
    constant = first == last  # outputs never turn back while sums grow
    weights = np.where(constant[:, None], 0, weights)
    value = (first - linear.output_zero) << (CONSTANT_SHIFT + 1)
    bias = np.where(constant, value, bias)
    multipliers = np.where(constant, 1 << 30, multipliers)
    shifts = np.where(constant, CONSTANT_SHIFT, shifts)
    if (shifts > 30).any() or (multipliers < 1 << 30).any():
        return None
    return replace(
        linear, weights=weights, bias=bias, multipliers=multipliers, shifts=shifts
    )


def _power(exponents: IntArray) -> IntArray:
    return np.int64(1) << np.clip(exponents, 0, 62)


def _any(linear: Linear, bits: int) -> Channels | None:
    """The form `any` of what `as_positive` returns; None where 32 bits are too few.

    Nor is there one for shifts of less than 1, which TFLite Micro rounds once only.
    """
    if (linear.shifts < 1).any():
        return None
    highest = linear.bound()
    constants = _power(linear.shifts - 1) + linear.output_zero * _power(linear.shifts)
    factor = 2 if bits == 16 else 1
    if bits == 8 and (np.abs(linear.weights) > 127).any():
        return None
    if (2 * highest > INT32_MAX).any() or (
        highest + np.abs(constants) + 2 > INT32_MAX
    ).any():
        return None
    folded = _folded(linear)
    return Channels(
        "any",
        linear.weights * factor,
        folded * factor,
        linear.multipliers,
        constants,
        linear.shifts,
    )


SHIFTS = (8, 10, 12, 14, 16)
"""Common shifts that are tried first: there is code for each that a model needs."""


def _relu(linear: Linear) -> Channels | None:
    """The form `relu`: one shift, where negative results end at the zero point."""
    if linear.low < linear.output_zero:
        return None
    least = max(int(linear.shifts.max()), 0) + 1
    for common in (*(shift for shift in SHIFTS if shift >= least), least):
        found = _relu_by(linear, common)
        if found is not None:
            return found
    return None


def _relu_by(linear: Linear, common: int) -> Channels | None:
    """The form `relu` with a shift; None where 16 or 32 bits are too few."""
    factors = _power(1 + common - linear.shifts)
    weights = linear.weights * factors[:, None]
    # Half of what is cut off, twice where both shifts round.
    halves = _power(common - np.maximum(linear.shifts, 0) - 1)
    halves += np.where(linear.shifts < 1, 0, 1 << (common - 1))
    constants = halves + (linear.output_zero << common)
    highest = linear.bound() * factors
    after = linear.bound() * _power(common - linear.shifts + 1) >> 1
    if (
        (np.abs(weights) > 32767).any()
        or (highest > INT32_MAX).any()
        or (after + np.abs(constants) + 2 > INT32_MAX).any()
    ):
        return None
    folded = _folded(linear) * factors
    return Channels(
        "relu",
        weights,
        folded,
        linear.multipliers,
        constants,
        np.full_like(linear.shifts, common),
    )


PAIR_LIMIT = (1 << 23) - (1 << 16)
"""Sums of the second of two channels that share a register must be below."""


def requantized(linear: Linear, bits: int) -> Channels | None:
    """The cheapest exact form with weights of 16 or 8 bits; None if there is none."""
    positive = as_positive(linear)
    if positive is None or (bits == 8 and (positive.bound() >= PAIR_LIMIT).any()):
        return None
    return _cheapest(positive, bits)


def requantized_in_parts(
    linear: Linear, parts: Iterable[IntArray], *, bias_first: bool
) -> Channels | None:
    """The cheapest form with 8 bits where sums begin anew with each part of a window.

    A part is the indices of its values, NO_WEIGHT for none. Its sums are of input that
    has no offset yet; with `bias_first` the first holds the bias as well. None where
    they do not fit beside those of another channel.
    """
    positive = as_positive(linear)
    if positive is None:
        return None
    folded = _folded(positive)
    besides = np.abs(folded) if bias_first else 0 * folded
    for part in parts:
        if (_magnitude(positive, part) + besides >= PAIR_LIMIT).any():
            return None
        besides = 0 * folded
    return _cheapest(positive, 8)


def sums_in_parts(linear: Linear, parts: Iterable[IntArray]) -> Channels | None:
    """The form sum with 8 bits: products alone; None where those of a part do not fit.

    The bias holds the input's zero point.
    """
    if (np.abs(linear.weights) > 127).any() or any(
        (_magnitude(linear, part) >= PAIR_LIMIT).any() for part in parts
    ):
        return None
    folded = _folded(linear)
    if (np.abs(folded) > INT32_MAX).any():
        return None
    none = 0 * folded
    return Channels("sum", linear.weights, folded, none, none, none)


def _folded(linear: Linear) -> IntArray:
    """The biases with the input's zero point in them."""
    return linear.bias - linear.input_zero * linear.weights.sum(1)


def _magnitude(linear: Linear, part: IntArray) -> IntArray:
    """The largest magnitude of each channel's products of a part of a window."""
    known = np.pad(128 * np.abs(linear.weights), ((0, 0), (0, 1)))
    return known[:, part.ravel()].sum(1)


def _cheapest(positive: Linear, bits: int) -> Channels | None:
    plain = (positive.low, positive.high) == (-128, 127)
    if bits == 16 and plain and (found := _relu(positive)) is not None:
        return found
    found = _any(positive, bits)
    if found is None:
        return None
    if not plain:
        return replace(found, form="clamp")
    if bits == 8 and positive.low >= positive.output_zero:
        return replace(found, form="relu")
    return found
