"""ADD as one pair of multiply-adds: found, proven for all pairs, or not at all."""

import time
from random import Random

import numpy as np
import pytest

from lowering.packing.linear_add import SHIFTS, Addition, LinearAdd, linear_add
from tinyts_dialect.multipliers import Multiplier, quantize_multiplier


def addition(
    scales: tuple[float, float, float],
    zeros: tuple[int, int, int] = (3, -7, 11),
    clamp: tuple[int, int] = (-128, 127),
) -> Addition:
    """As TFLite prepares it, from the scales and zero points of inputs and output."""
    common = 2 * max(scales[:2])
    first, second = (quantize_multiplier(scale / common) for scale in scales[:2])
    output = quantize_multiplier(common / (2**20 * scales[2]))
    return Addition(-zeros[0], first, -zeros[1], second, 20, zeros[2], output, *clamp)


def sums(found: LinearAdd) -> list[int]:
    """Every corner of every partial sum."""
    return [
        a * found.first + b * found.second + k
        for a in (-128, 127, 0)
        for b in (-128, 127, 0)
        for k in (0, found.offset)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_found_numbers_are_exact(seed: int) -> None:
    random = Random(seed)
    found = 0
    for _ in range(12):
        scales = tuple(random.uniform(0.02, 0.2) for _ in range(3))
        zeros = tuple(random.randint(-128, 127) for _ in range(3))
        clamp = (random.choice((-128, zeros[2])), 127)
        wanted = addition(scales, zeros, clamp)
        numbers = linear_add(wanted)
        if numbers is not None:
            found += 1
            assert (numbers.results(*clamp) == wanted.results()).all()
            assert numbers.shift in SHIFTS
            assert max(map(abs, sums(numbers))) < 2**31
    assert found >= 11


def test_ties_are_rounded_away_from_zero() -> None:
    """With equal scales and a doubled output every odd sum is a tie."""
    wanted = addition((0.1, 0.1, 0.2), (0, 0, 0))
    numbers = linear_add(wanted)
    assert numbers is not None
    results = numbers.results(-128, 127)
    assert (results[128 + 1, 128], results[128 - 1, 128]) == (1, -1)
    assert (results == wanted.results()).all()


def test_where_there_are_none() -> None:
    """A sum that leaves 32 bits has no linear form."""
    steep = addition((1.0, 1.0, 1e-4))
    assert linear_add(steep) is None


def test_results_are_those_of_the_reference() -> None:
    wanted = addition((0.07, 0.05, 0.1))
    a, b = np.meshgrid(np.arange(-128, 128), np.arange(-128, 128), indexing="ij")
    exact = (a - 3) * 0.7 + (b + 7) * 0.5 + 11
    assert np.abs(wanted.results() - np.clip(exact, -128, 127)).max() <= 0.51
    assert wanted.first == Multiplier(1 << 30, 0)


def test_search_is_fast_and_remembered() -> None:
    wanted = addition((0.0611, 0.0533, 0.0907))
    start = time.process_time()
    first = linear_add(wanted)
    assert time.process_time() - start < 1
    assert linear_add(wanted) is first
