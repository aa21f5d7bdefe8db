"""Every operation's `evaluate` against TFLite Micro, on models of one operator.

A generator per operator draws shapes, quantizations and options; all models of one
operator run in one process. The geometry (kernels, strides, pads, broadcasts, axes) is
drawn from small numbers so that corner cases are frequent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
import reference_ends
import reference_halves
import reference_rows
import reference_views
from reference_draw import Draw
from support_unit import Array, Case, case, interpreted, tflm_outputs

from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.multipliers import quantize_multiplier, requantize
from tinyts_dialect.ops import all_operations
from tools.tflite_writer import Activation, Quant, TFLiteWriter


def conv_2d(draw: Draw) -> Case:
    channels, outputs = draw.pair(1, 9)
    groups = draw.number(2, 3) if draw.number(1, 4) == 1 else 1
    outputs *= groups
    kernel, dilation = draw.pair(1, 4), draw.pair(1, 2)
    padding = draw.padding()
    x = draw.input((1, draw.number(7, 11), draw.number(7, 11), channels * groups))
    output = draw.quant()
    return draw.finish(
        draw.writer.conv_2d(
            x,
            **draw.parameters(x, output, (outputs, *kernel, channels), outputs),
            output=output,
            stride=draw.pair(1, 3),
            padding=padding,
            dilation=dilation,
            activation=draw.activation(),
        )
    )


def depthwise_conv_2d(draw: Draw) -> Case:
    channels, multiplier = draw.number(1, 6), draw.number(1, 3)
    kernel, dilation = draw.pair(1, 4), draw.pair(1, 2)
    padding = draw.padding()
    x = draw.input((1, draw.number(7, 11), draw.number(7, 11), channels))
    outputs, output = channels * multiplier, draw.quant()
    return draw.finish(
        draw.writer.depthwise_conv_2d(
            x,
            **draw.parameters(x, output, (1, *kernel, outputs), outputs),
            output=output,
            stride=draw.pair(1, 3),
            padding=padding,
            dilation=dilation,
            activation=draw.activation(),
        )
    )


def transpose_conv(draw: Draw) -> Case:
    channels, outputs = draw.pair(1, 5)
    kernel, stride = draw.pair(1, 4), draw.pair(1, 3)
    padding = draw.padding()
    x = draw.input((1, draw.number(1, 6), draw.number(1, 6), channels))
    output = draw.quant()
    return draw.finish(
        draw.writer.transpose_conv(
            x,
            **draw.parameters(x, output, (outputs, *kernel, channels), outputs),
            output=output,
            stride=stride,
            padding=padding,
            activation=draw.activation(),
        )
    )


def fully_connected(draw: Draw) -> Case:
    depth, outputs = draw.number(1, 70), draw.number(1, 9)
    batches = draw.number(1, 3)
    shapes = [(batches, depth), (1, batches, depth), (1, 1, batches, depth), (depth,)]
    shape = shapes[draw.number(0, 3)]
    x, output = draw.input(shape), draw.quant()
    return draw.finish(
        draw.writer.fully_connected(
            x,
            **draw.parameters(x, output, (outputs, depth), outputs),
            output=output,
            activation=draw.activation(),
            keep_num_dims=len(shape) > 1 and draw.number(0, 1) == 1,
        )
    )


def broadcast_pair(draw: Draw) -> tuple[int, int]:
    """Two operands, one of which is an input; half of them broadcast."""
    rank = draw.number(1, 4)
    shape = (1, *(draw.number(2, 5) for _ in range(3)))[-rank:]
    other = shape
    if draw.random.random() < 0.5:
        kept = draw.random.random(rank) < 0.5
        other = tuple(s if k else 1 for s, k in zip(shape, kept, strict=True))
    a, b = draw.input(shape), draw.operand(other)
    return (a, b) if draw.random.random() < 0.5 else (b, a)


def add(draw: Draw) -> Case:
    a, b = broadcast_pair(draw)
    largest = max(draw.writer.quant(a).scale, draw.writer.quant(b).scale)
    output = draw.quant(largest * float(2.0 ** draw.random.uniform(-1, 2)))
    return draw.finish(
        draw.writer.add(a, b, output=output, activation=draw.activation())
    )


def mul(draw: Draw) -> Case:
    a, b = broadcast_pair(draw)
    product = draw.writer.quant(a).scale * draw.writer.quant(b).scale
    output = draw.quant(product * float(2.0 ** draw.random.uniform(2, 9)))
    return draw.finish(
        draw.writer.mul(a, b, output=output, activation=draw.activation())
    )


def sub(draw: Draw) -> Case:
    a, b = broadcast_pair(draw)
    largest = max(draw.writer.quant(a).scale, draw.writer.quant(b).scale)
    output = draw.quant(largest * float(2.0 ** draw.random.uniform(-1, 2)))
    return draw.finish(
        draw.writer.sub(a, b, output=output, activation=draw.activation())
    )


def extremum(builtin: str) -> Callable[[Draw], Case]:
    def generate(draw: Draw) -> Case:
        return draw.finish(draw.writer.binary(builtin, *broadcast_pair(draw)))

    return generate


def prelu(draw: Draw) -> Case:
    a, b = broadcast_pair(draw)
    scale = draw.writer.quant(a).scale * float(2.0 ** draw.random.uniform(-1, 2))
    return draw.finish(draw.writer.binary("PRELU", a, b, output=draw.quant(scale)))


def div(draw: Draw) -> Case:
    a, b = broadcast_pair(draw)
    scales = [draw.writer.quant(operand).scale for operand in (a, b)]
    ratio = scales[0] / scales[1]
    output = draw.quant(ratio * float(2.0 ** draw.random.uniform(-8, 1)))
    options = {"fused_activation_function": draw.number(0, 3)}
    return draw.finish(
        draw.writer.binary("DIV", a, b, output=output, options=options)
    )


def squared_difference(draw: Draw) -> Case:
    a, b = broadcast_pair(draw)
    largest = max(draw.writer.quant(a).scale, draw.writer.quant(b).scale)
    output = draw.quant(largest**2 * float(2.0 ** draw.random.uniform(0, 8)))
    return draw.finish(draw.writer.binary("SQUARED_DIFFERENCE", a, b, output=output))


def pool(draw: Draw, kind: Literal["average", "max"]) -> Case:
    writer = draw.writer
    build = writer.average_pool_2d if kind == "average" else writer.max_pool_2d
    x = draw.input(
        (1, draw.number(5, 9), draw.number(5, 9), draw.number(1, 6)),
        draw.quant(float(2.0 ** draw.random.uniform(-6, 0))),
    )
    return draw.finish(
        build(
            x,
            filter=draw.pair(1, 5),
            stride=draw.pair(1, 3),
            padding=draw.padding(),
            activation=draw.activation(),
        )
    )


def average_pool_2d(draw: Draw) -> Case:
    return pool(draw, "average")


def max_pool_2d(draw: Draw) -> Case:
    return pool(draw, "max")


def pad(draw: Draw) -> Case:
    x = draw.input((1, draw.number(1, 5), draw.number(1, 5), draw.number(1, 4)))
    channels = draw.pair(0, 2) if draw.random.random() < 0.3 else (0, 0)
    paddings = [(0, 0), draw.pair(0, 3), draw.pair(0, 3), channels]
    return draw.finish(draw.writer.pad(x, paddings))


def reshape(draw: Draw) -> Case:
    x = draw.input((1, 2, 3, 4))
    shapes: list[tuple[int, ...]] = [(24,), (6, 4), (1, -1), (1, 4, 3, 2), (2, 3, -1)]
    output = draw.quant() if draw.random.random() < 0.5 else None
    return draw.finish(draw.writer.reshape(x, shapes[draw.number(0, 4)], output=output))


def softmax(draw: Draw, dtype: str = "int8") -> Case:
    rank = draw.number(1, 4)
    shape = (1, *(draw.number(1, 4) for _ in range(2)), draw.number(1, 40))[-rank:]
    beta = float(draw.random.uniform(0.2, 2))
    return draw.finish(draw.writer.softmax(draw.input(shape), beta=beta, dtype=dtype))


def table(draw: Draw) -> Case:
    x, output = draw.input((1, draw.number(1, 5), 4, draw.number(1, 5))), draw.quant()
    return draw.finish(draw.writer.unary("RELU", x, output=output))


def mean(draw: Draw) -> Case:
    rank = draw.number(1, 4)
    largest = 40 if draw.random.random() < 0.1 else 8
    shape = (1, *(draw.number(1, largest) for _ in range(3)))[-rank:]
    axes = draw.random.choice(rank, draw.number(1, rank), replace=False).tolist()
    x = draw.input(shape)
    scale = draw.writer.quant(x).scale * float(2.0 ** draw.random.uniform(-3, 1))
    output = draw.quant(scale) if draw.random.random() < 0.7 else None
    return draw.finish(
        draw.writer.mean(
            x,
            [axis - rank if draw.number(0, 1) else axis for axis in axes],
            keep_dims=draw.random.random() < 0.5,
            output=output,
        )
    )


def concatenation(draw: Draw) -> Case:
    rank = draw.number(1, 4)
    shape = (1, *(draw.number(1, 4) for _ in range(3)))[-rank:]
    axis = draw.number(1 if rank == 4 else 0, rank - 1)
    quant = draw.quant()
    operands: list[int] = []
    for _ in range(draw.number(1, 4)):
        size = draw.number(1, 3)
        piece = (*shape[:axis], size, *shape[axis + 1 :])
        if operands and draw.random.random() < 0.3:
            operands.append(draw.writer.constant(draw.bytes(*piece), quant))
        else:
            operands.append(draw.input(piece, quant))
    written = axis - rank if draw.number(0, 1) else axis
    return draw.finish(draw.writer.concatenation(operands, axis=written))


GENERATORS: dict[str, tuple[Callable[[Draw], Case], int]] = {
    "add": (add, 60),
    "average_pool_2d": (average_pool_2d, 40),
    "concatenation": (concatenation, 30),
    "conv_2d": (conv_2d, 60),
    "depthwise_conv_2d": (depthwise_conv_2d, 60),
    "div": (div, 60),
    "fully_connected": (fully_connected, 60),
    "max_pool_2d": (max_pool_2d, 40),
    "mean": (mean, 80),
    "maximum": (extremum("MAXIMUM"), 20),
    "minimum": (extremum("MINIMUM"), 20),
    "mul": (mul, 60),
    "pad": (pad, 20),
    "prelu": (prelu, 40),
    "reshape": (reshape, 15),
    "softmax": (softmax, 30),
    "softmax_int16": (lambda draw: softmax(draw, "int16"), 30),
    "squared_difference": (squared_difference, 60),
    "sub": (sub, 60),
    "table": (table, 20),
    "transpose_conv": (transpose_conv, 30),
    **reference_ends.GENERATORS,
    **reference_rows.GENERATORS,
    **reference_views.GENERATORS,
}
"""For each operation how a case is drawn, and how many cases."""


MADE_BY_PASSES = {
    "assign",
    "average_pool_2d_step",
    "fully_connected_step",
    "fused_pixels",
    "fused_rows",
    "mean_step",
}
"""No model contains them: their tests compare them with the ops they are made of."""

WITH_STATE = {"sequence_lstm", "svdf"}
"""Several steps of them are compared in `tests/test_recurrent.py`."""


def test_every_operation_has_a_generator() -> None:
    operations = {
        op.name.removeprefix("tinyts.")
        for op in all_operations()
        if issubclass(op, TensorOp)
    }
    assert set(GENERATORS) == operations - MADE_BY_PASSES - WITH_STATE


CASES = {
    **GENERATORS,
    **reference_views.OTHERS,
    **reference_halves.OTHERS,
    **reference_rows.OTHERS,
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_operation_computes_the_bytes_of_tflite_micro(name: str) -> None:
    generate, count = CASES[name]
    cases = [generate(Draw(name, seed)) for seed in range(count)]
    varied = 0
    for item, (expected,) in zip(cases, tflm_outputs(cases), strict=True):
        (found,) = interpreted(item.module, item.inputs)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected, item.name)
        varied += len(np.unique(expected)) > 5
    assert varied > count / 4, "most outputs are nearly constant: they test little"


# Many outputs a model, so that rounding differences of one in 100,000 are seen


def noise(draw: Draw, *shape: int) -> Array:
    """One run."""
    return draw.bytes(1, *shape)


def every_byte() -> Array:
    return np.arange(-128, 128, dtype=np.int8)


def all_sums(draw: Draw) -> Case:
    """All pairs of bytes, added."""
    a, b = draw.input((1, 256, 1, 1)), draw.input((1, 1, 256, 1))
    scales = [draw.writer.quant(x).scale for x in (a, b)]
    output = draw.quant(max(scales) * float(draw.random.uniform(1, 2)))
    column = every_byte().reshape(1, 1, 256, 1, 1)
    inputs = [column, column.reshape(1, 1, 1, 256, 1)]
    return draw.finish(draw.writer.add(a, b, output=output), inputs)


def all_products(draw: Draw) -> Case:
    """All pairs of bytes, multiplied."""
    a, b = draw.input((1, 256, 1, 1)), draw.input((1, 1, 256, 1))
    product = draw.writer.quant(a).scale * draw.writer.quant(b).scale
    output = draw.quant(product * float(draw.random.uniform(60, 200)))
    column = every_byte().reshape(1, 1, 256, 1, 1)
    inputs = [column, column.reshape(1, 1, 1, 256, 1)]
    return draw.finish(draw.writer.mul(a, b, output=output), inputs)


def wide_fully_connected(draw: Draw) -> Case:
    """One weight scale, whose product with the input's is rounded to float32."""
    x, output = draw.input((256, 3)), draw.quant()
    parameters = draw.parameters(x, output, (200, 3), 200)
    parameters["weight_scales"] = parameters["weight_scales"][:1]
    return draw.finish(
        draw.writer.fully_connected(x, **parameters, output=output),
        [noise(draw, 256, 3)],
    )


def wide_conv_2d(draw: Draw) -> Case:
    x, output = draw.input((1, 24, 24, 2)), draw.quant()
    parameters = draw.parameters(x, output, (100, 1, 1, 2), 100)
    return draw.finish(
        draw.writer.conv_2d(x, **parameters, output=output), [noise(draw, 1, 24, 24, 2)]
    )


def wide_depthwise_conv_2d(draw: Draw) -> Case:
    x, output = draw.input((1, 24, 24, 10)), draw.quant()
    parameters = draw.parameters(x, output, (1, 1, 2, 100), 100)
    return draw.finish(
        draw.writer.depthwise_conv_2d(x, **parameters, output=output),
        [noise(draw, 1, 24, 24, 10)],
    )


def wide_mean(draw: Draw) -> Case:
    """Over a number of rows that is no power of two."""
    rows = draw.number(2, 13)
    x = draw.input((1, rows, 60, 100))
    output = draw.quant(draw.writer.quant(x).scale * float(draw.random.uniform(0.3, 1)))
    mean_of = draw.writer.mean(x, [1], output=output)
    return draw.finish(mean_of, [noise(draw, 1, rows, 60, 100)])


WIDE = {
    "add": all_sums,
    "conv_2d": wide_conv_2d,
    "depthwise_conv_2d": wide_depthwise_conv_2d,
    "fully_connected": wide_fully_connected,
    "mean": wide_mean,
    "mul": all_products,
}
"""For each operation that requantizes how a case of many outputs is drawn."""

WIDE_CASES = 12


@pytest.mark.parametrize("name", sorted(WIDE))
def test_many_outputs_are_the_bytes_of_tflite_micro(name: str) -> None:
    cases = [WIDE[name](Draw(f"wide {name}", seed)) for seed in range(WIDE_CASES)]
    for item, (expected,) in zip(cases, tflm_outputs(cases), strict=True):
        (found,) = interpreted(item.module, item.inputs)
        np.testing.assert_array_equal(found, expected, item.name)


# Real multipliers in double precision, limits of activations in single precision


def near_ties(multiplier: float) -> Array:
    """Accumulators whose product with the multiplier is close to half an integer."""
    halves = (np.arange(-120, 120) + 0.5) / multiplier
    return (np.rint(halves)[:, None] + np.arange(-3, 4)).astype(np.int64).ravel()


def telling_biases(scales: tuple[float, float, float]) -> Array:
    """Accumulators that show whether the product of scales was rounded to float32."""
    x, weight, output = (float(np.float32(scale)) for scale in scales)
    exact = x * weight / output
    rounded = float(np.float32(x * weight)) / output
    accumulators = near_ties(exact)
    results = [
        requantize(accumulators, *quantize_multiplier(real))
        for real in (exact, rounded)
    ]
    return accumulators[results[0] != results[1]].astype(np.int32)


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("name", ["conv_2d", "depthwise_conv_2d", "fully_connected"])
def test_products_of_scales_are_not_rounded(name: str, per_channel: bool) -> None:
    """All weights are 0, so that the accumulators are the biases."""
    random = np.random.default_rng(5)
    cases: list[Case] = []
    while len(cases) < 6:
        scales = tuple(float(s) for s in random.uniform(0.5, 1, 3) * (0.01, 1e-4, 1))
        bias = telling_biases((scales[0], scales[1], scales[2]))
        if len(bias) < 10:
            continue
        shape = {
            "conv_2d": (len(bias), 1, 1, 1),
            "depthwise_conv_2d": (1, 1, 1, len(bias)),
            "fully_connected": (len(bias), 1),
        }[name]
        writer = TFLiteWriter(name)
        x = writer.input("x", shape=(1, 1, 1, 1), scale=scales[0])
        y = getattr(writer, name)(
            x,
            weights=np.zeros(shape, np.int8),
            bias=bias,
            weight_scales=np.full(len(bias) if per_channel else 1, scales[1]),
            output=Quant(scales[2]),
        )
        writer.output(y)
        cases.append(case(str(scales), writer))
    for item, (expected,) in zip(cases, tflm_outputs(cases), strict=True):
        (found,) = interpreted(item.module, item.inputs)
        np.testing.assert_array_equal(found, expected, item.name)


def telling_scales(real: float) -> list[float]:
    """Scales whose quotient in float32 rounds to another integer than in double."""
    found: list[float] = []
    for half in np.arange(3.5, 120):
        scale = np.float32(real / half)
        for candidate in (np.nextafter(scale, np.float32(0)), scale):
            exact = real / float(candidate)
            single = float(np.float32(real) / candidate)
            if np.floor(exact + 0.5) != np.floor(single + 0.5):
                found.append(float(candidate))
    return found


@pytest.mark.parametrize(
    ("activation", "real"), [("RELU6", 6.0), ("RELU_N1_TO_1", 1.0)]
)
def test_limits_of_activations_are_divided_in_float32(
    activation: Activation, real: float
) -> None:
    cases: list[Case] = []
    for scale in telling_scales(real):
        writer = TFLiteWriter("activation")
        x = writer.input("x", shape=(1, 1, 256, 1), scale=scale, zero_point=-5)
        writer.output(writer.max_pool_2d(x, filter=(1, 1), activation=activation))
        cases.append(case(str(scale), writer, [every_byte().reshape(1, 1, 1, 256, 1)]))
    assert len(cases) > 5
    for item, (expected,) in zip(cases, tflm_outputs(cases), strict=True):
        (found,) = interpreted(item.module, item.inputs)
        np.testing.assert_array_equal(found, expected, item.name)
