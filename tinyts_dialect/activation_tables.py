"""Functions of one int8 variable as tables, with the arithmetic of TFLite Micro.

A table is int8[256]: its element q + 128 is the stored result for the stored value q.
Scales are float32 numbers; where TFLite Micro divides them in single precision, so does
this file.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tinyts_dialect.attributes import Quant
from tinyts_dialect.inverse_roots import inverse_root
from tinyts_dialect.multipliers import (
    INT32_MAX,
    Int64Array,
    Multiplier,
    divide_by_power_of_two,
    quantize_multiplier,
    requantize,
    round_half_away,
)
from tinyts_dialect.softmax_reference import (
    exp_of_negative,
    reciprocal_of_one_plus,
    twice_reciprocal_of_one_plus,
)

Table = npt.NDArray[np.int8]

STORED = np.arange(-128, 128, dtype=np.int64)
"""Every stored value, in the order of a table."""

INT16_MIN, INT16_MAX = -(2**15), 2**15 - 1
INPUT_INTEGER_BITS = 4
"""Of the argument of logistic and tanh in fixed point."""

ROOT_SHIFT = 20
"""Fraction bits of what RSQRT scales."""

SMALLEST_SCALE = 2.0**-27
"""Of the input of logistic and tanh: below it TFLite Micro shifts by negative bits."""


def saturated(values: Int64Array, least: int = -128) -> Table:
    """Results as int8, clamped from `least` on."""
    return np.clip(values, least, 127).astype(np.int8)


def single_ratio(numerator: float, denominator: float) -> float:
    """A quotient in single precision."""
    return float(np.float32(numerator) / np.float32(denominator))


def requantization_table(input: Quant, output: Quant) -> Table:
    """QUANTIZE of int8 to int8: the same numbers under another quantization."""
    multiplier = quantize_multiplier(input.scale / output.scale)
    scaled = _requantized(STORED - input.zero_point, multiplier)
    return saturated(scaled + output.zero_point)


def relu_table(input: Quant, output: Quant) -> Table:
    """RELU, which also requantizes."""
    multiplier = quantize_multiplier(input.scale / output.scale)
    scaled = _requantized(STORED - input.zero_point, multiplier)
    return saturated(scaled + output.zero_point, least=output.zero_point)


def relu6_table(input: Quant) -> Table:
    """RELU6, which clamps stored values; its output is read as its input is."""
    six = input.zero_point + round_half_away(single_ratio(6.0, input.scale))
    return saturated(np.clip(STORED, input.zero_point, max(six, input.zero_point)))


def leaky_relu_table(input: Quant, output: Quant, alpha: float) -> Table:
    """LEAKY_RELU; a negative alpha turns the sign of a product of its magnitude."""
    slope = input.scale * float(np.float32(alpha)) / output.scale
    identity = quantize_multiplier(input.scale / output.scale)
    x = STORED - input.zero_point
    negative = _requantized(np.minimum(x, 0), quantize_multiplier(abs(slope)))
    negative = -negative if slope < 0 else negative
    scaled = np.where(x >= 0, _requantized(np.maximum(x, 0), identity), negative)
    return saturated(scaled + output.zero_point)


def logistic_table(input: Quant) -> Table:
    """LOGISTIC; its output has scale 1/256 and zero point -128."""
    x, inside, scaled = _in_fixed_point(input)
    positive = reciprocal_of_one_plus(
        exp_of_negative(-np.abs(scaled), INPUT_INTEGER_BITS)
    )
    values = np.where(scaled > 0, positive, INT32_MAX - positive)
    values = np.where(scaled == 0, 1 << 30, values)
    return _with_ends(x, inside, divide_by_power_of_two(values, 31 - 8) - 128)


def tanh_table(input: Quant) -> Table:
    """TANH; its output has scale 1/128 and zero point 0."""
    x, inside, scaled = _in_fixed_point(input)
    # twice the argument: the same bits with one integer bit more
    power = exp_of_negative(-np.abs(scaled), INPUT_INTEGER_BITS + 1)
    twice = twice_reciprocal_of_one_plus(power)
    magnitude = np.clip((twice - (1 << 29)) << 2, -INT32_MAX - 1, INT32_MAX)
    values = np.sign(scaled) * magnitude
    return _with_ends(x, inside, divide_by_power_of_two(values, 31 - 7))


def hard_swish_table(input: Quant, output: Quant) -> Table:
    """HARD_SWISH: x * min(max(x + 3, 0), 6) / 6 in 16-bit fixed point.

    Raises ValueError where the input's scale is not below 128 times the output's.
    """
    fine = np.float32(1 / 128) * np.float32(input.scale)
    to_output = quantize_multiplier(float(fine / np.float32(output.scale)))
    if to_output.shift > 0:
        raise ValueError(
            f"scale {input.scale:g} of the input is 128 times {output.scale:g} of the "
            "output or more, which TensorFlow Lite Micro refuses"
        )
    to_slope = quantize_multiplier(float(fine / np.float32(3 / 32768)))
    x = (STORED - input.zero_point) << 7
    preshift = _high_mul_16(x, _to_16_bits(to_output))
    slope = x
    if to_slope.shift > 0:
        slope = _saturated_16(slope << (to_slope.shift - 1))
    slope = _high_mul_16(slope, _to_16_bits(to_slope))
    if to_slope.shift > 0:
        slope = _saturated_16(slope << 1)
    else:
        slope = _divide_16(slope, -to_slope.shift)
    slope = (slope + (1 << 15)) >> 1
    product = _towards_zero(slope * preshift, 1 << 15)
    scaled = _divide_16(product, -to_output.shift)
    return saturated(scaled + output.zero_point)


def elu_table(input: Quant, output: Quant) -> Table:
    """ELU in single precision: x from 0 on, e^x - 1 below; halves go away from 0."""
    real = np.float32(input.scale) * (STORED - input.zero_point).astype(np.float32)
    power = np.exp(np.minimum(real, 0).astype(np.float64)).astype(np.float32)
    value = np.where(real < 0, power - np.float32(1), real)
    inverse = np.float32(1) / np.float32(output.scale)
    with np.errstate(over="ignore"):
        scaled = np.clip(value * inverse, -(2.0**30), 2.0**30).astype(np.float64)
    rounded = np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int64)
    return saturated(rounded + output.zero_point)


def abs_table(input: Quant, output: Quant) -> Table:
    """ABS, which also requantizes."""
    magnitude = np.abs(STORED - input.zero_point)
    if input.scale != output.scale:
        multiplier = quantize_multiplier(single_ratio(input.scale, output.scale))
        magnitude = _requantized(magnitude, multiplier)
    return saturated(magnitude + output.zero_point)


def rsqrt_table(input: Quant, output: Quant) -> Table:
    """RSQRT: 1 / sqrt(x), in steps of 2**-20 before they are scaled.

    Where x is 0 the result is the greatest. Of negative numbers, which TFLite Micro's
    interpreter refuses at run time, it is that too. Raises ValueError where the
    multiplier shifts out of 32 bits.
    """
    multiplier = quantize_multiplier(1 / (math.sqrt(input.scale) * output.scale))
    shift = multiplier.shift - ROOT_SHIFT
    if not -31 <= shift <= 30 - ROOT_SHIFT:
        raise ValueError(
            f"scales {input.scale:g} of the input and {output.scale:g} of the output "
            "are too small or too large for TensorFlow Lite Micro's RSQRT"
        )
    centered = STORED - input.zero_point
    roots = np.array([_scaled_root(int(x)) for x in np.maximum(centered, 1)])
    values = requantize(roots, multiplier.value, shift) + output.zero_point
    return saturated(np.where(centered > 0, values, 127))


def _scaled_root(x: int) -> int:
    """1 / sqrt(x) in steps of 2**-20."""
    root = inverse_root(x)
    return int(requantize(1, root.value, root.shift + ROOT_SHIFT))


def _requantized(x: Int64Array, multiplier: Multiplier) -> Int64Array:
    return requantize(x, *multiplier)


def _in_fixed_point(
    input: Quant,
) -> tuple[Int64Array, npt.NDArray[np.bool_], Int64Array]:
    """Differences to the zero point, which of them count, and those in Q4.27.

    Raises ValueError where the scale is below SMALLEST_SCALE.
    """
    if input.scale < SMALLEST_SCALE:
        raise ValueError(
            f"scale {input.scale:g} of the input is too small: TensorFlow Lite Micro "
            f"needs at least 2**{math.frexp(SMALLEST_SCALE)[1] - 1}"
        )
    fraction_bits = 31 - INPUT_INTEGER_BITS
    multiplier = quantize_multiplier(input.scale * 2.0**fraction_bits, largest_shift=99)
    largest = ((1 << INPUT_INTEGER_BITS) - 1) << fraction_bits
    radius = largest >> multiplier.shift
    x = STORED - input.zero_point
    inside = (x > -radius) & (x < radius)
    shift = min(multiplier.shift, 31)
    scaled = requantize(np.where(inside, x, 0), multiplier.value, shift)
    return x, inside, scaled


def _with_ends(
    x: Int64Array, inside: npt.NDArray[np.bool_], values: Int64Array
) -> Table:
    """Where the argument is out of range the least and the greatest int8.

    A range that holds nothing has the zero point at its lower end.
    """
    return saturated(np.where(inside, values, np.where(x <= 0, -128, 127)))


def _to_16_bits(multiplier: Multiplier) -> int:
    """A multiplier of 32 bits rounded to 16, saturated."""
    if multiplier.value >= INT32_MAX - (1 << 15):
        return INT16_MAX
    return (multiplier.value + (1 << 15)) >> 16


def _saturated_16(x: Int64Array) -> Int64Array:
    return np.clip(x, INT16_MIN, INT16_MAX)


def _high_mul_16(x: Int64Array, multiplier: int) -> Int64Array:
    """2 * x * multiplier / 2**16, rounded to nearest with halves up."""
    return (x * multiplier + (1 << 14)) >> 15


def _divide_16(x: Int64Array, exponent: int) -> Int64Array:
    """x / 2**exponent as gemmlowp divides int16: beyond 15 bits its mask is all ones.

    Then what remains is compared with -1, which rounds every positive x up.
    """
    if exponent <= 15:
        return divide_by_power_of_two(x, exponent)
    return (x >> exponent) + (x > (x < 0) - 1)


def _towards_zero(x: Int64Array, divisor: int) -> Int64Array:
    return np.sign(x) * (np.abs(x) // divisor)
