"""Requantizations of panels: what has an exact form, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from lowering.packing.panel_forms import (
    CONSTANT_SHIFT,
    Linear,
    as_positive,
    requantized,
    requantized_in_parts,
    sums_in_parts,
)

ONE = np.array([1 << 30])


def linear(weight: int, bias: int, shift: int, low: int = -128) -> Linear:
    """One channel of one value."""
    return Linear(
        np.array([[weight]]), np.array([bias]), ONE, np.array([shift]), 5, -7, low, 127
    )


@pytest.mark.parametrize(
    ("channel", "value"),
    [
        (linear(127, 0, -31), -7),
        (linear(127, 9, -16), -7),
        (linear(0, 40, 0), 13),
        (linear(0, 40, 2), 73),
        (linear(1, -9000, -1), -128),
        (linear(1, -9000, -1, low=-7), -7),
        (replace(linear(1, -9000, -1), multipliers=-ONE), 127),
        (replace(linear(3, 90, 0), multipliers=0 * ONE), -7),
    ],
)
def test_a_channel_that_is_constant(channel: Linear, value: int) -> None:
    """It gets a bias that gives its value and no weights."""
    found = as_positive(channel)
    assert found is not None
    assert not found.weights.any()
    assert found.shifts == CONSTANT_SHIFT
    again = replace(found, shifts=-found.shifts)
    assert again.outputs(found.bias) == value
    assert all(requantized(channel, bits) for bits in (8, 16))


def test_channels_that_round_once() -> None:
    """Shifts to the left and none share the form relu with shifts to the right."""
    shifts = np.array([3, 1, 0, -1, -4])
    rng = np.random.default_rng(3)
    multipliers = rng.integers(1 << 30, 1 << 31, 5)
    weights = np.array([[1], [2], [-3], [3], [5]])
    bias = rng.integers(-20, 20, 5)
    many = Linear(weights, bias, multipliers, shifts, 3, -128, -128, 127)
    found = requantized(many, 16)
    assert found is not None
    assert found.form == "relu"
    for value in range(-128, 128):
        sums = found.weights[:, 0] * value + found.bias
        high = sums * found.multipliers >> 32
        outputs = np.clip(high + found.constants >> found.shifts, -128, 127)
        assert (outputs == many.outputs(weights[:, 0] * (value - 3) + bias)).all()


@pytest.mark.parametrize(
    "channel",
    [linear(1, 0, 0), linear(1, 0, 1), linear(127, 1 << 24, 30)],
    ids=["no right shift", "left shift", "overflow"],
)
def test_what_has_no_form(channel: Linear) -> None:
    assert requantized(channel, 16) is None
    assert requantized_in_parts(channel, [np.array([0])], bias_first=False) is None


def test_parts_must_fit() -> None:
    """512 weights of 127 are one part's most; the bias counts where it lies there."""
    many = replace(
        linear(1, 1 << 22, -20), weights=np.full((1, 1020), 127), input_zero=0
    )
    halves = np.split(np.arange(1020), 2)
    assert requantized(many, 8) is None
    assert requantized_in_parts(many, [np.arange(1020)], bias_first=False) is None
    assert requantized_in_parts(many, halves, bias_first=False) is not None
    assert requantized_in_parts(many, halves, bias_first=True) is None
    assert sums_in_parts(many, halves) is not None
    assert sums_in_parts(many, [np.arange(1020)]) is None
    assert sums_in_parts(replace(many, weights=-128 + 0 * many.weights), halves) is None


@pytest.mark.parametrize("bits", [16, 8])
def test_a_multiplier_of_zero_hides_any_sum(bits: int) -> None:
    """Exporters write such a bias, of which nothing reaches the output."""
    bias = np.array([(1 << 31) - 1, 5], np.int64)
    multipliers, shifts = np.array([0, 1 << 30]), np.array([0, -6])
    weights = np.array([[100, 100], [3, 4]], np.int64)
    packed = requantized(
        Linear(weights, bias, multipliers, shifts, -1, -128, -128, 127), bits
    )
    assert packed is not None
    assert not packed.weights[0].any()
    assert requantized(
        Linear(weights, bias, multipliers + 1, shifts, -1, -128, -128, 127), bits
    ) is None
