"""Fixed-point multipliers: against exact rationals and against scalar arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from tinyts_dialect.multipliers import (
    INT32_MAX,
    INT32_MIN,
    divide_by_power_of_two,
    doubling_high_mul,
    quantize_multiplier,
    requantize,
    round_half_away,
)

# The scalar arithmetic, one number at a time, as C's integers do it.


def truncated(dividend: int, divisor: int) -> int:
    """C's integer division."""
    quotient = abs(dividend) // abs(divisor)
    return quotient if (dividend < 0) == (divisor < 0) else -quotient


def scalar_doubling_high_mul(x: int, multiplier: int) -> int:
    """The high half of 2 * x * multiplier; a nudge by the sign, then truncation."""
    product = x * multiplier
    nudge = 2**30 if product >= 0 else 1 - 2**30
    return truncated(product + nudge, 2**31)


def scalar_divide(x: int, exponent: int) -> int:
    """x / 2**exponent to nearest, halves away from zero."""
    half_up = math.floor(abs(Fraction(x, 2**exponent)) + Fraction(1, 2))
    return half_up if x >= 0 else -half_up


def scalar_requantize(x: int, multiplier: int, shift: int) -> int:
    left, right = max(shift, 0), max(-shift, 0)
    return scalar_divide(scalar_doubling_high_mul(x * 2**left, multiplier), right)


def random_reals() -> list[float]:
    random = np.random.default_rng(0)
    exponents = random.uniform(-33, 29.9, 2000)
    near_powers = [
        math.ldexp(1 + sign * math.ldexp(1, -bits), exponent)
        for exponent in (-31, -8, 0, 1, 29)
        for bits in (20, 31, 32, 33, 52)
        for sign in (-1, 1)
    ]
    return [2.0**e for e in exponents] + near_powers


def exact_multiplier(real: float) -> tuple[int, int]:
    """Value and shift of a positive number, with rationals only."""
    exact = Fraction(real)
    shift = 0
    while exact >= 1:
        exact, shift = exact / 2, shift + 1
    while exact < Fraction(1, 2):
        exact, shift = exact * 2, shift - 1
    value = math.floor(exact * 2**31 + Fraction(1, 2))
    if value == 2**31:
        value, shift = 2**30, shift + 1
    return (value, shift) if shift >= -31 else (0, 0)


def test_multipliers_are_the_nearest() -> None:
    for real in random_reals():
        found = quantize_multiplier(real)
        assert found == exact_multiplier(real)
        if found.value:
            assert 2**30 <= found.value <= INT32_MAX
            stored = found.value * Fraction(2) ** (found.shift - 31)
            assert abs(stored - Fraction(real)) <= Fraction(2) ** (found.shift - 32)


def test_multipliers_of_mantissas_half_way_between_two() -> None:
    """The last bit of the mantissa that is kept, plus a half: away from zero."""
    for mantissa in (2**30, 2**30 + 1, 2**31 - 2, 2**31 - 1):
        real = (mantissa + 0.5) / 2**31
        rounded = mantissa + 1
        expected = (2**30, 1) if rounded == 2**31 else (rounded, 0)
        assert quantize_multiplier(real) == expected
        below = math.nextafter(real, 0.0)
        assert quantize_multiplier(below) == (mantissa, 0)


@pytest.mark.parametrize(
    ("real", "expected"),
    [
        (0.0, (0, 0)),
        (1.0, (2**30, 1)),
        (0.5, (2**30, 0)),
        (0.75, (3 * 2**29, 0)),
        (2.0**-32, (2**30, -31)),
        (math.nextafter(2.0**-32, 1), (2**30, -31)),
        (math.nextafter(2.0**-32, 0), (2**30, -31)),  # rounds up
        (2.0**-32 * 0.999, (0, 0)),
        (5e-324, (0, 0)),
        (math.nextafter(2.0**30, 0) - 1, (INT32_MAX - 1, 30)),
    ],
)
def test_particular_multipliers(real: float, expected: tuple[int, int]) -> None:
    assert quantize_multiplier(real) == expected


@pytest.mark.parametrize(
    "real", [math.nan, math.inf, -math.inf, 2.0**31, 1e30, -(2.0**31)]
)
def test_no_multiplier(real: float) -> None:
    with pytest.raises(ValueError, match=r"multiplier .+ is (not|too)") as error:
        quantize_multiplier(real)
    assert "\n" not in str(error.value)


def test_negative_multipliers_mirror_positive_ones() -> None:
    for real in random_reals():
        value, shift = quantize_multiplier(real)
        assert quantize_multiplier(-real) in ((-value, shift), (-2 * value, shift - 1))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, 1),
        (-0.5, -1),
        (1.5, 2),
        (-2.5, -3),
        (2.4999, 2),
        (-2.5001, -3),
        (0.0, 0),
        (127.5, 128),
        (float(np.nextafter(np.float32(0.5), np.float32(0))), 0),
        (math.nextafter(0.5, 0), 0),
    ],
)
def test_halves_are_rounded_away_from_zero(value: float, expected: int) -> None:
    assert round_half_away(value) == expected


def accumulators(random: np.random.Generator, bits: int) -> list[int]:
    """Of every size and sign below 2**bits, and the extremes."""
    sizes = random.uniform(0, bits, 200)
    signs = random.choice([-1, 1], 200)
    values = [int(sign * 2.0**size) for sign, size in zip(signs, sizes, strict=True)]
    end = 2**bits
    small = [n for n in range(-9, 10) if -end <= n < end]
    return [*values, *small, -end, end - 1, 1 - end]


@pytest.mark.parametrize("shift", range(-31, 31))
def test_requantization_rounds_twice(shift: int) -> None:
    """All signs, as far as what is shifted to the left still fits 32 bits."""
    random = np.random.default_rng(shift + 100)
    values = accumulators(random, 31 - max(shift, 0))
    for multiplier in (
        2**30,
        2**30 + 1,
        INT32_MAX,
        -(2**30),
        -INT32_MAX,
        *(int(m) for m in random.integers(2**30, 2**31, 3)),
        *(-int(m) for m in random.integers(2**30, 2**31, 3)),
    ):
        found = requantize(np.array(values), multiplier, shift)
        assert found.tolist() == [
            scalar_requantize(x, multiplier, shift) for x in values
        ]


def test_ties_of_the_first_rounding_go_up() -> None:
    """2 * x * 2**30 / 2**32 is x / 2: odd numbers are ties."""
    x = np.arange(-7, 8)
    assert doubling_high_mul(x, 2**30).tolist() == [(n + 1) // 2 for n in range(-7, 8)]
    for n in (-7, -5, -1, 1, 5):
        assert scalar_doubling_high_mul(n, 2**30) == (n + 1) // 2


@pytest.mark.parametrize("exponent", [0, 1, 2, 7, 30, 31])
def test_ties_of_the_second_rounding_go_away_from_zero(exponent: int) -> None:
    half = 2**exponent // 2
    for whole in (-3, -1, 0, 1, 2):
        for offset in (-1, 0, 1):
            x = whole * 2**exponent + half + offset
            if not INT32_MIN <= x <= INT32_MAX:
                continue
            found = divide_by_power_of_two(np.array([x]), exponent).tolist()
            assert found == [scalar_divide(x, exponent)]


def test_the_two_roundings_are_not_one() -> None:
    """5 / 2 is rounded to 3, then 3 / 2 to 2; rounded once, 5 / 4 is 1."""
    assert requantize(np.array([5]), 2**30, -1).tolist() == [2]
    assert requantize(np.array([-5]), 2**30, -1).tolist() == [-1]


def test_channels_have_their_own_multipliers() -> None:
    random = np.random.default_rng(1)
    x = random.integers(-(2**20), 2**20, (4, 5, 6))
    multipliers = random.integers(2**30, 2**31, 6)
    shifts = random.integers(-20, 10, 6)
    found = requantize(x, multipliers.astype(np.int32), shifts.astype(np.int32))
    for channel in range(6):
        assert found[..., channel].ravel().tolist() == [
            scalar_requantize(int(n), int(multipliers[channel]), int(shifts[channel]))
            for n in x[..., channel].ravel()
        ]
