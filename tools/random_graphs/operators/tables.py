"""Functions of one int8 variable, alone and in chains."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tinyts_dialect import activation_tables as tables
from tinyts_dialect import attributes
from tools.random_graphs.generator import entry
from tools.random_graphs.graph import Graph
from tools.random_graphs.samples import Value, varies
from tools.tflite_writer import Option, Quant

BUILTINS = {
    "RELU": 3,
    "RELU6": 1,
    "LOGISTIC": 2,
    "TANH": 1,
    "HARD_SWISH": 1.5,
    "LEAKY_RELU": 1,
    "QUANTIZE": 1.5,
    "ELU": 1,
    "ABS": 1,
    "RSQRT": 0.5,
}
"""With weights."""


def unary(graph: Graph, x: Value, builtin: str) -> Value | None:
    """One function of one variable; None where its output would hardly vary."""
    if builtin == "RSQRT" and x.quant.zero_point != -128:
        return None  # TFLite Micro's interpreter stops at a negative number
    output, table, options = _function(graph, x, builtin)
    samples = table[x.samples.astype(int) + 128].astype(np.float64)
    if not varies(samples):
        return None
    tensor = graph.writer.unary(
        builtin, graph.tensor_of(x), output=output, options=options
    )
    return graph.record(tensor, samples, x)


def _function(
    graph: Graph, x: Value, builtin: str
) -> tuple[Quant, tables.Table, Mapping[str, Option] | None]:
    """The output's quantization, the table and the options of a function."""
    input = attributes.Quant(x.quant.scale, x.quant.zero_point)
    if builtin == "LOGISTIC":
        return Quant(1 / 256, -128), tables.logistic_table(input), None
    if builtin == "TANH":
        return Quant(1 / 128, 0), tables.tanh_table(input), None
    if builtin == "RSQRT":
        step = graph.exponential(0.002, 0.01) / float(x.quant.scale) ** 0.5
        drawn = Quant(float(np.float32(step)), -128)
        output = attributes.Quant(drawn.scale, drawn.zero_point)
        return drawn, tables.rsqrt_table(input, output), None
    if builtin == "RELU6":
        return x.quant, tables.relu6_table(input), None
    drawn = Quant(
        float(np.float32(x.quant.scale * graph.exponential(0.6, 1.4))),
        graph.zero_point(),
    )
    if builtin == "RELU" and graph.chance(0.7):
        drawn = x.quant
    output = attributes.Quant(drawn.scale, drawn.zero_point)
    if builtin == "RELU":
        return drawn, tables.relu_table(input, output), None
    if builtin == "HARD_SWISH":
        return drawn, tables.hard_swish_table(input, output), None
    if builtin == "QUANTIZE":
        return drawn, tables.requantization_table(input, output), None
    if builtin == "ELU":
        return drawn, tables.elu_table(input, output), None
    if builtin == "ABS":
        return drawn, tables.abs_table(input, output), None
    alpha = float(np.float32(graph.exponential(0.01, 2)))
    table = tables.leaky_relu_table(input, output, alpha)
    return drawn, table, {"alpha": alpha}


def activation_chain(graph: Graph) -> bool:
    """One to three functions of one variable, one after the other."""
    x = graph.pick(lambda _: True)
    if x is None:
        return False
    y: Value | None = x
    for _ in range(min(graph.room, graph.draw({1: 6, 2: 2, 3: 1}))):
        y = y and unary(graph, y, graph.draw(BUILTINS))
    return y is not None and y is not x


GENERATORS = (
    entry("activation_chain", " ".join(BUILTINS), 3, activation_chain),
)
