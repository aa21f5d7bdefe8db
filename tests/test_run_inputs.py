"""Generated inputs, and inputs from files."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tools.oracle import run_oracle
from tools.run_inputs import (
    InputDetail,
    InputError,
    input_details,
    load_inputs,
    random_inputs,
)
from tools.tflite_writer import TFLiteWriter

MODELS = Path(
    os.environ.get(
        "TINYTS_MODELS", Path(__file__).resolve().parents[2] / "shared" / "models"
    )
)


def detail(
    dtype: str = "int8",
    shape: tuple[int, ...] = (1, 24, 20, 3),
    scale: float | None = 0.5,
    zero_point: int | None = -3,
    quantized: str = "int8",
) -> InputDetail:
    return InputDetail(
        "x", shape, np.dtype(dtype), scale, zero_point, np.dtype(quantized)
    )


INT8 = detail()
FLOAT = detail("float32")


def test_runs_cycle_through_five_kinds() -> None:
    (runs,) = random_inputs([INT8], seed=1, count=10)
    assert runs.shape == (10, 1, 24, 20, 3)
    assert runs.dtype == np.int8
    for run in (0, 5):
        assert len(np.unique(runs[run])) > 200
        assert len(np.unique(runs[run + 1])) > 20
        assert set(runs[run + 2].flat) == {-128}
        assert set(runs[run + 3].flat) == {127}
        assert set(runs[run + 4].flat) == {-3}
    assert (runs[0] != runs[5]).any()
    assert (runs[1] != runs[6]).any()


def test_run_does_not_depend_on_count_and_does_on_seed() -> None:
    few = random_inputs([INT8, FLOAT], seed=3, count=2)
    many = random_inputs([INT8, FLOAT], seed=3, count=7)
    other = random_inputs([INT8, FLOAT], seed=4, count=2)
    for a, b, c in zip(few, many, other, strict=True):
        np.testing.assert_array_equal(a, b[:2])
        assert (a[0] != c[0]).any()
        assert (a[1] != c[1]).any()


def test_inputs_are_independent() -> None:
    first, second = random_inputs([INT8, INT8], seed=0, count=1)
    assert (first != second).any()


def test_values_are_pinned() -> None:
    """A seed named in a bug report must mean the same inputs later."""
    (runs,) = random_inputs([detail(shape=(1, 8))], seed=1, count=2)
    assert runs[0].tolist() == [[-7, 3, 65, 115, -120, -92, 82, 114]]
    assert runs[1].tolist() == [[39, 18, -2, -55, -124, -128, -1, 127]]


@pytest.mark.parametrize("shape", [(1, 64, 48, 3), (1, 640), (1, 1, 1000, 1)])
def test_smooth_spans_the_range_in_small_steps(shape: tuple[int, ...]) -> None:
    (runs,) = random_inputs([detail(shape=shape)], seed=2, count=2)
    picture = runs[1].astype(int)
    assert picture.min() == -128
    assert picture.max() == 127
    axis = int(np.argmax(shape))
    assert np.abs(np.diff(picture, axis=axis)).max() <= 255 * 5 / 47 + 1


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32"])
def test_integers_use_their_whole_range(dtype: str) -> None:
    unquantized = detail(dtype, scale=None, zero_point=None)
    (runs,) = random_inputs([unquantized], seed=0, count=5)
    limits = np.iinfo(dtype)
    assert runs.dtype == dtype
    assert set(runs[2].flat) == {limits.min}
    assert set(runs[3].flat) == {limits.max}
    assert set(runs[4].flat) == {0}
    width = float(limits.max) - limits.min
    assert runs[0].min() < limits.min + width / 50
    assert runs[0].max() > limits.max - width / 50


def test_zero_point_of_uint8() -> None:
    (runs,) = random_inputs([detail("uint8", zero_point=131)], seed=0, count=5)
    assert set(runs[4].flat) == {131}


@pytest.mark.parametrize(
    ("quantized", "low", "high"), [("int8", -62.5, 65.0), ("uint8", 1.5, 129.0)]
)
def test_floats_go_beyond_the_quantized_range(
    quantized: str, low: float, high: float
) -> None:
    (runs,) = random_inputs([detail("float32", quantized=quantized)], seed=0, count=5)
    assert runs.dtype == np.float32
    assert np.isfinite(runs).all()
    for run in (0, 1, 2):
        assert runs[run].min() < low
    for run in (0, 1, 3):
        assert runs[run].max() > high
    assert set(runs[4].flat) == {0}


def test_floats_hit_the_middle_between_quantized_values() -> None:
    (runs,) = random_inputs([FLOAT], seed=0, count=1)
    halves = np.count_nonzero((runs[0] / np.float32(0.5)) % 1 == 0.5)
    assert 0.15 < halves / runs[0].size < 0.35


def test_floats_without_quantization() -> None:
    (runs,) = random_inputs([detail("float32", scale=None)], seed=0, count=5)
    assert runs.min() == -8
    assert runs.max() == 8


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (1, 3), (1, 1, 1, 2)])
def test_small_shapes(shape: tuple[int, ...]) -> None:
    for dtype in ("int8", "float32"):
        (runs,) = random_inputs([detail(dtype, shape)], seed=0, count=5)
        assert runs.shape == (5, *shape)


@pytest.mark.parametrize(
    ("seed", "count", "message"),
    [(0, 0, "at least 1, not 0"), (-1, 1, "must not be negative")],
)
def test_bad_seed_or_count(seed: int, count: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        random_inputs([INT8], seed, count)


@pytest.mark.parametrize("dtype", ["bool", "int64", "float64", "complex64"])
def test_unsupported_types(dtype: str) -> None:
    with pytest.raises(InputError, match=f"input 'x': type {dtype} is not supported"):
        detail(dtype)


def save(folder: Path, array: Any, name: str = "x.npy") -> Path:
    path = folder / name
    np.save(path, array)
    return path


@pytest.mark.parametrize("shape", [(2, 1, 24, 20, 3), (2, 24, 20, 3)])
@pytest.mark.parametrize("dtype", ["<i2", ">i2"])
def test_load_with_and_without_the_batch(
    tmp_path: Path, shape: tuple[int, ...], dtype: str
) -> None:
    data = np.arange(2 * 24 * 20 * 3).reshape(shape).astype(dtype)
    (loaded,) = load_inputs([save(tmp_path, data)], [detail("int16")])
    assert loaded.dtype == np.int16
    assert loaded.flags.c_contiguous
    np.testing.assert_array_equal(loaded, data.reshape(2, 1, 24, 20, 3))


def test_load_several_in_order(tmp_path: Path) -> None:
    a = save(tmp_path, np.ones((3, 4), np.int8), "a.npy")
    b = save(tmp_path, np.full((3, 1, 2), 0.5, np.float32, order="F"), "b.npy")
    details = [detail(shape=(1, 4)), detail("float32", shape=(1, 2))]
    loaded = load_inputs([a, b], details)
    assert [array.shape for array in loaded] == [(3, 1, 4), (3, 1, 2)]
    with pytest.raises(InputError, match=r"2 inputs \(x, x\), got 1 data files"):
        load_inputs([a], details)
    b = save(tmp_path, np.zeros((2, 2), np.float32), "b.npy")
    with pytest.raises(InputError, match=r"b\.npy: 2 runs, but .*a\.npy has 3"):
        load_inputs([a, b], details)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (
            np.zeros((2, 4), np.uint8),
            r"'x' expects int8 of shape \(RUNS, 4\) or \(RUNS, 1, 4\), "
            r"got uint8 of shape \(2, 4\)",
        ),
        (np.zeros(4, np.int8), r"expects int8 .* got int8 of shape \(4\)"),
        (np.zeros((2, 5), np.int8), r"got int8 of shape \(2, 5\)"),
        (np.zeros((), np.int8), r"got int8 of shape \(\)"),
        (np.zeros((0, 4), np.int8), "no run"),
        (np.array([{}]), "not a .npy file of numbers"),
    ],
)
def test_arrays_that_do_not_fit(tmp_path: Path, array: Any, message: str) -> None:
    path = save(tmp_path, array)
    with pytest.raises(InputError, match=rf"x\.npy: .*{message}") as error:
        load_inputs([path], [detail(shape=(1, 4))])
    assert "\n" not in str(error.value)


def test_files_that_are_no_arrays(tmp_path: Path) -> None:
    details = [detail(shape=(1, 4))]
    text = tmp_path / "text.npy"
    for content in ("", "1, 2, 3, 4\n", "\x93NUMPY"):
        text.write_text(content, encoding="latin-1")
        with pytest.raises(InputError, match=r"text\.npy: not a \.npy file"):
            load_inputs([text], details)
    with pytest.raises(InputError, match=r"none\.npy: No such file or directory"):
        load_inputs([tmp_path / "none.npy"], details)
    archive = tmp_path / "x.npz"
    np.savez(archive, x=np.zeros((1, 4), np.int8))
    with pytest.raises(InputError, match=r"x\.npz: an \.npz archive"):
        load_inputs([archive], details)


def test_details_of_a_model(tmp_path: Path) -> None:
    writer = TFLiteWriter("two inputs")
    a = writer.input("a", shape=(1, 4), scale=0.25, zero_point=7)
    b = writer.input("b", shape=(1, 2), scale=0.25, zero_point=7)
    writer.output(writer.concatenation([a, b], axis=1))
    path = tmp_path / "model.tflite"
    path.write_bytes(writer.finish())
    details = input_details(path)
    int8 = np.dtype(np.int8)
    assert details == [
        InputDetail("a", (1, 4), int8, 0.25, 7),
        InputDetail("b", (1, 2), int8, 0.25, 7),
    ]
    inputs = random_inputs(details, seed=0, count=5)
    (output,) = run_oracle(path, inputs, "tflm").outputs
    np.testing.assert_array_equal(output, np.concatenate(inputs, axis=2))


def test_float_input_takes_the_quantization_that_follows() -> None:
    path = MODELS.parent / "user_models" / "mcunet_person_det_160x128.tflite"
    if not path.is_file():
        pytest.skip(f"{path.name} is not beside {MODELS}; set TINYTS_MODELS")
    (found,) = input_details(path)
    assert found.dtype == np.float32
    assert found.scale == pytest.approx(0.0235197, rel=1e-5)
    assert found.zero_point == -18
    low, high = found.limits
    assert low < (-128 + 18) * 0.0235197
    assert high > (127 + 18) * 0.0235197
