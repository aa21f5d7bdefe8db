"""Inputs and outputs of every type: what the C takes and gives is the model's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support_unit import Array, parse, transformed

import tinyts
from emitc.model_files import header_text, source_text
from emitc.read_program import read_program
from tools import host_run
from tools.compiler import Compiled, compile_path
from tools.host_run import SANITIZERS
from tools.options import resolve
from tools.oracle import run_oracle
from tools.report import report
from tools.run_inputs import input_details, random_inputs
from tools.tflite_writer import Quant, TFLiteWriter

BETWEEN = Quant(0.05, -3)


def write(path: Path, inputs: dict[str, str], outputs: tuple[str, ...]) -> Path:
    """Inputs of the given types by name, added, a convolution, outputs of types.

    An output `int8` is also read by the others; an output `shares` is a SOFTMAX to
    int16 as int32, as speech networks have it.
    """
    writer = TFLiteWriter("ends")
    random = np.random.default_rng(0)
    values: list[int] = []
    for name, dtype in inputs.items():
        scale = {"float32": None, "int16": 0.0003}.get(dtype, 0.04)
        zero_point = 120 if dtype == "uint8" else 0
        x = writer.input(
            name, shape=(1, 6, 5, 3), scale=scale, zero_point=zero_point, dtype=dtype
        )
        values.append(x if dtype == "int8" else writer.quantize(x, BETWEEN))
    y = values[0]
    for value in values[1:]:
        y = writer.add(y, value, output=Quant(0.1, 4))
    y = writer.conv_2d(
        y,
        weights=random.integers(-127, 128, (4, 3, 3, 3)).astype(np.int8),
        bias=random.integers(-100, 100, 4).astype(np.int32),
        weight_scales=[0.01] * 4,
        output=Quant(0.1, 5),
    )
    for dtype in outputs:
        if dtype == "float32":
            writer.output(writer.dequantize(y))
        elif dtype == "int8":
            writer.output(y)
        elif dtype == "shares":
            shares = writer.softmax(y, dtype="int16")
            writer.output(shares, writer.quantize(shares, Quant(2.0**-20), "int32"))
        else:
            quants = {"uint8": (0.1, 133), "int16": (0.001, 0), "int32": (1e-5, 0)}
            scale, zero_point = quants[dtype]
            writer.output(writer.quantize(y, Quant(scale, zero_point), dtype))
    path.write_bytes(writer.finish())
    return path


CASES = {
    "floats": ({"x": "float32"}, ("float32",), {}),
    "floats by rows": ({"x": "float32"}, ("float32", "int8"), {"input": "rows"}),
    "bytes in the arena": (
        {"x": "uint8"},
        ("uint8",),
        {"input": "arena", "output": "arena"},
    ),
    "floats in the arena": (
        {"x": "float32"},
        ("float32",),
        {"input": "arena", "output": "arena", "alignment": 1},
    ),
    "several types by rows": (
        {"a": "float32", "b": "int16", "c": "int8"},
        ("uint8", "float32"),
        {"input": "rows", "output": "arena"},
    ),
    "softmax to int16": ({"x": "int16"}, ("shares",), {}),
    "softmax to int16 by rows": (
        {"x": "int16"},
        ("shares",),
        {"split_height": 2, "output": "arena", "alignment": 1},
    ),
    "several types": (
        {"a": "uint8", "b": "int16"},
        ("int16", "int8", "int32"),
        {"optimize": "none"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_bytes_of_tflite_micro(name: str, tmp_path: Path, object_cache: Path) -> None:
    inputs, outputs, options = CASES[name]
    model = write(tmp_path / "ends.tflite", inputs, outputs)
    compiled = compile_path(model, resolve(**options))
    data = random_inputs(input_details(model), 0, 5)
    assert [array.dtype.name for array in data] == list(inputs.values())
    found = _outputs(model, compiled, data, tmp_path, object_cache)
    types = ("int16", "int32") if outputs == ("shares",) else outputs
    assert tuple(array.dtype.name for array in found) == types


def _outputs(
    model: Path,
    compiled: Compiled,
    data: list[Array],
    tmp_path: Path,
    object_cache: Path,
) -> list[Array]:
    """What the program computes, which is what TFLite Micro does."""
    expected = run_oracle(model, data, "tflm").outputs
    program = compiled.program
    executable = host_run.build(
        program, tmp_path / "build", flags=SANITIZERS, cache=object_cache
    )
    found = host_run.run(executable, program, data).outputs
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_array_equal(ours.view(np.uint8), theirs.view(np.uint8))
    return found


@pytest.mark.parametrize("dtype", ["float32", "uint8", "int16"])
@pytest.mark.parametrize("place", ["external", "rows"])
def test_reshapes_of_what_is_not_int8(
    dtype: str, place: str, tmp_path: Path, object_cache: Path
) -> None:
    """In front of the first QUANTIZE and behind the last one, or DEQUANTIZE."""
    writer = TFLiteWriter("reshapes")
    scale = {"float32": None, "int16": 0.0003, "uint8": 0.04}[dtype]
    x = writer.input("x", shape=(1, 30), scale=scale, dtype=dtype)
    rows = _reshaped(writer, x, (1, 5, 6, 1))
    y = writer.max_pool_2d(writer.quantize(rows, BETWEEN), filter=(2, 2))
    if dtype == "float32":
        end = writer.dequantize(y)
    else:
        end = writer.quantize(y, Quant(0.1), dtype)
    writer.output(_reshaped(writer, end, (20,)))
    model = tmp_path / "reshapes.tflite"
    model.write_bytes(writer.finish())
    compiled = compile_path(model, resolve(input=place))
    data = random_inputs(input_details(model), 0, 5)
    _outputs(model, compiled, data, tmp_path, object_cache)


def _reshaped(writer: TFLiteWriter, x: int, shape: tuple[int, ...]) -> int:
    kind = writer.tensors[x]
    quant = writer.quant(x) if kind.scales else None
    y = writer.activation(f"{kind.name}_reshaped", shape, quant, kind.dtype)
    sizes = writer.constant(np.array(shape, np.int32))
    writer.operator("RESHAPE", (x, sizes), (y,), {"new_shape": shape})
    return y


def test_sizes_are_in_bytes(tmp_path: Path) -> None:
    model = write(tmp_path / "ends.tflite", {"x": "float32"}, ("int16",))
    result = report(compile_path(model, resolve(optimize="none")))
    assert result["input_bytes"] == 4 * 6 * 5 * 3
    assert result["output_bytes"] == 2 * 6 * 5 * 4


def test_python_api_takes_the_types_of_the_model(tmp_path: Path) -> None:
    model = write(tmp_path / "ends.tflite", {"x": "float32"}, ("float32",))
    compiled = tinyts.compile(model, optimize="none")
    result = compiled.run(np.linspace(-6, 6, 90, dtype=np.float32))
    assert result.dtype == np.float32
    assert len(np.unique(result)) > 3


@pytest.mark.parametrize(
    ("dtype", "c_type"),
    [("uint8", "uint8_t"), ("int16", "int16_t"), ("float32", "float")],
)
def test_header_has_the_type_of_the_model(
    tmp_path: Path, dtype: str, c_type: str
) -> None:
    model = write(tmp_path / "ends.tflite", {"x": dtype}, (dtype,))
    program = compile_path(model, resolve(optimize="none", input="rows")).program
    header = header_text(program)
    assert f"typedef {c_type} ends_input_t;" in header
    assert f"typedef {c_type} ends_output_t;" in header
    assert ("#define ends_INPUT_SCALE" in header) == (dtype != "float32")
    assert "ends_input_t *destination);" in header
    assert "(ends_input_t *)(void *)destination" in source_text(program)


def test_inputs_of_several_types_have_no_common_one(tmp_path: Path) -> None:
    outputs = "float32", "int8", "int32"
    model = write(tmp_path / "ends.tflite", {"a": "uint8", "b": "int8"}, outputs)
    header = header_text(compile_path(model, resolve(optimize="none")).program)
    assert "const uint8_t *a;" in header
    assert "const int8_t *b;" in header
    assert "float *dequantize_3;" in header
    assert "int32_t *quantize_" in header
    assert "ends_input_t" not in header


def test_constant_float_output() -> None:
    module = parse(
        """
        func.func @f(%x: tensor<1x2x2x1xi8, #tinyts.quant<1.0 : f32, 0>>)
            -> tensor<2xf32> {
          %c = tinyts.constant dense<[1.5, -2.0]> : tensor<2xf32>
          return %c : tensor<2xf32>
        }
        """
    )
    placed = transformed(module, "convert-tinyts-to-tsbuf,plan-arena,verify-arena")
    (constant,) = read_program(placed).constants
    assert constant.array.tobytes() == np.array([1.5, -2.0], "<f4").tobytes()
