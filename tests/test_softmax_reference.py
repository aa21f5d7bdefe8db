"""Softmax in fixed point: near the real numbers, and bit for bit TFLite Micro's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support_unit import Array, Case, case, interpreted, random_bytes, tflm_outputs

from tinyts_dialect.multipliers import INT32_MAX, INT32_MIN
from tinyts_dialect.ops.softmax import SoftmaxOp
from tinyts_dialect.softmax_reference import (
    DIFF_INTEGER_BITS,
    EXP_FACTORS,
    EXP_OF_MINUS_EIGHTH,
    exp_of_negative,
    reciprocal_of_one_plus,
    softmax_rows,
)
from tools.tflite_writer import TFLiteWriter

EXP_ERROR = 2.0**-22
"""The polynomial of degree 4 on [-1/4, 0) is off by that much at most."""

RECIPROCAL_ERROR = 2.0**-28

DIFF_UNIT = 2.0 ** (DIFF_INTEGER_BITS - 31)
EXP_UNIT = 2.0**-31


def softmax_model(shape: tuple[int, ...], scale: float, beta: float) -> TFLiteWriter:
    writer = TFLiteWriter("softmax")
    x = writer.input("x", shape=shape, scale=scale, zero_point=5)
    writer.output(writer.softmax(x, beta=beta))
    return writer


def softmax_case(rows: Array, scale: float, beta: float = 1.0) -> Case:
    """One run on rows of [rows, depth]."""
    writer = softmax_model(rows.shape, scale, beta)
    return case(f"{rows.shape} * {scale} * {beta}", writer, [rows[None]])


def parameters(scale: float, beta: float = 1.0) -> tuple[int, int, int]:
    module = case("", softmax_model((1, 2), scale, beta)).module
    return next(op for op in module.walk() if isinstance(op, SoftmaxOp)).parameters()


def softmax(rows: Array, scale: float) -> Array:
    return softmax_rows(np.asarray(rows, np.int64), *parameters(scale))


# exp and 1 / (1 + x)


def exponents() -> Array:
    """Numbers <= 0 in Q5.26: the small ones, a grid over all, and the borders."""
    edges = [-(k << 24) + d for k in range(1, 128) for d in (-1, 0, 1)]
    grid = np.linspace(INT32_MIN, 0, 20_001).astype(np.int64)
    return np.unique(np.concatenate([-np.arange(5000), grid, edges]))


def test_exp_is_near_the_real_one() -> None:
    a = exponents()
    real = np.array([math.exp(x * DIFF_UNIT) for x in a.tolist()])
    assert np.abs(exp_of_negative(a) * EXP_UNIT - real).max() < EXP_ERROR


def test_exp_is_monotone_and_ends_at_one() -> None:
    found = exp_of_negative(exponents())
    assert (np.diff(found) >= 0).all()
    assert found[-1] == INT32_MAX
    assert found[-2] < INT32_MAX
    assert found[0] == 0


def test_constants_are_exponentials() -> None:
    assert round(math.exp(-1 / 8) * 2**31) == EXP_OF_MINUS_EIGHTH
    for exponent, factor in EXP_FACTORS:
        assert round(math.exp(-(2.0**exponent)) * 2**31) == factor


def test_reciprocal_is_near_the_real_one() -> None:
    x = np.unique(np.linspace(0, INT32_MAX, 20_001).astype(np.int64))
    found = reciprocal_of_one_plus(x)
    real = 1 / (1 + x * EXP_UNIT)
    assert np.abs(found * EXP_UNIT - real).max() < RECIPROCAL_ERROR
    assert (np.diff(found) <= 0).all()
    assert found[0] <= INT32_MAX


# Rows


@pytest.mark.parametrize("scale", [0.01, 0.1, 0.5])
def test_rows_are_near_the_real_softmax(scale: float) -> None:
    rows = random_bytes(np.random.default_rng(0), (2000, 7))
    real = np.exp((rows - rows.max(axis=1, keepdims=True).astype(float)) * scale)
    expected = 256 * real / real.sum(axis=1, keepdims=True) - 128
    found = softmax(rows, scale)
    assert np.abs(found - np.minimum(expected, 127)).max() < 0.51


def test_rows_depend_on_differences_only() -> None:
    rows = np.random.default_rng(1).integers(-64, 60, (500, 5))
    expected = softmax(rows, 0.07)
    for moved_by in (-64, 1, 67):
        np.testing.assert_array_equal(softmax(rows + moved_by, 0.07), expected)


def test_elements_are_treated_alike() -> None:
    random = np.random.default_rng(2)
    rows = random_bytes(random, (500, 6))
    order = random.permutation(6)
    found = softmax(rows[:, order], 0.05)
    np.testing.assert_array_equal(found, softmax(rows, 0.05)[:, order])
    larger = rows[:, 0] > rows[:, 1]
    first, second = softmax(rows, 0.05)[larger, :2].T
    assert (first >= second).all()
    assert (first > second).any()


def test_elements_too_small_to_count_are_zero() -> None:
    multiplier, shift, diff_min = parameters(0.5)
    assert diff_min == -31
    rows = np.array([[100, 100 + diff_min, 99 + diff_min]])
    found = softmax_rows(rows, multiplier, shift, -3)
    assert found.tolist() == [[127, -128, -128]]
    halves = softmax_rows(np.array([[9, 9, -100]]), multiplier, shift, diff_min)
    assert halves.tolist() == [[0, 0, -128]]


@pytest.mark.parametrize("depth", [512, 1000, 4095])
def test_wide_rows_of_equals_are_zero(depth: int) -> None:
    """TFLite Micro's shift leaves 32 bits here; the real value is below one half."""
    assert (softmax(np.full((1, depth), 3), 0.1) == -128).all()


# TFLite Micro


def pairs() -> Array:
    """Every row of two."""
    first, second = np.indices((256, 256), dtype=np.int16) - 128
    return np.stack([first.ravel(), second.ravel()], axis=1).astype(np.int8)


def triples() -> Array:
    """Every row of three with 127 as its maximum."""
    most = np.full((65_536, 1), 127, np.int8)
    return np.concatenate([most, pairs()], axis=1)


def oracle_cases() -> list[Case]:
    random = np.random.default_rng(3)
    rows = random_bytes(random, (300, 10))
    cases = [softmax_case(pairs(), scale) for scale in (0.02, 0.1)]
    cases.append(softmax_case(pairs(), 0.0390625, beta=0.7))
    cases.extend(softmax_case(triples(), scale) for scale in (0.03, 0.3))
    cases.extend(
        softmax_case(rows, scale, beta)
        for scale in (2e-7, 1e-3, 0.0117, 0.25, 1.0, 3.0, 8.0, 15.9)
        for beta in (0.1, 1.0, 1.9)
        if scale * beta < 16
    )
    cases.append(softmax_case(random_bytes(random, (4, 1000)), 0.1))
    cases.append(softmax_case(np.full((2, 511), 3, np.int8), 0.1))
    cases.append(softmax_case(random_bytes(random, (5, 1)), 0.1))
    for shape in ((7,), (1, 2, 7), (1, 3, 2, 5)):
        writer = softmax_model(shape, 0.08, 1.0)
        cases.append(case(str(shape), writer))
    return cases


def test_bits_of_tflite_micro() -> None:
    cases = oracle_cases()
    for item, (expected,) in zip(cases, tflm_outputs(cases), strict=True):
        (found,) = interpreted(item.module, item.inputs)
        assert found.dtype == np.int8
        np.testing.assert_array_equal(found, expected, item.name)


def test_large_scales() -> None:
    """Only the maximum of a row counts where one step is 16 and more."""
    rows = random_bytes(np.random.default_rng(4), (50, 4)) // 32
    cases = [softmax_case(rows, scale) for scale in (16.0, 100.0)]
    for item, (expected,) in zip(cases, tflm_outputs(cases), strict=True):
        (found,) = interpreted(item.module, item.inputs)
        np.testing.assert_array_equal(found, expected, item.name)
