"""1 / sqrt(x) of an integer in fixed point, as TFLite computes it."""

from __future__ import annotations

from tinyts_dialect.multipliers import INT32_MAX, Multiplier

HALF_ROOT_OF_TWO = 1518500250  # Q0.31
ONE = 1 << 28  # Q3.28
THREE_HALVES = ONE + ONE // 2  # Q3.28
ITERATIONS = 5


def _mul(a: int, b: int) -> int:
    return (a * b + (1 << 30)) >> 31


def _half(x: int) -> int:
    """x / 2, halves away from zero."""
    return (x >> 1) + ((x & 1) > (x < 0))


def inverse_root(x: int) -> Multiplier:
    """1 / sqrt(x) for 0 <= x < 2**31; 0 counts as 1.

    Newton's iteration on x scaled into 2**27..2**29 - 1 by a power of four.
    """
    if x <= 1:
        return Multiplier(INT32_MAX, 0)
    shift = 11
    while x >= 1 << 29:
        x //= 4
        shift += 1
    pairs = (31 - x.bit_length()) // 2 - 1
    shift -= pairs
    x = (x << 2 * pairs) >> 1  # Q3.28
    half = _half(x)
    root = ONE
    for _ in range(ITERATIONS):
        cube = _mul(_mul(root, root), root) << 6  # Q9.22 to Q3.28
        root = (_mul(THREE_HALVES, root) - _mul(half, cube)) << 3  # Q6.25 to Q3.28
    value = _mul(root, HALF_ROOT_OF_TWO)
    if shift < 0:
        value, shift = value << -shift, 0
    return Multiplier(value, -shift)
