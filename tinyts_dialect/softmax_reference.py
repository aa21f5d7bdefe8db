"""Softmax in fixed point: the arithmetic of TFLite's int8 kernel, in NumPy.

Numbers are int32 with some integer bits; Q0.31 stands for [-1, 1). The polynomial and
its constants are those of gemmlowp's `exp_on_negative_values` and of its Newton
iteration for 1 / (1 + x).
"""

from __future__ import annotations

import numpy as np

from tinyts_dialect.multipliers import (
    INT32_MAX,
    INT32_MIN,
    Int64Array,
    divide_by_power_of_two,
    doubling_high_mul,
)

DIFF_INTEGER_BITS = 5
SUM_INTEGER_BITS = 12

EXP_OF_MINUS_EIGHTH = 1895147668
ONE_THIRD = 715827883
EXP_FACTORS = (  # exp(-2**exponent) in Q0.31
    (-2, 1672461947),
    (-1, 1302514674),
    (0, 790015084),
    (1, 290630308),
    (2, 39332535),
    (3, 720401),
    (4, 242),
)
CONSTANT_48_OVER_17 = 1515870810  # Q2.29
CONSTANT_MINUS_32_OVER_17 = -1010580540  # Q2.29


def _saturate(x: Int64Array) -> Int64Array:
    return np.clip(x, INT32_MIN, INT32_MAX)


def _mul(a: Int64Array, b: Int64Array | int) -> Int64Array:
    return _saturate(doubling_high_mul(a, b))


def exp_of_negative(
    a: Int64Array, integer_bits: int = DIFF_INTEGER_BITS
) -> Int64Array:
    """exp(a) in Q0.31 for a <= 0 in Q5.26, or with other integer bits, at most 5."""
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    reduced = (a & (quarter - 1)) - quarter
    result = _exp_near_zero(_saturate(reduced << integer_bits))
    remainder = reduced - a
    for exponent, factor in EXP_FACTORS[: 2 + integer_bits]:
        bit = 1 << (fraction_bits + exponent)
        result = np.where(remainder & bit, _mul(result, factor), result)
    return np.where(a == 0, INT32_MAX, result)


def _exp_near_zero(a: Int64Array) -> Int64Array:
    """exp(a) in Q0.31 for a in [-1/4, 0): a Taylor polynomial around -1/8."""
    x = a + (1 << 28)
    x2 = _mul(x, x)
    x3 = _mul(x2, x)
    x4 = _mul(x2, x2)
    cubic = divide_by_power_of_two(x4, 2) + x3
    higher = divide_by_power_of_two(_mul(cubic, ONE_THIRD) + x2, 1)
    return _saturate(
        EXP_OF_MINUS_EIGHTH + _mul(x + higher, EXP_OF_MINUS_EIGHTH)
    )


def reciprocal_of_one_plus(x: Int64Array) -> Int64Array:
    """1 / (1 + x) in Q0.31 for x in [0, 1) in Q0.31."""
    return _saturate(twice_reciprocal_of_one_plus(x) << 1)


def twice_reciprocal_of_one_plus(x: Int64Array) -> Int64Array:
    """2 / (1 + x) in Q2.29 for x in [0, 1) in Q0.31."""
    half_denominator = (x + INT32_MAX + 1) >> 1
    y = CONSTANT_48_OVER_17 + _mul(half_denominator, CONSTANT_MINUS_32_OVER_17)
    for _ in range(3):
        error = (1 << 29) - _mul(half_denominator, y)
        y = y + _saturate(_mul(y, error) << 2)
    return y


def softmax_rows(
    x: Int64Array, multiplier: int, shift: int, diff_min: int, bits: int = 8
) -> Int64Array:
    """Softmax of each row of [rows, depth], as stored values of 8 or 16 bits."""
    least, most = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    diffs = x - x.max(axis=1, keepdims=True)
    counts = diffs >= diff_min
    scaled = doubling_high_mul(np.where(counts, diffs, 0) << shift, multiplier)
    exps = exp_of_negative(scaled)
    terms = divide_by_power_of_two(exps, SUM_INTEGER_BITS)
    sums = np.where(counts, terms, 0).sum(axis=1)
    headroom = np.array([32 - int(total).bit_length() for total in sums], np.int64)
    fractions = (sums << headroom) - (1 << 31)
    scales = reciprocal_of_one_plus(fractions)[:, None]
    bits_over_unit = (SUM_INTEGER_BITS - headroom)[:, None]
    products = _mul(scales, exps)
    stored = divide_by_power_of_two(products, bits_over_unit + 31 - bits) + least
    return np.where(counts, np.clip(stored, least, most), least)
