"""Sigmoid and tanh of int16 by one table, as TFLite Micro has them in an LSTM.

The table holds sigmoid(i / 24) in Q0.16; values between are interpolated, tanh(x) is
2 * sigmoid(2 * x) - 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]

ROUNDED_UP = 0x800000000000000000000000000000800011009020440005C0467BAEFA7BD110
"""Bit i is set where TFLite Micro's table is one above the nearest integer."""

SIGMOID_TABLE: Int64Array = np.rint(65536 / (1 + np.exp(-np.arange(256) / 24))).astype(
    np.int64
) + np.array([ROUNDED_UP >> i & 1 for i in range(256)])


def sigmoid(x: Int64Array) -> Int64Array:
    """Of Q3.12, in Q0.15."""
    scaled = x * 3
    magnitude = np.abs(scaled)
    high = magnitude >> 9
    index = np.minimum(high, 254)
    low, above = SIGMOID_TABLE[index], SIGMOID_TABLE[index + 1]
    between = (low << 9) + (magnitude & 0x1FF) * (above - low)
    result = np.where(high >= 255, 0x7FFF << 10, between)
    turned = (1 << 25) - result + (1 << 9) - 1
    return np.where(scaled >= 0, result + (1 << 9), turned) >> 10


def tanh(x: Int64Array, left_shift: int) -> Int64Array:
    """Of x * 2**(left_shift - 12), in Q0.15; a negative shift rounds."""
    if left_shift >= 0:
        scaled = x * (3 << left_shift)
    else:
        scaled = (x * 3 + (1 << (-left_shift - 1))) >> -left_shift
    magnitude = np.abs(scaled)
    high = magnitude >> 8
    index = np.minimum(high, 254)
    low, above = SIGMOID_TABLE[index], SIGMOID_TABLE[index + 1]
    between = (low << 8) + (magnitude & 0xFF) * (above - low)
    result = np.where(high >= 255, 0xFFFF << 8, between)
    above_zero = result - (1 << 23) + (1 << 7)
    below_zero = -result + (1 << 23) + (1 << 7) - 1
    return np.where(scaled >= 0, above_zero, below_zero) >> 8
