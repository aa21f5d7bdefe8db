"""ADD as one pair of multiply-adds: integers that give TFLite's result for all inputs.

TFLite scales both inputs, adds, and scales the sum, with a rounding after each step.
For almost every layer there are integers with

    result(a, b) = clamp((a * first + b * second + offset) >> shift)

for all 65,536 pairs of int8 values. They are found by trying slopes near the real
ones: for given slopes each pair bounds the offset from one side or from both, and any
offset within all bounds is a proof by exhaustion.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tinyts_dialect.multipliers import INT32_MAX, Multiplier, requantize

INT8 = np.arange(-128, 128, dtype=np.int64)
SHIFTS = (23, 22, 21, 20)
"""In the order in which they are tried; the kernel knows exactly these."""
RADII = (4, 32)
"""How far from the real slopes to search, first near, then far."""

UNBOUNDED = np.int64(1) << 60


class Addition(NamedTuple):
    """TFLite's integers of an ADD of int8 tensors."""

    first_offset: int
    first: Multiplier
    second_offset: int
    second: Multiplier
    left_shift: int
    output_offset: int
    output: Multiplier
    low: int
    """The activation's range: results are within low..high."""
    high: int

    def results(self) -> npt.NDArray[np.int64]:
        """The result of every pair, [256, 256]: element [a + 128, b + 128]."""
        first = requantize((INT8 + self.first_offset) << self.left_shift, *self.first)
        second = requantize(
            (INT8 + self.second_offset) << self.left_shift, *self.second
        )
        total = first[:, None] + second[None, :]
        scaled = requantize(total, *self.output) + self.output_offset
        return np.clip(scaled, self.low, self.high)


class LinearAdd(NamedTuple):
    """result = clamp((a * first + b * second + offset) >> shift), within int32."""

    first: int
    second: int
    offset: int
    shift: int

    def results(self, low: int, high: int) -> npt.NDArray[np.int64]:
        """As `Addition.results`."""
        total = INT8[:, None] * self.first + INT8[None, :] * self.second + self.offset
        return np.clip(total >> self.shift, low, high)


@lru_cache(maxsize=256)
def linear_add(addition: Addition) -> LinearAdd | None:
    """Integers that compute an addition exactly; None where none were found."""
    wanted = addition.results()
    for shift in SHIFTS:
        bounds = _bounds(addition, wanted, shift)
        centres = _slopes(addition, shift)
        for radius in RADII:
            found = _search(*bounds, centres, radius, shift)
            if found is not None:
                return found
    return None


def _slopes(addition: Addition, shift: int) -> tuple[int, int]:
    """What one step of each input adds to the sum."""
    output = addition.output.value * 2.0 ** (addition.output.shift - 31)
    common = output * 2.0 ** (addition.left_shift + shift)
    first, second = (
        round(m.value * 2.0 ** (m.shift - 31) * common)
        for m in (addition.first, addition.second)
    )
    return first, second


def _bounds(
    addition: Addition, wanted: npt.NDArray[np.int64], shift: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The least and the largest sum that gives each pair its result."""
    least = np.where(wanted > addition.low, wanted << shift, -UNBOUNDED)
    most = np.where(
        wanted < addition.high, ((wanted + 1) << shift) - 1, UNBOUNDED
    )
    return least, most


def _search(
    least: npt.NDArray[np.int64],
    most: npt.NDArray[np.int64],
    centres: tuple[int, int],
    radius: int,
    shift: int,
) -> LinearAdd | None:
    """The slopes nearest to the real ones for which there is an offset."""
    steps = np.arange(-radius, radius + 1)
    seconds = centres[1] + steps
    columns = INT8[:, None] * seconds[None, :]
    best: tuple[int, LinearAdd] | None = None
    for step in steps.tolist():
        first = centres[0] + step
        row = INT8[:, None] * first
        low = ((least - row).max(axis=0)[:, None] - columns).max(axis=0)
        high = ((most - row).min(axis=0)[:, None] - columns).min(axis=0)
        for index in np.flatnonzero(low <= high).tolist():
            offset = (max(int(low[index]), -UNBOUNDED) + int(high[index])) // 2
            found = LinearAdd(first, int(seconds[index]), offset, shift)
            distance = abs(step) + abs(int(steps[index]))
            if _fits(found) and (best is None or distance < best[0]):
                best = distance, found
    return None if best is None else best[1]


def _fits(found: LinearAdd) -> bool:
    """Whether no sum, nor a part of it, leaves int32."""
    reach = 128 * (abs(found.first) + abs(found.second)) + abs(found.offset)
    return reach <= INT32_MAX
