"""The writer's models hold what was written, and TFLite Micro runs them."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, cast

import numpy as np
import pytest
import tflite  # pyright: ignore[reportMissingTypeStubs]

from tools.tflite_writer import (
    NO_TENSOR,
    OPERATOR_KINDS,
    Quant,
    TFLiteWriter,
    window_output,
)

SCHEMA = cast(Any, tflite)
SHAPE = (1, 7, 9, 4)
OUTPUT = Quant(0.1, 4)

needs_tflite_micro = pytest.mark.skipif(
    find_spec("tflite_micro") is None, reason="tflite-micro is not installed"
)

RUN_MODELS = """
import pickle, sys
import numpy as np
from tflite_micro import runtime

outputs = []
for model in pickle.load(sys.stdin.buffer):
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=1 << 18)
    shape = interpreter.get_input_details(0)["shape"]
    values = np.random.default_rng(0).integers(-128, 128, shape, dtype=np.int8)
    interpreter.set_input(values, 0)
    interpreter.invoke()
    outputs.append((values, interpreter.get_output(0)))
pickle.dump(outputs, sys.stdout.buffer)
"""


def weights(*shape: int) -> np.ndarray[Any, np.dtype[np.int8]]:
    return np.random.default_rng(1).integers(-127, 128, shape, dtype=np.int8)


def bias(channels: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.arange(channels, dtype=np.int32) * 100 - 150


def started(shape: tuple[int, ...] = SHAPE) -> tuple[TFLiteWriter, int]:
    writer = TFLiteWriter("test")
    return writer, writer.input("x", shape=shape, scale=0.05, zero_point=-3)


def read(data: bytes) -> tuple[Any, Any]:
    """The model and its subgraph."""
    model = SCHEMA.Model.GetRootAs(data, 0)
    return model, model.Subgraphs(0)


def options(operator: Any, name: str) -> Any:
    """The options of an operator as the table `name` of the schema."""
    table = getattr(SCHEMA, name)()
    union = operator.BuiltinOptions()
    table.Init(union.Bytes, union.Pos)
    return table


def contents(model: Any, tensor: Any, dtype: type) -> list[Any]:
    data = model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
    return np.frombuffer(data, dtype).tolist()


def changed(arguments: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return arguments | fields


CONV: dict[str, Any] = {
    "weights": weights(6, 3, 2, 4),
    "bias": bias(6),
    "output": OUTPUT,
}
DEPTHWISE: dict[str, Any] = {
    "weights": weights(1, 2, 3, 8),
    "bias": bias(8),
    "output": OUTPUT,
}
DENSE: dict[str, Any] = {"weights": weights(5, 252), "bias": bias(5), "output": OUTPUT}
ROWS: dict[str, Any] = {"weights": weights(5, 4), "bias": bias(5), "output": OUTPUT}

CASES: dict[str, tuple[str, tuple[int, ...], Callable[[TFLiteWriter, int], int]]] = {
    "conv same": (
        "CONV_2D",
        (1, 4, 9, 6),
        lambda w, x: w.conv_2d(x, **CONV, weight_scales=[0.01], stride=(2, 1)),
    ),
    "conv valid": (
        "CONV_2D",
        (1, 3, 8, 6),
        lambda w, x: w.conv_2d(
            x,
            **changed(CONV, bias=None),
            weight_scales=np.full(6, 0.01),
            padding="VALID",
            dilation=(2, 1),
        ),
    ),
    "depthwise": (
        "DEPTHWISE_CONV_2D",
        (1, 4, 5, 8),
        lambda w, x: w.depthwise_conv_2d(
            x, **DEPTHWISE, weight_scales=np.full(8, 0.01), stride=(2, 2)
        ),
    ),
    "depthwise without bias": (
        "DEPTHWISE_CONV_2D",
        (1, 6, 7, 8),
        lambda w, x: w.depthwise_conv_2d(
            x, **changed(DEPTHWISE, bias=None), weight_scales=[0.01], padding="VALID"
        ),
    ),
    "reduce max": ("REDUCE_MAX", (1, 4), lambda w, x: w.reduce_max(x, (1, 2))),
    "transpose conv": (
        "TRANSPOSE_CONV",
        (1, 14, 27, 6),
        lambda w, x: w.transpose_conv(
            x, **CONV, weight_scales=np.full(6, 0.01), stride=(2, 3)
        ),
    ),
    "transpose conv valid": (
        "TRANSPOSE_CONV",
        (1, 15, 18, 6),
        lambda w, x: w.transpose_conv(
            x, **changed(CONV, bias=None), weight_scales=[0.01], padding="VALID"
        ),
    ),
    "fully connected": (
        "FULLY_CONNECTED",
        (1, 5),
        lambda w, x: w.fully_connected(x, **DENSE, weight_scales=[0.002]),
    ),
    "fully connected per channel": (
        "FULLY_CONNECTED",
        (63, 5),
        lambda w, x: w.fully_connected(x, **ROWS, weight_scales=np.full(5, 0.01)),
    ),
    "fully connected keeping the rank": (
        "FULLY_CONNECTED",
        (1, 7, 9, 5),
        lambda w, x: w.fully_connected(
            x, **changed(ROWS, bias=None), weight_scales=[0.01], keep_num_dims=True
        ),
    ),
    "add": ("ADD", SHAPE, lambda w, x: w.add(x, x, output=OUTPUT, activation="RELU")),
    "add of a constant": (
        "ADD",
        SHAPE,
        lambda w, x: w.add(x, w.constant(weights(4), Quant(0.03, 5)), output=OUTPUT),
    ),
    "mul": ("MUL", SHAPE, lambda w, x: w.mul(x, x, output=OUTPUT)),
    "mul broadcast": (
        "MUL",
        SHAPE,
        lambda w, x: w.mul(
            x, w.constant(weights(1, 1, 1, 4), Quant(0.03, 5)), output=OUTPUT
        ),
    ),
    "sub": (
        "SUB",
        SHAPE,
        lambda w, x: w.sub(x, w.constant(weights(4), Quant(0.03, 5)), output=OUTPUT),
    ),
    "pad": (
        "PAD",
        (1, 10, 12, 5),
        lambda w, x: w.pad(x, [[0, 0], [1, 2], [0, 3], [1, 0]]),
    ),
    "average pool": (
        "AVERAGE_POOL_2D",
        (1, 7, 5, 4),
        lambda w, x: w.average_pool_2d(
            x, filter=(3, 2), stride=(1, 2), padding="SAME", activation="RELU"
        ),
    ),
    "max pool": (
        "MAX_POOL_2D",
        (1, 2, 3, 4),
        lambda w, x: w.max_pool_2d(x, filter=(3, 2), stride=(4, 3)),
    ),
    "reshape": ("RESHAPE", (9, 28), lambda w, x: w.reshape(x, (9, -1))),
    "softmax": ("SOFTMAX", SHAPE, lambda w, x: w.softmax(x)),
    "quantize": ("QUANTIZE", SHAPE, lambda w, x: w.quantize(x, OUTPUT)),
    "mean": ("MEAN", (1, 4), lambda w, x: w.mean(x, (1, 2), output=Quant(0.02, 1))),
    "mean keeping the rank": (
        "MEAN",
        (1, 7, 1, 4),
        lambda w, x: w.mean(x, (-2,), keep_dims=True, output=Quant(0.02, 1)),
    ),
    "concatenation": (
        "CONCATENATION",
        (1, 7, 18, 4),
        lambda w, x: w.concatenation([x, x], axis=-2),
    ),
}


def test_every_method_of_an_operator_has_a_case() -> None:
    methods = {kind for kind in OPERATOR_KINDS if hasattr(TFLiteWriter, kind.lower())}
    methods.discard("SHAPE")  # `shape` is no operator
    methods -= {"READ_VARIABLE", "ASSIGN_VARIABLE"}  # tests/test_variables.py
    methods.discard("SVDF")  # tests/test_recurrent.py
    methods.discard("DEQUANTIZE")  # to floats: tests/test_graph_ends.py
    assert {builtin for builtin, _, _ in CASES.values()} == methods


@pytest.mark.parametrize("kind", OPERATOR_KINDS)
def test_the_schema_has_every_operator(kind: str) -> None:
    table = OPERATOR_KINDS[kind].options
    assert hasattr(SCHEMA.BuiltinOperator, kind)
    assert table is None or hasattr(SCHEMA.BuiltinOptions, table)


@pytest.mark.parametrize("case", CASES)
def test_operator_is_read_back(case: str) -> None:
    builtin, shape, build = CASES[case]
    writer, x = started()
    y = build(writer, x)
    assert writer.shape(y) == shape
    writer.output(y)
    model, graph = read(writer.finish())
    assert graph.OperatorsLength() == 1
    operator = graph.Operators(0)
    code = model.OperatorCodes(operator.OpcodeIndex())
    expected = getattr(SCHEMA.BuiltinOperator, builtin)
    assert (code.BuiltinCode(), code.DeprecatedBuiltinCode()) == (expected, expected)
    name = OPERATOR_KINDS[builtin].options
    assert operator.BuiltinOptionsType() == getattr(SCHEMA.BuiltinOptions, name)
    assert x in operator.InputsAsNumpy()
    assert operator.Outputs(0) == y
    assert graph.Tensors(y).ShapeAsNumpy().tolist() == list(shape)
    assert graph.Tensors(y).Type() == SCHEMA.TensorType.INT8
    assert graph.Tensors(y).Quantization().Scale(0) == np.float32(writer.quant(y).scale)
    assert graph.Tensors(y).Quantization().ZeroPoint(0) == writer.quant(y).zero_point


@needs_tflite_micro
def test_tflite_micro_runs_every_operator() -> None:
    models: list[bytes] = []
    for _, _, build in CASES.values():
        writer, x = started()
        writer.output(build(writer, x))
        models.append(writer.finish())
    result = subprocess.run(
        [sys.executable, "-c", RUN_MODELS],
        input=pickle.dumps(models),
        capture_output=True,
        check=True,
    )
    outputs = pickle.loads(result.stdout)
    for (name, (_, shape, _)), (values, output) in zip(
        CASES.items(), outputs, strict=True
    ):
        assert output.shape == shape, name
        assert len(np.unique(output)) >= min(8, output.size // 2), name
        if name == "reshape":
            assert output.tobytes() == values.tobytes()


def test_file_header_and_tensors() -> None:
    writer = TFLiteWriter("a description", unknown_batch=True)
    x = writer.input("image", shape=(1, 4, 4, 2), scale=0.5, zero_point=-3)
    y = writer.conv_2d(
        x,
        weights=weights(3, 1, 1, 2),
        bias=bias(3),
        weight_scales=np.array([0.1, 0.2, 0.3], np.float32),
        output=Quant(0.25, 7),
        activation="RELU6",
        name="first",
    )
    z = writer.softmax(y)
    writer.output(z, y)
    data = writer.finish()
    assert data[4:8] == b"TFL3"
    assert writer.finish() == data
    model, graph = read(data)
    assert model.Version() == 3
    assert model.Description() == b"a description"
    assert model.Buffers(0).DataLength() == 0
    assert graph.InputsAsNumpy().tolist() == [x]
    assert graph.OutputsAsNumpy().tolist() == [z, y]
    tensors = [graph.Tensors(i) for i in range(graph.TensorsLength())]
    names = [tensor.Name().decode() for tensor in tensors]
    assert names == ["image", "first/weights", "first/bias", "first", "softmax_1"]
    signatures = [tensor.ShapeSignatureLength() for tensor in tensors]
    assert signatures == [4, 0, 0, 4, 4]
    assert tensors[0].ShapeSignatureAsNumpy().tolist() == [-1, 4, 4, 2]
    assert tensors[0].Buffer() == 0
    assert contents(model, tensors[1], np.int8) == weights(3, 1, 1, 2).ravel().tolist()
    assert contents(model, tensors[2], np.int32) == bias(3).tolist()
    kernel = tensors[1].Quantization()
    scales = np.array([0.1, 0.2, 0.3], np.float32)
    assert kernel.ScaleAsNumpy().tolist() == scales.tolist()
    assert kernel.ZeroPointAsNumpy().tolist() == [0, 0, 0]
    assert kernel.QuantizedDimension() == 0
    bias_scales = tensors[2].Quantization().ScaleAsNumpy()
    assert bias_scales.tolist() == (np.float32(0.5) * scales).tolist()
    fields = options(graph.Operators(0), "Conv2DOptions")
    assert fields.FusedActivationFunction() == SCHEMA.ActivationFunctionType.RELU6
    assert (fields.StrideH(), fields.DilationWFactor(), fields.Padding()) == (1, 1, 0)


def test_weights_are_aligned() -> None:
    for length in (1, 3, 17, 252):
        writer, x = started((1, length))
        for units in (1, 2, 5):
            x = writer.fully_connected(
                x,
                weights=weights(units, writer.shape(x)[1]),
                bias=bias(units),
                weight_scales=[0.01],
                output=OUTPUT,
            )
        writer.output(x)
        data = writer.finish()
        model, _ = read(data)
        for index in range(1, model.BuffersLength()):
            values = model.Buffers(index).DataAsNumpy()
            start = values.__array_interface__["data"][0]
            base = np.frombuffer(data, np.uint8).__array_interface__["data"][0]
            assert (start - base) % 16 == 0


def test_missing_bias_and_depthwise_dimension() -> None:
    writer, x = started()
    a = writer.depthwise_conv_2d(
        x, **changed(DEPTHWISE, bias=None), weight_scales=np.full(8, 0.01)
    )
    b = writer.fully_connected(
        x, **changed(DENSE, bias=None), weight_scales=[0.01], keep_num_dims=False
    )
    writer.output(a, b)
    _, graph = read(writer.finish())
    assert graph.Operators(0).InputsLength() == 2
    assert graph.Operators(1).InputsAsNumpy().tolist()[2] == NO_TENSOR
    kernel = graph.Tensors(graph.Operators(0).Inputs(1))
    assert kernel.Quantization().QuantizedDimension() == 3
    assert options(graph.Operators(0), "DepthwiseConv2DOptions").DepthMultiplier() == 2


def test_operator_codes_are_shared_by_version() -> None:
    writer, x = started()
    y = writer.mul(x, x, output=Quant(0.5))
    z = writer.mul(y, y, output=Quant(0.01))
    writer.output(writer.mul(z, x, output=Quant(0.5)))
    model, graph = read(writer.finish())
    codes = [model.OperatorCodes(i).Version() for i in range(2)]
    assert (model.OperatorCodesLength(), codes) == (2, [2, 3])
    assert [graph.Operators(i).OpcodeIndex() for i in range(3)] == [0, 1, 0]


def test_generic_operator() -> None:
    writer, x = started()
    y = writer.activation("y", (1, 7, 9, 8), Quant(0.05, -3))
    writer.operator("CONCATENATION", (x, x), (y,), {"axis": 3})
    writer.output(y)
    _, graph = read(writer.finish())
    assert options(graph.Operators(0), "ConcatenationOptions").Axis() == 3


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((7, 3, 2, 1, "SAME"), 4),
        ((7, 3, 2, 1, "VALID"), 3),
        ((7, 3, 1, 3, "VALID"), 1),
        ((2, 7, 1, 1, "SAME"), 2),
        ((7, 1, 3, 1, "VALID"), 3),
        ((8, 1, 3, 1, "SAME"), 3),
        ((7, 7, 7, 1, "VALID"), 1),
    ],
)
def test_window_output(arguments: Any, expected: int) -> None:
    assert window_output(*arguments) == expected


ERRORS: dict[str, Callable[[TFLiteWriter, int], object]] = {
    "does not fit": lambda w, x: w.max_pool_2d(x, filter=(8, 1)),
    "at least 1": lambda w, x: w.max_pool_2d(x, filter=(1, 1), stride=(0, 1)),
    "neither SAME nor VALID": lambda w, x: w.max_pool_2d(
        x, filter=(1, 1), padding=cast(Any, "FULL")
    ),
    "unknown fused activation": lambda w, x: w.add(
        x, x, output=OUTPUT, activation=cast(Any, "TANH")
    ),
    "expected int8 of rank 4": lambda w, x: w.conv_2d(
        x, **changed(CONV, weights=weights(6, 4)), weight_scales=[0.01]
    ),
    "input has 4": lambda w, x: w.conv_2d(
        x, **changed(CONV, weights=weights(6, 1, 1, 3)), weight_scales=[0.01]
    ),
    "5 biases for 6": lambda w, x: w.conv_2d(
        x, **changed(CONV, bias=bias(5)), weight_scales=[0.01]
    ),
    "expected int32 of rank 1": lambda w, x: w.conv_2d(
        x, **changed(CONV, bias=weights(6)), weight_scales=[0.01]
    ),
    "2 weight scales": lambda w, x: w.conv_2d(x, **CONV, weight_scales=[0.1, 0.2]),
    "scale 0.0": lambda w, x: w.conv_2d(x, **CONV, weight_scales=[0]),
    "no multiple of the 4 input": lambda w, x: w.depthwise_conv_2d(
        x, **changed(DEPTHWISE, weights=weights(1, 2, 2, 6)), weight_scales=[0.01]
    ),
    "last axis": lambda w, x: w.fully_connected(
        x, **DENSE, weight_scales=[0.01], keep_num_dims=True
    ),
    "no multiple of 5 elements": lambda w, x: w.fully_connected(
        x, **changed(DENSE, weights=weights(5, 5)), weight_scales=[0.01]
    ),
    "do not broadcast": lambda w, x: w.add(
        x, w.constant(weights(3), OUTPUT), output=OUTPUT
    ),
    "needs a quantization": lambda w, _: w.constant(weights(3)),
    "paddings must not": lambda w, x: w.pad(x, [[0, -1], [0, 0], [0, 0], [0, 0]]),
    "for a tensor of": lambda w, x: w.pad(x, [[0, 0]]),
    "reshape of": lambda w, x: w.reshape(x, (5, -1)),
    "beta": lambda w, x: w.softmax(x, beta=0),
    "empty or repeat": lambda w, x: w.mean(x, (1, -3)),
    "axis 4": lambda w, x: w.mean(x, (4,)),
    "of no tensors": lambda w, _: w.concatenation([], axis=0),
    "different quantization": lambda w, x: w.concatenation([x, w.softmax(x)], axis=3),
    "along axis": lambda w, x: w.concatenation([x, w.pad(x, [[0, 1]] * 4)], axis=3),
    "zero point 128": lambda w, _: w.input("z", shape=(1,), scale=1, zero_point=128),
    "has the shape": lambda w, _: w.input("z", shape=(1, 0), scale=1),
    "unsupported type": lambda w, _: w.input("z", shape=(1,), scale=1, dtype="int4"),
    "is not a positive": lambda w, _: w.input("z", shape=(1,), scale=-1),
    "no tensor 9": lambda w, _: w.output(9),
    "has no output": lambda w, _: w.finish(),
    "unknown operator": lambda w, x: w.operator("CUSTOM", (x,), ()),
    "has no option": lambda w, x: w.operator("ADD", (x, x), (), {"axis": 1}),
    "already written": lambda w, x: w.operator("ADD", (x, x), (x,)),
    "earlier operator": lambda w, _: w.output(w.activation("y", SHAPE, OUTPUT)),
    "is not [N, H, W, C]": lambda w, x: w.max_pool_2d(
        w.reshape(x, (-1,)), filter=(1, 1)
    ),
}


@pytest.mark.parametrize("message", ERRORS)
def test_wrong_arguments_are_one_clear_line(message: str) -> None:
    writer, x = started()
    with pytest.raises(ValueError, match=".") as error:
        ERRORS[message](writer, x)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
