"""The oracles on small models, on models from the field, and where they fail."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from tools.model_signature import OracleError, read_signature
from tools.oracle import run_oracle
from tools.oracle_job import Array, OracleKind
from tools.tflite_writer import Quant, TFLiteWriter

MODELS = Path(
    os.environ.get(
        "TINYTS_MODELS", Path(__file__).resolve().parents[2] / "shared" / "models"
    )
)
KINDS: tuple[OracleKind, ...] = ("tflm", "litert")


def model(name: str) -> Path:
    """A model file of the folder, or of `user_models` beside it."""
    for folder in (MODELS, MODELS.parent / "user_models"):
        path = folder / f"{name}.tflite"
        if path.is_file():
            return path
    pytest.skip(f"{name}.tflite is not in {MODELS}; set TINYTS_MODELS")


def random_bytes(shape: tuple[int, ...], seed: int = 0) -> Array:
    random = np.random.default_rng(seed)
    return random.integers(-128, 128, shape, dtype=np.int8)


def write(writer: TFLiteWriter, folder: Path) -> Path:
    path = folder / "model.tflite"
    path.write_bytes(writer.finish())
    return path


def write_convolutions(folder: Path, channels: int = 4, size: int = 8) -> Path:
    """input 0 -> CONV_2D -> MAX_POOL_2D, both outputs of the model."""
    writer = TFLiteWriter("two convolutions")
    x = writer.input("x", shape=(1, size, size, 3), scale=0.5, zero_point=-3)
    y = writer.conv_2d(
        x,
        weights=random_bytes((channels, 3, 3, 3), 1),
        bias=np.arange(channels, dtype=np.int32),
        weight_scales=np.full(channels, 0.01, np.float32),
        output=Quant(1.0, 4),
        activation="RELU",
    )
    z = writer.max_pool_2d(y, filter=(2, 2), stride=(2, 2))
    writer.output(z, y)
    return write(writer, folder)


def write_reshape(folder: Path, dtype: str) -> Path:
    """A model that copies its input of type `dtype`, two values, to its output."""
    writer = TFLiteWriter("reshape")
    x = writer.input("x", shape=(1, 2), scale=0.5, dtype=dtype)
    y = writer.activation("y", (2, 1), Quant(0.5), dtype)
    shape = writer.constant(np.array([2, 1], np.int32))
    writer.operator("RESHAPE", (x, shape), (y,), {"new_shape": [2, 1]})
    writer.output(y)
    return write(writer, folder)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "float32"])
def test_types(tmp_path: Path, dtype: str, kind: OracleKind) -> None:
    x = np.array([[[1, 2]], [[3, 100]], [[5, 6]]], dtype)
    result = run_oracle(write_reshape(tmp_path, dtype), [x], kind)
    (y,) = result.outputs
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, x.reshape(3, 2, 1))
    assert (result.arena_bytes is None) == (kind == "litert")
    assert result.tensors == {}


@pytest.mark.parametrize("kind", KINDS)
def test_several_inputs_and_outputs(tmp_path: Path, kind: OracleKind) -> None:
    writer = TFLiteWriter("two by two")
    a = writer.input("a", shape=(1, 4), scale=1.0)
    b = writer.input("b", shape=(1, 2), scale=1.0)
    both = writer.concatenation([a, b], axis=1)
    turned = writer.concatenation([b, a], axis=1)
    writer.output(turned, both)
    first, second = random_bytes((3, 1, 4)), random_bytes((3, 1, 2), 1)
    result = run_oracle(write(writer, tmp_path), [first, second], kind)
    np.testing.assert_array_equal(
        result.outputs[0], np.concatenate([second, first], axis=2)
    )
    np.testing.assert_array_equal(
        result.outputs[1], np.concatenate([first, second], axis=2)
    )


def test_all_tensors_are_inputs_and_what_operators_write(tmp_path: Path) -> None:
    path = write_convolutions(tmp_path)
    x = random_bytes((2, 1, 8, 8, 3))
    signature = read_signature(path)
    results = [run_oracle(path, [x], kind, all_tensors=True) for kind in KINDS]
    for result in results:
        assert tuple(result.tensors) == signature.computed
        assert len(result.tensors) == 3
        np.testing.assert_array_equal(result.tensors[signature.inputs[0].index], x)
        for info, output in zip(signature.outputs, result.outputs, strict=True):
            assert output.shape == (2, *info.shape)
            np.testing.assert_array_equal(result.tensors[info.index], output)
        pooled, convolved = result.outputs
        assert len(np.unique(convolved)) > 20
        windows = convolved.reshape(2, 4, 2, 4, 2, 4)
        np.testing.assert_array_equal(pooled[:, 0], windows.max(axis=(2, 4)))
    for mine, other in zip(results[0].outputs, results[1].outputs, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_arena_grows_until_the_tensors_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_convolutions(tmp_path, channels=16, size=64)
    x = random_bytes((1, 1, 64, 64, 3))
    expected = run_oracle(path, [x], "tflm")
    monkeypatch.setattr("tools.oracle.FIRST_ARENA_BYTES", 40_000)
    grown = run_oracle(path, [x], "tflm")
    np.testing.assert_array_equal(grown.outputs[0], expected.outputs[0])
    assert grown.arena_bytes == expected.arena_bytes
    assert grown.arena_bytes is not None
    assert grown.arena_bytes > 64 * 64 * 16
    monkeypatch.setattr("tools.oracle.LAST_ARENA_BYTES", 50_000)
    with pytest.raises(OracleError, match=r"TFLite Micro .*missing: \d+"):
        run_oracle(path, [x], "tflm", all_tensors=True)


def test_result_needs_no_particular_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_reshape(tmp_path, "int8")
    monkeypatch.chdir(tmp_path)
    result = run_oracle(Path("model.tflite"), [random_bytes((1, 1, 2))], "tflm")
    assert result.outputs[0].shape == (1, 2, 1)


def test_state_is_stepped_from_a_fresh_start() -> None:
    path = model("mww_okay_nabu_v2")
    x = random_bytes((1, 1, 3, 40)).repeat(4, axis=0)
    four = run_oracle(path, [x], "tflm", all_tensors=True)
    two = run_oracle(path, [x[:2]], "tflm")
    np.testing.assert_array_equal(four.outputs[0][:2], two.outputs[0])
    changed = [
        index
        for index, tensor in four.tensors.items()
        if tensor[0].tobytes() != tensor[3].tobytes()
    ]
    assert changed, "the same frame leaves the same tensors: the state was reset"
    other = run_oracle(path, [x], "litert")
    np.testing.assert_array_equal(four.outputs[0], other.outputs[0])


def test_float_input_and_three_outputs() -> None:
    path = model("mcunet_person_det_160x128")
    x = np.random.default_rng(0).uniform(-4, 4, (1, 1, 128, 160, 3))
    results = [
        run_oracle(path, [x.astype(np.float32)], kind, all_tensors=True)
        for kind in KINDS
    ]
    assert [output.shape for output in results[0].outputs] == [
        (1, 1, 4, 5, 18),
        (1, 1, 8, 10, 18),
        (1, 1, 16, 20, 18),
    ]
    assert results[0].outputs[0].dtype == np.float32
    for index, tensor in results[0].tensors.items():
        assert tensor.tobytes() == results[1].tensors[index].tobytes()


def test_oracles_differ_only_after_fully_connected() -> None:
    path = model("kws_cnn_l")
    x = random_bytes((3, 1, 490))
    judge, second = (run_oracle(path, [x], kind, all_tensors=True) for kind in KINDS)
    for index in list(judge.tensors)[:4]:
        np.testing.assert_array_equal(judge.tensors[index], second.tensors[index])
    for mine, other in zip(judge.outputs, second.outputs, strict=True):
        assert np.abs(mine.astype(int) - other.astype(int)).max() <= 8


@pytest.mark.parametrize(
    ("shapes", "dtype", "message"),
    [
        ([], np.int8, "the model has 1 inputs, got 0"),
        ([(1, 1, 2), (1, 1, 2)], np.int8, "the model has 1 inputs, got 2"),
        ([(0, 1, 2)], np.int8, "the inputs have no run"),
        ([()], np.int8, "the inputs have no run"),
        ([(1, 2)], np.int8, r"input 'x' must be int8 of shape \(1, 1, 2\), got int8"),
        ([(1, 1, 2)], np.uint8, r"must be int8 .* got uint8 of shape \(1, 1, 2\)"),
    ],
)
def test_inputs_that_do_not_fit(
    tmp_path: Path, shapes: list[tuple[int, ...]], dtype: type[np.generic], message: str
) -> None:
    path = write_reshape(tmp_path, "int8")
    with pytest.raises(OracleError, match=message):
        run_oracle(path, [np.zeros(shape, dtype) for shape in shapes], "tflm")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "No such file or directory"),
        (b"", "not a TFLite model"),
        (b"\xff" * 64, "not a TFLite model"),
        (b"\xff\xff\xff\x7fTFL3" + bytes(64), "damaged TFLite model"),
    ],
)
def test_files_that_are_no_models(
    tmp_path: Path, data: bytes | None, message: str
) -> None:
    path = tmp_path / "bad.tflite"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(OracleError, match=rf"bad\.tflite: {message}"):
        run_oracle(path, [], "tflm")


@pytest.mark.parametrize("kind", KINDS)
def test_refused_model_gives_one_line(tmp_path: Path, kind: OracleKind) -> None:
    writer = TFLiteWriter("int32 input to a convolution")
    x = writer.input("x", shape=(1, 4, 4, 1), scale=0.5, dtype="int32")
    weights = np.ones((1, 1, 1, 1), np.int8)
    y = writer.conv_2d(
        x, weights=weights, bias=None, weight_scales=[1.0], output=Quant(1.0)
    )
    writer.output(y)
    path = write(writer, tmp_path)
    with pytest.raises(OracleError, match=r"failed: .*CONV_2D") as error:
        run_oracle(path, [np.zeros((1, 1, 4, 4, 1), np.int32)], kind)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            "import os; os.write(2, b'one\\ntwo\\n\\nthree\\n'); os.abort()",
            "LiteRT crashed with SIGABRT: two; three",
        ),
        ("import os; os.kill(os.getpid(), 11)", "LiteRT crashed with SIGSEGV"),
        (
            "import os; os.write(2, b'INFO: x\\n'); os._exit(3)",
            "failed with exit code 3",
        ),
        (
            "import sys; sys.stderr.write('why\\n'); print('no\\n luck'); sys.exit(1)",
            r"LiteRT failed: why \(no luck\)",
        ),
        ("import time; time.sleep(60)", "LiteRT did not finish within 1 s"),
    ],
)
def test_crash_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, message: str
) -> None:
    def command(folder: Path) -> list[str]:
        return [sys.executable, "-S", "-c", program]

    monkeypatch.setattr("tools.oracle._command", command)
    path = write_reshape(tmp_path, "int8")
    with pytest.raises(OracleError, match=rf"model\.tflite: .*{message}$"):
        run_oracle(path, [random_bytes((1, 1, 2))], "litert", timeout_seconds=1)


def test_missing_interpreter_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tflite_micro.py").write_text("")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).resolve().parents[1]}",
    }
    monkeypatch.setattr("tools.oracle._environment", lambda: environment)
    path = write_reshape(tmp_path, "int8")
    with pytest.raises(OracleError, match="install tflite-micro"):
        run_oracle(path, [random_bytes((1, 1, 2))], "tflm")
