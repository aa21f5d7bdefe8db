"""The natural logarithm in fixed point, with the constants that TFLite uses.

x is r * 2^n twice, with r around 1 and around the root of 1/2; the one of the two whose
r is nearer to the fourth root of 1/2 counts, and log r is a quotient of polynomials.
"""

from __future__ import annotations

import numpy as np

from tinyts_dialect.multipliers import (
    INT32_MAX,
    Int64Array,
    divide_by_power_of_two,
    doubling_high_mul,
)
from tinyts_dialect.softmax_reference import reciprocal_of_one_plus

LOG_2 = 1488522236  # Q0.31, as all that follow
ROOT_OF_HALF = 1518500250
FOURTH_ROOT_OF_HALF = 1805811301
ALPHA_N = 117049297  # 11/240 * 2^(1/4)
ALPHA_D = 127690142  # 1/20 * 2^(1/4)
ALPHA_I = 1057819769  # 2^(3/4) - 2^(1/4), halved
ALPHA_F = 638450708  # 1/4 * 2^(1/4)

ACCUMULATOR_BITS = 6
QUARTER = 1 << (31 - ACCUMULATOR_BITS - 2)
"""1/4 in Q6.25."""


def logarithm(x: Int64Array, integer_bits: int) -> Int64Array:
    """log x in Q5.26 for x >= 1 with that many integer bits, at most 12."""
    zeros_a = 32 - _bits(x)
    half = doubling_high_mul(x << (zeros_a - 1), ROOT_OF_HALF)
    r_a = np.minimum(half << 1, INT32_MAX)
    power_a = _whole(integer_bits - zeros_a) + QUARTER
    zeros_b = 31 - _bits(doubling_high_mul(x, ROOT_OF_HALF))
    r_b = np.minimum(x << zeros_b, INT32_MAX)
    power_b = _whole(integer_bits - zeros_b) - QUARTER
    r, power = np.minimum(r_a, r_b), np.maximum(power_a, power_b)
    p = (r + FOURTH_ROOT_OF_HALF + 1) >> 1
    q = 2 * (r - FOURTH_ROOT_OF_HALF)
    square = doubling_high_mul(q, q)
    cube = doubling_high_mul(q, square)
    numerator = doubling_high_mul(q, r) + doubling_high_mul(cube, ALPHA_N)
    inner = ALPHA_I + q + doubling_high_mul(square, ALPHA_D)
    denominator = doubling_high_mul(inner, p) + doubling_high_mul(q, ALPHA_F)
    quotient = doubling_high_mul(
        divide_by_power_of_two(numerator, ACCUMULATOR_BITS),
        reciprocal_of_one_plus(denominator),
    )
    return (doubling_high_mul(power, LOG_2) + quotient) << 1


def _whole(x: Int64Array) -> Int64Array:
    """Integers in Q6.25."""
    return x << (31 - ACCUMULATOR_BITS)


def _bits(x: Int64Array) -> Int64Array:
    """How many bits positive numbers have."""
    return np.frexp(x.astype(np.float64))[1].astype(np.int64)
