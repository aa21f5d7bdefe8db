"""SUB, DIV, MINIMUM, PRELU and others of two tensors or a tensor and a constant."""

from __future__ import annotations

import numpy as np

from tools.random_graphs.families import (
    broadcast_operand,
    constant_operand,
    pair_of_one_shape,
)
from tools.random_graphs.generator import entry
from tools.random_graphs.graph import Graph
from tools.random_graphs.operators.tables import unary
from tools.random_graphs.samples import Value, of_rank, quantize, varies
from tools.tflite_writer.arguments import activation_code

EXTREMA = {"MINIMUM": np.minimum, "MAXIMUM": np.maximum}


def sub(graph: Graph, a: Value, b: Value) -> Value | None:
    """One SUB; None where its output would hardly vary."""
    activation = graph.activation()
    rank = max(len(a.shape), len(b.shape))
    real = of_rank(a.real, rank) - of_rank(b.real, rank)
    quant = graph.calibrate(real, activation)
    if quant is None:
        return None
    tensor = graph.writer.sub(
        graph.tensor_of(a), graph.tensor_of(b), output=quant, activation=activation
    )
    return graph.record(tensor, quantize(real, quant, activation), a, b)


def extremum(graph: Graph, a: Value, b: Value, builtin: str) -> Value | None:
    """Of stored values; the output says what those of the first operand say."""
    rank = max(len(a.shape), len(b.shape))
    samples = EXTREMA[builtin](of_rank(a.samples, rank), of_rank(b.samples, rank))
    if not varies(samples):
        return None
    tensor = graph.writer.binary(
        builtin, graph.tensor_of(a), graph.tensor_of(b), output=a.quant
    )
    return graph.record(tensor, samples, a, b)


def prelu(graph: Graph, x: Value, slope: Value) -> Value | None:
    """One PRELU; None where its output would hardly vary."""
    rank = max(len(x.shape), len(slope.shape))
    real = of_rank(x.real, rank)
    real = np.where(real >= 0, real, real * of_rank(slope.real, rank))
    quant = graph.calibrate(real, "NONE")
    if quant is None:
        return None
    tensor = graph.writer.binary(
        "PRELU", graph.tensor_of(x), graph.tensor_of(slope), output=quant
    )
    return graph.record(tensor, quantize(real, quant, "NONE"), x, slope)


def div(graph: Graph, a: Value, b: Value) -> Value | None:
    """One DIV; None where its output would hardly vary, or its divisor is mostly 0."""
    activation = graph.activation()
    rank = max(len(a.shape), len(b.shape))
    divisors = of_rank(b.real, rank)
    if (divisors == 0).mean() > 0.05:
        return None
    real = of_rank(a.real, rank) / np.where(divisors == 0, np.inf, divisors)
    real = np.clip(real, *np.quantile(real, (0.03, 0.97)))  # but for small divisors
    quant = graph.calibrate(real, activation)
    if quant is None:
        return None
    options = {"fused_activation_function": activation_code(activation)}
    operands = graph.tensor_of(a), graph.tensor_of(b)
    tensor = graph.writer.binary("DIV", *operands, output=quant, options=options)
    return graph.record(tensor, quantize(real, quant, activation), a, b)


def squared_difference(graph: Graph, a: Value, b: Value) -> Value | None:
    """One SQUARED_DIFFERENCE; None where its output would hardly vary."""
    rank = max(len(a.shape), len(b.shape))
    real = (of_rank(a.real, rank) - of_rank(b.real, rank)) ** 2
    quant = graph.calibrate(real, "NONE")
    if quant is None or quant.scale < max(a.quant.scale, b.quant.scale) ** 2 / 2000:
        return None
    operands = graph.tensor_of(a), graph.tensor_of(b)
    tensor = graph.writer.binary("SQUARED_DIFFERENCE", *operands, output=quant)
    return graph.record(tensor, quantize(real, quant, "NONE"), a, b)


def _operands(graph: Graph) -> tuple[Value, Value] | None:
    """Two tensors, a tensor and a constant on either side, or a broadcast tensor."""
    kind = graph.draw({"pair": 3, "constant": 4, "broadcast": 1})
    if kind == "pair":
        return pair_of_one_shape(graph)
    if kind == "broadcast":
        return broadcast_operand(graph)
    pair = constant_operand(graph)
    return pair if pair is None or graph.chance(0.6) else (pair[1], pair[0])


def add_sub(graph: Graph) -> bool:
    pair = _operands(graph)
    return pair is not None and sub(graph, *pair) is not None


def add_div(graph: Graph) -> bool:
    pair = _operands(graph)
    return pair is not None and div(graph, *pair) is not None


def add_squared_difference(graph: Graph) -> bool:
    pair = _operands(graph)
    return pair is not None and squared_difference(graph, *pair) is not None


def add_extremum(graph: Graph) -> bool:
    pair = _operands(graph)
    builtin = graph.draw({name: 1 for name in EXTREMA})
    return pair is not None and extremum(graph, *pair, builtin) is not None


def add_prelu(graph: Graph) -> bool:
    pair = constant_operand(graph)
    return pair is not None and prelu(graph, *pair) is not None


def hard_sigmoid(graph: Graph) -> bool:
    """min(relu(x + 3), 6) / 6 as converters leave it, often times x itself."""
    x = graph.pick(lambda _: True)
    if x is None or graph.room < 4:
        return False
    y = graph.add(x, graph.constant(()), "NONE")
    y = y and unary(graph, y, "RELU")
    y = y and extremum(graph, y, graph.constant(()), "MINIMUM")
    if y is None:
        return False
    return not graph.chance(0.6) or graph.mul(x, y, "NONE") is not None


GENERATORS = (
    entry("sub", "SUB MEAN", 1, add_sub),
    entry("div", "DIV MEAN", 0.6, add_div),
    entry(
        "squared_difference", "SQUARED_DIFFERENCE MEAN", 0.6, add_squared_difference
    ),
    entry("extremum", "MINIMUM MAXIMUM MEAN", 1.5, add_extremum),
    entry("prelu", "PRELU", 0.7, add_prelu),
    entry("hard_sigmoid", "ADD RELU MINIMUM MUL", 0.7, hard_sigmoid),
)
