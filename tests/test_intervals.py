"""Interval arithmetic on channels: it holds, and where it can be, it is tight."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from lowering.channels import intervals
from lowering.channels.intervals import Interval, Requantization
from tinyts_dialect.attributes import Clamp
from tinyts_dialect.multipliers import Multiplier, quantize_multiplier, requantize
from tinyts_dialect.reference import clamped, window_taps
from tinyts_dialect.windows import Pads, Window

Array = npt.NDArray[Any]

ONE = Requantization(1 << 30, 1, 0)
"""Leaves int8 accumulators as they are."""


def interval(*ends: tuple[int, int]) -> Interval:
    low, high = np.array(ends, np.int64).T
    return Interval(low, high)


def ends(x: Interval) -> list[tuple[int, int]]:
    return [(int(low), int(high)) for low, high in zip(*x, strict=True)]


def random_interval(random: np.random.Generator, channels: int) -> Interval:
    """Some channels full, some narrow, some constant."""
    low, high = np.sort(random.integers(-128, 128, (2, channels)), axis=0)
    high = np.where(random.random(channels) < 0.3, low, high)
    full = random.random(channels) < 0.3
    return Interval(np.where(full, -128, low), np.where(full, 127, high))


def inside(random: np.random.Generator, x: Interval, shape: tuple[int, ...]) -> Array:
    """Values of the interval, half of them at its ends."""
    spread = random.integers(x.low, x.high + 1, (*shape, len(x.low)))
    at_ends = np.where(random.random(spread.shape) < 0.5, x.low, x.high)
    return np.where(random.random(spread.shape) < 0.5, spread, at_ends)


def assert_contains(x: Interval, values: Array) -> None:
    rows = values.reshape(-1, values.shape[-1])
    assert (x.low <= rows).all()
    assert (rows <= x.high).all()


# Requantization


def test_requantization_is_monotone() -> None:
    accumulators = np.arange(-3000, 3000)
    for real in (0.3, 0.01, 1e-12, 1.7, -0.3):
        value, shift = quantize_multiplier(abs(real))
        steps = np.diff(requantize(accumulators, value if real > 0 else -value, shift))
        assert (steps * np.sign(real) >= 0).all()


def test_requantization_rounds_adds_the_zero_point_and_clamps() -> None:
    halve = Requantization(*quantize_multiplier(0.5), 10, Clamp(0, 20))
    low = np.array([-100, 3, 4, -5])
    assert ends(halve.apply(low, low + 4)) == [(0, 0), (12, 14), (12, 14), (8, 10)]


def test_negative_multiplier_swaps_the_ends() -> None:
    value, shift = quantize_multiplier(0.5)
    negated = Requantization(-value, shift, 0)
    assert ends(negated.apply(np.array([-20]), np.array([60]))) == [(-30, 10)]


@pytest.mark.parametrize(
    ("low", "high", "shift"),
    [(-(2**31) - 1, 0, 0), (0, 2**31, 0), (0, 2**30, 1), (-(2**40), 2**40, 30)],
)
def test_nothing_is_known_beyond_int32(low: int, high: int, shift: int) -> None:
    requantization = Requantization(1 << 30, shift, 0, Clamp(-3, 5))
    assert ends(requantization.apply(np.array([low]), np.array([high]))) == [(-3, 5)]


def test_accumulators_at_the_ends_of_int32_are_known() -> None:
    low, high = np.array([-(2**31)]), np.array([-(2**31) + 5])
    assert ends(Requantization(1 << 30, 0, 0, Clamp(-3, 5)).apply(low, high)) == [
        (-3, -3)
    ]


# Windows


def masks(window: Window, height: int, width: int) -> set[str]:
    rows = intervals.tap_masks(window, height, width).astype(int)
    return {"".join(map(str, row)) for row in rows}


def test_taps_of_windows_without_padding() -> None:
    assert masks(Window((1, 1)), 4, 4) == {"1"}
    assert masks(Window((2, 2), (2, 2)), 4, 4) == {"1111"}


def test_taps_of_windows_with_padding() -> None:
    same = Window((3, 3), pads=Pads(1, 1, 1, 1))
    assert len(masks(same, 5, 5)) == 9
    assert masks(Window((1, 3), pads=Pads(0, 0, 1, 1)), 5, 2) == {"011", "110"}
    assert masks(Window((1, 3), pads=Pads(0, 0, 1, 1)), 5, 1) == {"010"}


def test_taps_of_strides_and_dilations() -> None:
    assert masks(Window((1, 3), (1, 2), Pads(0, 0, 0, 1)), 1, 6) == {"111", "110"}
    assert masks(Window((1, 2), pads=Pads(0, 0, 2, 0), dilation=(1, 2)), 1, 4) == {
        "01",
        "11",
    }


def test_cropped_rows_are_not_read() -> None:
    assert masks(Window((2, 1), pads=Pads(-1, 0, 0, 0)), 4, 1) == {"11"}


@pytest.mark.parametrize("seed", range(8))
def test_taps_are_those_of_the_reference(seed: int) -> None:
    random = np.random.default_rng(seed)
    height, width = random.integers(4, 9, 2)
    window = Window(
        (int(random.integers(1, 4)), int(random.integers(1, 4))),
        (int(random.integers(1, 3)), int(random.integers(1, 3))),
        Pads(*(int(pad) for pad in random.integers(0, 3, 4))),
    )
    taps = window_taps(np.ones((1, height, width, 1), np.int64), window, 0)
    expected = np.unique(taps.reshape(-1, window.kernel[0] * window.kernel[1]), axis=0)
    found = np.unique(intervals.tap_masks(window, int(height), int(width)), axis=0)
    np.testing.assert_array_equal(found, expected)


# Operators


def random_layer(
    random: np.random.Generator, shape: tuple[int, ...], outputs: int
) -> tuple[Array, Array, Requantization]:
    weights = random.integers(-127, 128, shape).astype(np.int8)
    bias = random.integers(-2000, 2000, outputs).astype(np.int32)
    pairs = [quantize_multiplier(real) for real in random.uniform(1e-4, 0.01, outputs)]
    multipliers, shifts = (np.array(column) for column in zip(*pairs, strict=True))
    zero_point = int(random.integers(-128, 128))
    return weights, bias, Requantization(multipliers, shifts, zero_point)


def finished(sums: Array, requantization: Requantization) -> Array:
    scaled = requantize(sums, requantization.multiplier, requantization.shift)
    return clamped(scaled + requantization.zero_point, requantization.clamp)


@pytest.mark.parametrize("seed", range(10))
def test_conv_2d_holds(seed: int) -> None:
    random = np.random.default_rng(seed)
    window = Window((3, 2), (1, 2), Pads(1, 1, int(seed % 2), 1))
    x, zero_point = random_interval(random, 5), int(random.integers(-128, 128))
    weights, bias, requantization = random_layer(random, (4, 3, 2, 5), 4)
    found = intervals.conv_2d(
        x,
        zero_point,
        weights,
        bias,
        intervals.tap_masks(window, 6, 5),
        requantization,
    )
    for _ in range(20):
        values = inside(random, x, (1, 6, 5)) - zero_point
        taps = window_taps(values, window, 0)
        sums = np.einsum("nyxcij,oijc->nyxo", taps, weights.astype(int)) + bias
        assert_contains(found, finished(sums, requantization))


def test_conv_2d_without_padding_is_tight() -> None:
    random = np.random.default_rng(3)
    x = random_interval(random, 6)
    weights, bias, requantization = random_layer(random, (4, 2, 2, 6), 4)
    found = intervals.conv_2d(
        x, 7, weights, bias, intervals.tap_masks(Window((2, 2)), 4, 4), requantization
    )
    worst = [
        np.einsum(
            "oijc,oijc->o", weights.astype(int), np.where(chosen, x.high, x.low) - 7
        )
        for chosen in (weights < 0, weights > 0)
    ]
    for end, sums in zip(found, worst, strict=True):
        np.testing.assert_array_equal(end, finished(sums + bias, requantization))


def test_border_taps_read_the_zero_point() -> None:
    """A constant 5 with weights 1: 3, 2 or 1 of the taps of a row count."""
    window = Window((1, 3), pads=Pads(0, 0, 1, 1))
    weights, bias = np.ones((1, 1, 3, 1), np.int8), np.zeros(1, np.int32)
    for zero_point, width, expected in (
        (0, 4, (10, 15)),
        (0, 1, (5, 5)),
        (5, 4, (0, 0)),
    ):
        found = intervals.conv_2d(
            interval((5, 5)),
            zero_point,
            weights,
            bias,
            intervals.tap_masks(window, 1, width),
            ONE,
        )
        assert ends(found) == [expected]


@pytest.mark.parametrize("seed", range(10))
def test_depthwise_conv_2d_holds(seed: int) -> None:
    random = np.random.default_rng(seed)
    window = Window((3, 3), (1, 1), Pads(1, 1, 1, int(seed % 2)))
    x, zero_point = random_interval(random, 3), int(random.integers(-128, 128))
    weights, bias, requantization = random_layer(random, (1, 3, 3, 6), 6)
    found = intervals.depthwise_conv_2d(
        x,
        zero_point,
        weights,
        bias,
        intervals.tap_masks(window, 5, 5),
        requantization,
    )
    for _ in range(20):
        values = np.repeat(inside(random, x, (1, 5, 5)) - zero_point, 2, axis=3)
        taps = window_taps(values, window, 0)
        sums = np.einsum("nyxcij,ijc->nyxc", taps, weights[0].astype(int)) + bias
        assert_contains(found, finished(sums, requantization))


@pytest.mark.parametrize("seed", range(5))
def test_fully_connected_holds_and_a_single_multiplier_serves_all(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, zero_point = random_interval(random, 8), int(random.integers(-128, 128))
    weights, bias, _ = random_layer(random, (3, 8), 3)
    requantization = Requantization(*quantize_multiplier(0.003), 4, Clamp(-100, 90))
    found = intervals.fully_connected(x, zero_point, weights, bias, requantization)
    values = inside(random, x, (200,)) - zero_point
    assert_contains(
        found, finished(values @ weights.T.astype(int) + bias, requantization)
    )


def scaled(x: Array, zero_point: int, multiplier: Multiplier) -> Array:
    return requantize((x - zero_point) << 20, *multiplier)


@pytest.mark.parametrize("seed", range(5))
def test_add_holds_and_is_tight(seed: int) -> None:
    random = np.random.default_rng(seed)
    lhs, rhs = random_interval(random, 6), random_interval(random, 6)
    one, two = quantize_multiplier(0.5), quantize_multiplier(0.31)
    requantization = Requantization(*quantize_multiplier(1.9 / (1 << 20)), -5)
    found = intervals.add([(lhs, 3, one), (rhs, -9, two)], 20, requantization)

    def result(left: Array, right: Array) -> Array:
        return finished(scaled(left, 3, one) + scaled(right, -9, two), requantization)

    values = (inside(random, x, (100,)) for x in (lhs, rhs))
    assert_contains(found, result(*values))
    np.testing.assert_array_equal(found.low, result(lhs.low, rhs.low))
    np.testing.assert_array_equal(found.high, result(lhs.high, rhs.high))


@pytest.mark.parametrize("seed", range(5))
def test_sub_holds_and_is_tight(seed: int) -> None:
    random = np.random.default_rng(seed)
    lhs, rhs = random_interval(random, 6), random_interval(random, 6)
    one, two = quantize_multiplier(0.5), quantize_multiplier(0.31)
    requantization = Requantization(*quantize_multiplier(1.9 / (1 << 20)), -5)
    found = intervals.sub((lhs, 3, one), (rhs, -9, two), 20, requantization)

    def result(left: Array, right: Array) -> Array:
        return finished(scaled(left, 3, one) - scaled(right, -9, two), requantization)

    values = (inside(random, x, (100,)) for x in (lhs, rhs))
    assert_contains(found, result(*values))
    np.testing.assert_array_equal(found.low, result(lhs.low, rhs.high))
    np.testing.assert_array_equal(found.high, result(lhs.high, rhs.low))


@pytest.mark.parametrize("seed", range(5))
def test_minimum_maximum_and_prelu_hold(seed: int) -> None:
    random = np.random.default_rng(seed)
    lhs, rhs = random_interval(random, 9), random_interval(random, 9)
    left, right = (inside(random, x, (100,)) for x in (lhs, rhs))
    assert_contains(intervals.minimum(lhs, rhs), np.minimum(left, right))
    assert_contains(intervals.maximum(lhs, rhs), np.maximum(left, right))
    identity, product = (
        Requantization(*quantize_multiplier(scale), 8) for scale in (0.7, 0.02)
    )
    x = left - 3
    expected = np.where(
        x >= 0,
        finished(np.maximum(x, 0), identity),
        finished(np.minimum(x, 0) * (right + 9), product),
    )
    assert_contains(intervals.prelu(lhs, 3, rhs, -9, identity, product), expected)


@pytest.mark.parametrize("seed", range(5))
def test_mul_holds(seed: int) -> None:
    random = np.random.default_rng(seed)
    lhs, rhs = random_interval(random, 6), random_interval(random, 6)
    requantization = Requantization(*quantize_multiplier(0.02), 8, Clamp(-90, 100))
    found = intervals.mul(lhs, 3, rhs, -9, requantization)
    left, right = (inside(random, x, (100,)) for x in (lhs, rhs))
    assert_contains(found, finished((left - 3) * (right + 9), requantization))


def test_mul_by_the_zero_point_is_constant() -> None:
    found = intervals.mul(intervals.anything(2), 3, interval((7, 7), (0, 1)), 7, ONE)
    assert found.is_constant().tolist() == [True, False]


def test_one_channel_broadcasts() -> None:
    wide, narrow = interval((1, 2), (3, 4)), interval((5, 6))
    assert ends(intervals.mul(wide, 0, narrow, 0, ONE)) == [(5, 12), (15, 24)]
    unit = Multiplier(1 << 30, 1)
    found = intervals.add([(wide, 0, unit), (narrow, 0, unit)], 0, ONE)
    assert ends(found) == [(6, 8), (8, 10)]


def test_pools_stay_in_the_range_of_their_taps() -> None:
    x = interval((-128, 127), (3, 3), (-20, 50))
    inner = intervals.tap_masks(Window((2, 2), pads=Pads(1, 1, 1, 1)), 3, 3)
    clamp = Clamp(-10, 40)
    assert ends(intervals.pool(x, inner, clamp)) == [(-10, 40), (3, 3), (-10, 40)]


def test_nothing_is_known_of_a_pool_without_taps() -> None:
    outside = intervals.tap_masks(Window((2, 2), pads=Pads(2, 0, 0, 0)), 4, 4)
    assert ends(intervals.pool(interval((3, 3)), outside, Clamp(-9, 9))) == [(-9, 9)]


def test_pad_adds_the_zero_point() -> None:
    x = interval((5, 7), (3, 3))
    assert ends(intervals.pad(x, 3, True, 0, 0)) == [(3, 7), (3, 3)]
    assert ends(intervals.pad(x, 3, False, 1, 2)) == [
        (3, 3),
        (5, 7),
        (3, 3),
        (3, 3),
        (3, 3),
    ]


def test_concatenation() -> None:
    one, two = interval((1, 2), (3, 3)), interval((0, 0), (3, 3))
    assert ends(intervals.concatenation([one, two], True)) == ends(one) + ends(two)
    assert ends(intervals.concatenation([one, two], False)) == [(0, 2), (3, 3)]


def test_mean() -> None:
    x = interval((0, 16), (8, 8))
    over_pixels = Requantization(*quantize_multiplier(1 / 4), 0)
    assert ends(intervals.mean(x, 0, 4, False, over_pixels)) == [(0, 16), (8, 8)]
    over_all = Requantization(*quantize_multiplier(1 / 8), 0)
    assert ends(intervals.mean(x, 0, 8, True, over_all)) == [(4, 12)]


@pytest.mark.parametrize(
    ("before", "after"), [(6, 6), (6, 4), (4, 6), (3, 12), (12, 3)]
)
def test_reshape_is_the_union_over_the_elements_of_a_channel(
    before: int, after: int
) -> None:
    x = random_interval(np.random.default_rng(before + after), before)
    found = intervals.reshape(x, after)
    low, high = (np.tile(end, 4 * after).reshape(-1, after) for end in x)
    np.testing.assert_array_equal(found.low, low.min(axis=0))
    np.testing.assert_array_equal(found.high, high.max(axis=0))


def test_known_values_and_unknown_ones() -> None:
    assert ends(intervals.of_values(np.array([[1, 5], [3, 5]]))) == [(1, 3), (5, 5)]
    assert ends(intervals.of_values(np.array(4, np.int8))) == [(4, 4)]
    assert ends(intervals.softmax(2)) == [(-128, 127)] * 2


# Contributions to the accumulators of a convolution

SAME = intervals.tap_masks(Window((1, 3), pads=Pads(0, 0, 1, 1)), 1, 4)
VALID = intervals.tap_masks(Window((1, 3)), 1, 4)


def contributions(
    x: Interval, weights: list[list[list[int]]], kinds: Array, bias: int = 0
) -> intervals.Contributions:
    """Of channels with zero point 1 through weights [O][3 taps][C]."""
    array = np.array(weights, np.int8)[:, None]
    biases = np.full(len(weights), bias, np.int32)
    return intervals.contributions(x, 1, array, biases, kinds)


def test_a_constant_contributes_one_number_without_padding() -> None:
    x = interval((4, 4), (-128, 127))
    found = contributions(x, [[[1, 1], [2, 0], [3, 0]], [[1, 0]] * 3], VALID)
    assert found.fixed.tolist() == [[True, False], [True, True]]
    assert found.amount.tolist() == [[18, 0], [9, 0]]


def test_padding_leaves_it_only_where_the_borders_agree() -> None:
    x = interval((4, 4), (1, 1))
    found = contributions(x, [[[1, 1]] * 3, [[0, 1], [7, 1], [0, 1]]], SAME)
    assert found.fixed.tolist() == [[False, True], [True, True]]
    assert found.amount.tolist() == [[0, 0], [21, 0]]


def test_weights_that_only_read_padding_do_not_count() -> None:
    only_middle = intervals.tap_masks(Window((1, 3), pads=Pads(0, 0, 1, 1)), 1, 1)
    found = contributions(
        interval((-128, 127), (4, 4)), [[[5, 5], [0, 1], [5, 5]]], only_middle
    )
    assert found.fixed.tolist() == [[True, True]]
    assert found.amount.tolist() == [[0, 3]]


def test_amounts_that_leave_int32_are_not_fixed() -> None:
    x = interval((4, 4), (1, 1))
    weights = [[[1, 1]] * 3]
    assert contributions(x, weights, VALID, 2**31 - 10).fixed.all()
    found = contributions(x, weights, VALID, 2**31 - 9)
    assert found.fixed.tolist() == [[False, True]]
    assert found.amount.tolist() == [[0, 0]]


def test_a_table_gives_what_its_entries_in_the_interval_are() -> None:
    values = (np.arange(-128, 128) ** 2 // 200).astype(np.int8)
    x = Interval(np.array([-10, 3, -128]), np.array([20, 3, 127]))
    found = intervals.table(x, values)
    assert found.low.tolist() == [0, 0, 0]
    assert found.high.tolist() == [2, 0, 81]
