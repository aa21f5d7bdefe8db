"""Tables of activation functions against TFLite Micro: all 256 inputs, many scales."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from support_unit import Case, case, function_of, tflm_outputs

from tinyts_dialect.activation_tables import (
    hard_swish_table,
    logistic_table,
    rsqrt_table,
)
from tinyts_dialect.attributes import Quant as DialectQuant
from tinyts_dialect.interpreter import interpret
from tinyts_dialect.ops.table import TableOp
from tools.import_tflite import import_tflite
from tools.tflite_file import TFLiteError
from tools.tflite_writer import Quant, TFLiteWriter

EVERY_VALUE = np.arange(-128, 128, dtype=np.int8).reshape(1, 1, 256)
LOGISTIC, TANH = Quant(1 / 256, -128), Quant(1 / 128, 0)
FIXED = {"LOGISTIC": LOGISTIC, "TANH": TANH}
ALPHAS = (0.1, 0.01, 0.0, 1.0, 1.7, -0.4)
MODELS = 60


def zero_point(random: np.random.Generator) -> int:
    return int(random.choice([-128, 127, 0, random.integers(-128, 128)]))


def started(random: np.random.Generator) -> tuple[TFLiteWriter, int, Quant]:
    """A writer, an input of 256 values, and an output quantization."""
    writer = TFLiteWriter()
    scale = float(2.0 ** random.uniform(-13, 4))
    x = writer.input("x", shape=(1, 256), scale=scale, zero_point=zero_point(random))
    ratio = float(2.0 ** random.uniform(-3, 3))
    return writer, x, Quant(scale * ratio, zero_point(random))


def unary(builtin: str, random: np.random.Generator) -> Case:
    writer, x, output = started(random)
    options = {"alpha": float(random.choice(ALPHAS))}
    writer.output(
        writer.unary(
            builtin,
            x,
            output=FIXED.get(builtin, output),
            options=options if builtin == "LEAKY_RELU" else None,
        )
    )
    return case(builtin, writer, [EVERY_VALUE])


def rsqrt(random: np.random.Generator) -> Case:
    """Of all inputs that are not negative, which the interpreter alone accepts."""
    zero = int(random.choice([-128, random.integers(-128, 128)]))
    scale = float(2.0 ** random.uniform(-13, 4))
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 256), scale=scale, zero_point=zero)
    spread = float(2.0 ** random.uniform(-9, -5) / np.sqrt(scale))
    writer.output(writer.unary("RSQRT", x, output=Quant(spread, zero_point(random))))
    return case("RSQRT", writer, [np.maximum(EVERY_VALUE, np.int8(zero))])


def test_every_input_of_rsqrt() -> None:
    random = np.random.default_rng(6)
    cases = [rsqrt(random) for _ in range(MODELS)]
    for item, (expected,) in zip(cases, tflm_outputs(cases), strict=True):
        (found,) = interpret(item.module, item.inputs[0][0])
        np.testing.assert_array_equal(found, expected[0], item.name)


def test_a_scale_that_rsqrt_cannot_have() -> None:
    with pytest.raises(ValueError, match="RSQRT"):
        rsqrt_table(DialectQuant(1e4, 0), DialectQuant(1e4, 0))


def assert_one_table(cases: list[Case]) -> None:
    for item, (expected,) in zip(cases, tflm_outputs(cases), strict=True):
        operations = list(function_of(item.module).body.block.ops)
        assert [type(op) for op in operations].count(TableOp) == 1
        assert len(operations) == 3, "a constant, a table, a return"
        (found,) = interpret(item.module, EVERY_VALUE[0])
        np.testing.assert_array_equal(found, expected[0], item.name)


@pytest.mark.parametrize(
    "builtin",
    [
        *("RELU", "RELU6", "LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU"),
        *("QUANTIZE", "ELU", "ABS"),
    ],
)
def test_every_input_of_an_activation(builtin: str) -> None:
    random = np.random.default_rng(list(builtin.encode()))
    assert_one_table([unary(builtin, random) for _ in range(MODELS)])


def binary(
    builtin: str, random: np.random.Generator, operand: Callable[..., int]
) -> Case:
    writer, x, output = started(random)
    scale = writer.quant(x).scale
    other = operand(writer, x, Quant(scale * float(random.uniform(0.2, 3)), 7))
    if builtin == "MUL":
        output = Quant(scale * writer.quant(other).scale * 60, output.zero_point)
    else:
        output = Quant(scale * float(random.uniform(1, 4)), output.zero_point)
    operands = (x, other) if random.random() < 0.7 else (other, x)
    writer.output(writer.binary(builtin, *operands, output=output))
    return case(f"{builtin} of {operand.__name__}", writer, [EVERY_VALUE])


def scalar(writer: TFLiteWriter, x: int, quant: Quant) -> int:
    return writer.constant(np.array(93, np.int8), quant)


def equal_values(writer: TFLiteWriter, x: int, quant: Quant) -> int:
    return writer.constant(np.full(256, -71, np.int8), quant)


def itself(writer: TFLiteWriter, x: int, quant: Quant) -> int:
    return x


@pytest.mark.parametrize("operand", [scalar, equal_values, itself])
@pytest.mark.parametrize(
    "builtin", ["ADD", "MUL", "SUB", "MINIMUM", "MAXIMUM", "PRELU"]
)
def test_operators_of_one_variable_are_tables(
    builtin: str, operand: Callable[..., int]
) -> None:
    random = np.random.default_rng([len(operand.__name__), *builtin.encode()])
    assert_one_table([binary(builtin, random, operand) for _ in range(10)])


def test_a_constant_that_enlarges_the_result_makes_no_table() -> None:
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 3), scale=0.5)
    ones = writer.constant(np.full((5, 1), 9, np.int8), Quant(0.5))
    writer.output(writer.add(x, ones, output=Quant(1.0)))
    operations = function_of(import_tflite(writer.finish())).body.block.ops
    assert not any(isinstance(op, TableOp) for op in operations)


def test_scales_that_tflite_micro_refuses() -> None:
    with pytest.raises(ValueError, match="too small"):
        logistic_table(DialectQuant(2.0**-28, 0))
    with pytest.raises(ValueError, match="128 times"):
        hard_swish_table(DialectQuant(1.0, 0), DialectQuant(1 / 300, 0))


@pytest.mark.parametrize(
    ("builtin", "output", "scale", "message"),
    [
        ("LOGISTIC", Quant(1 / 256, 0), 0.1, "needs -128"),
        ("LOGISTIC", LOGISTIC, 2.0**-28, "too small"),
        ("HARD_SWISH", Quant(1 / 300, 0), 1.0, "128 times"),
        ("QUANTIZE", Quant(1e-30, 0), 1e10, "too large"),
    ],
)
def test_operators_that_are_refused(
    builtin: str, output: Quant, scale: float, message: str
) -> None:
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 4), scale=scale)
    writer.output(writer.unary(builtin, x, output=output))
    with pytest.raises(TFLiteError, match=message):
        import_tflite(writer.finish())


def test_an_alpha_that_is_no_number_is_refused() -> None:
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 4), scale=0.1)
    writer.output(writer.unary("LEAKY_RELU", x, options={"alpha": float("nan")}))
    with pytest.raises(TFLiteError, match="alpha is nan"):
        import_tflite(writer.finish())
