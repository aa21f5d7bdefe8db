"""Fixed-point requantization, as TensorFlow Lite Micro does it.

A real multiplier is stored as a Q0.31 integer and a power of two. Products are rounded
twice: to nearest with halves up when the high 32 bits are taken, to nearest with halves
away from zero when they are shifted right.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

INT32_MAX = 2**31 - 1
INT32_MIN = -(2**31)

Int64Array = npt.NDArray[np.int64]


class Multiplier(NamedTuple):
    """Multiplies by value * 2**(shift - 31); a positive shift is to the left."""

    value: int
    shift: int


def round_half_away(value: float) -> int:
    """The nearest integer, halves away from zero (C's `round`)."""
    fraction, whole = math.modf(abs(value))
    rounded = int(whole) + (fraction >= 0.5)
    return rounded if value >= 0 else -rounded


def quantize_multiplier(real: float, largest_shift: int = 30) -> Multiplier:
    """The fixed-point form of a real multiplier (TFLite's QuantizeMultiplier).

    Weight scales, and so multipliers, may be negative: converters do produce them.
    Raises ValueError where it is not finite or shifts out of 32 bits.
    """
    if not math.isfinite(real):
        raise ValueError(f"multiplier {real} is not a finite number")
    if real == 0:
        return Multiplier(0, 0)
    mantissa, exponent = math.frexp(real)
    value = round_half_away(mantissa * 2**31)
    if value == 2**31:
        value //= 2
        exponent += 1
    if exponent < -31:
        return Multiplier(0, 0)
    if exponent > largest_shift:
        raise ValueError(
            f"multiplier {real} is too large (the limit is 2**{largest_shift})"
        )
    return Multiplier(value, exponent)


def doubling_high_mul(x: Int64Array, multiplier: npt.ArrayLike) -> Int64Array:
    """(2 * x * multiplier) >> 32, rounded to nearest with halves up.

    The nudge for negative products truncates towards zero, which is the same.
    """
    product = x * np.asarray(multiplier, np.int64)
    return (product + (1 << 30)) >> 31


def divide_by_power_of_two(x: Int64Array, exponent: npt.ArrayLike) -> Int64Array:
    """x / 2**exponent, rounded to nearest with halves away from zero."""
    exponents = np.asarray(exponent, np.int64)
    mask = (np.int64(1) << exponents) - 1
    threshold = (mask >> 1) + (x < 0)
    return (x >> exponents) + ((x & mask) > threshold)


def requantize(
    x: npt.ArrayLike, multiplier: npt.ArrayLike, shift: npt.ArrayLike
) -> Int64Array:
    """x * multiplier * 2**(shift - 31), rounded twice; the arguments broadcast."""
    shifts = np.asarray(shift, np.int64)
    left = np.asarray(x, np.int64) << np.maximum(shifts, 0)
    return divide_by_power_of_two(
        doubling_high_mul(left, multiplier), np.maximum(-shifts, 0)
    )
