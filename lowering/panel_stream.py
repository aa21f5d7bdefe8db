"""Packs convolutions into the streams of `runtime_c/include/tinyts_panel.h`.

Everything here is exact or refused: a stream is made only where its requantization
gives TFLite Micro's result for every input, which bounds on the sums prove.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lowering.instances import instance
from tinyts_dialect.multipliers import INT32_MAX

IntArray = npt.NDArray[np.int64]

NO_WEIGHT = -1
"""A place of a word whose value has no weight."""


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

    def bound(self) -> IntArray:
        """The largest magnitude of each channel's sum, bias included."""
        weights = self.weights
        zero = self.input_zero
        ups = np.maximum(weights * (127 - zero), weights * (-128 - zero)).sum(1)
        downs = np.minimum(weights * (127 - zero), weights * (-128 - zero)).sum(1)
        return np.maximum(np.abs(ups + self.bias), np.abs(downs + self.bias))


@dataclass(frozen=True)
class Channels:
    """Channels in the form `relu` or `any`, ready to be packed."""

    form: str
    weights: IntArray
    bias: IntArray
    multipliers: IntArray
    constants: IntArray
    shifts: IntArray
    """Of each channel; in the form `relu` all are equal."""


def as_positive(linear: Linear) -> Linear | None:
    """The same with multipliers in 2^30..2^31-1 and right shifts of 1 and more.

    A negative multiplier negates weights and bias. Channels whose output is the zero
    point whatever the input get weights of zero. None where that is not possible.
    """
    negative = linear.multipliers < 0
    sign = np.where(negative, -1, 1)
    weights, bias = linear.weights * sign[:, None], linear.bias * sign
    multipliers, shifts = np.abs(linear.multipliers), -linear.shifts
    highest = np.abs(linear.bound()) * multipliers >> 31
    dead = (multipliers == 0) | ((shifts >= 1) & (highest + 1 < _power(shifts - 1)))
    weights = np.where(dead[:, None], 0, weights)
    bias = np.where(dead, 0, bias)
    multipliers = np.where(dead, 1 << 30, multipliers)
    shifts = np.where(dead, 8, shifts)
    if (shifts < 1).any() or (shifts > 30).any() or (multipliers < 1 << 30).any():
        return None
    return Linear(
        weights,
        bias,
        multipliers,
        shifts,
        linear.input_zero,
        linear.output_zero,
        linear.low,
        linear.high,
    )


def _power(exponents: IntArray) -> IntArray:
    return np.int64(1) << np.clip(exponents, 0, 62)


def _any(linear: Linear, bits: int) -> Channels | None:
    """The form `any` of what `as_positive` returns; None where 32 bits are too few."""
    highest = linear.bound()
    constants = _power(linear.shifts - 1) + linear.output_zero * _power(linear.shifts)
    factor = 2 if bits == 16 else 1
    if bits == 8 and (np.abs(linear.weights) > 127).any():
        return None
    if (2 * highest > INT32_MAX).any() or (
        highest + np.abs(constants) + 2 > INT32_MAX
    ).any():
        return None
    folded = linear.bias - linear.input_zero * linear.weights.sum(1)
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
    least = int(linear.shifts.max()) + 1
    for common in (*(shift for shift in SHIFTS if shift >= least), least):
        found = _relu_by(linear, common)
        if found is not None:
            return found
    return None


def _relu_by(linear: Linear, common: int) -> Channels | None:
    """The form `relu` with a shift; None where 16 or 32 bits are too few."""
    factors = _power(1 + common - linear.shifts)
    weights = linear.weights * factors[:, None]
    constants = (
        _power(common - linear.shifts - 1)
        + (1 << (common - 1))
        + (linear.output_zero << common)
    )
    highest = linear.bound() * factors
    after = linear.bound() * _power(common - linear.shifts + 1) >> 1
    if (
        (np.abs(weights) > 32767).any()
        or (highest > INT32_MAX).any()
        or (after + np.abs(constants) + 2 > INT32_MAX).any()
    ):
        return None
    folded = (linear.bias - linear.input_zero * linear.weights.sum(1)) * factors
    return Channels(
        "relu",
        weights,
        folded,
        linear.multipliers,
        constants,
        np.full_like(linear.shifts, common),
    )


def panel_name(shape: str, bits: int, packed: Channels) -> str:
    """The function that eats a stream, without `tinyts_`."""
    if bits == 16 and packed.form == "relu":
        return instance(f"panel_{shape}_relu", int(packed.shifts[0]))
    return f"panel_{shape}_w{bits}_{packed.form}"


PAIR_LIMIT = (1 << 23) - (1 << 16)
"""Sums of the second of two channels that share a register must be below."""


def requantized(linear: Linear, bits: int) -> Channels | None:
    """The cheapest exact form with weights of 16 or 8 bits; None if there is none."""
    positive = as_positive(linear)
    if positive is None or (bits == 8 and (positive.bound() >= PAIR_LIMIT).any()):
        return None
    return _cheapest(positive, bits)


def requantized_in_parts(linear: Linear, words: IntArray) -> Channels | None:
    """The form relu with 8 bits where windows are eaten in two parts.

    For `tinyts_panel_2x4_w8s_relu`: each part's sums, taken from input that has no
    offset yet, fit beside those of another channel.
    """
    positive = as_positive(linear)
    if positive is None:
        return None
    magnitude = np.append(128 * np.abs(positive.weights), 0 * positive.bias[:, None], 1)
    second = len(words) // 2 // 4 * 4
    folded = positive.bias - positive.input_zero * positive.weights.sum(1)
    first = np.abs(folded) + magnitude[:, words[: len(words) - second]].sum((1, 2))
    last = magnitude[:, words[len(words) - second :]].sum((1, 2))
    if (np.maximum(first, last) >= PAIR_LIMIT).any():
        return None
    found = _cheapest(positive, 8)
    return found if found is not None and found.form == "relu" else None


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


def words_of_runs(count: int, length: int) -> IntArray:
    """[words, 4] indices of the values of `count` runs of `length` values each.

    Only a single run may have a length that is no multiple of 4: its last word is that
    of its last four values, of which only those count that are new.
    """
    if length % 4 == 0:
        return np.arange(count * length).reshape(-1, 4)
    if count > 1 or length < 4:
        raise ValueError(f"{count} runs of {length} values do not fill words")
    whole = np.arange(length // 4 * 4).reshape(-1, 4)
    last = np.arange(length - 4, length)
    return np.vstack([whole, np.where(last < whole.size, NO_WEIGHT, last)])


def words_of_gathered(rows: int, length: int) -> IntArray:
    """The same for rows of any length: whole words of each, then what is left over."""
    places = np.arange(rows * length).reshape(rows, length)
    whole = places[:, : length // 4 * 4].ravel()
    left_over = places[:, length // 4 * 4 :].ravel()
    padding = np.full(-len(left_over) % 4, NO_WEIGHT)
    return np.concatenate([whole, left_over, padding]).reshape(-1, 4)


def stream(
    channels: Channels, words: IntArray, bits: int, group: int, cuts: Sequence[int]
) -> npt.NDArray[np.int32]:
    """The stream of some channels, by groups that begin anew at every cut.

    `cuts` ascend from 0 to the number of channels.
    """
    order = _order(cuts, group)
    bias, multipliers, constants, shifts = (
        np.append(array, 0)[order]
        for array in (
            channels.bias,
            channels.multipliers,
            channels.constants,
            channels.shifts,
        )
    )
    weights = _weights(channels, words, order)
    if bits == 8:  # two channels in one number of 16 bits
        bias[:, 1::2] = 256 * bias[:, 1::2] + bias[:, 0::2]
        weights = weights[..., 0::2] + 256 * weights[..., 1::2]
    low, high = weights[:, :, :, 0] & 0xFFFF, weights[:, :, :, 1] & 0xFFFF
    groups = len(order)
    parts = [
        bias,
        (low | high << 16).reshape(groups, -1),
        np.stack([multipliers, constants], 2).reshape(groups, -1),
    ]
    if bits == 8 or channels.form != "relu":
        parts.append(shifts)
    return _int32(np.concatenate(parts, 1).ravel())


def _order(cuts: Sequence[int], group: int) -> IntArray:
    """[groups, group] channels, NO_WEIGHT where a group has fewer."""
    starts = [
        (start, stop)
        for first, stop in zip(cuts, cuts[1:], strict=False)
        for start in range(first, stop, group)
    ]
    first, stop = np.array(starts, np.int64).T[..., np.newaxis]
    order = first + np.arange(group)
    return np.where(order < stop, order, NO_WEIGHT)


def _weights(channels: Channels, words: IntArray, order: IntArray) -> IntArray:
    """[groups, words, pairs (0, 2) and (1, 3), their two values, group]."""
    known = np.pad(channels.weights.astype(np.int32), ((0, 1), (0, 1)))
    taps = known[:, words][..., [0, 2, 1, 3]]  # NO_WEIGHT is the last, a zero
    taps = taps.reshape(len(known), len(words), 2, 2)
    return np.moveaxis(taps[order], 1, -1)


def group_words(words: int, bits: int, form: str, group: int) -> int:
    """Words of the stream of one group whose windows have so many words."""
    scales = 2 if bits == 16 and form == "relu" else 3
    return group + words * 2 * group * bits // 16 + group * scales


def _int32(values: IntArray) -> npt.NDArray[np.int32]:
    return (values & 0xFFFFFFFF).astype(np.uint32).view(np.int32)
