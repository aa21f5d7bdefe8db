"""The types of a graph's inputs and outputs, and what reads and writes them."""

from collections.abc import Collection, Mapping

import numpy as np

from tools import tflite_rows as rows
from tools.random_graphs.graph import Graph
from tools.random_graphs.samples import Value
from tools.random_graphs.state import end_quant
from tools.tflite_writer import Quant

OPERATORS = frozenset({"QUANTIZE", "DEQUANTIZE", "ARG_MAX", "ARG_MIN"})

Weights = Mapping[str, float]


def input_types(operators: Collection[str]) -> Weights:
    """The types that an input may have, with weights."""
    if "QUANTIZE" not in operators:
        return {"int8": 1}
    return {"int8": 8, "uint8": 3, "float32": 2, "int16": 1}


def output_types(operators: Collection[str]) -> Weights:
    """The types that an output may have, with weights."""
    types: dict[str, float] = {"int8": 8}
    if "DEQUANTIZE" in operators:
        types["float32"] = 3
    if "QUANTIZE" in operators:
        types |= {"uint8": 2, "int16": 1, "int32": 0.5}
        if "SOFTMAX" in operators:
            types["shares"] = 0.7
    if {"DEQUANTIZE", "CONCATENATION"} <= set(operators):
        types["joined"] = 1
    if {"ARG_MAX", "ARG_MIN"} <= set(operators):
        types["places"] = 0.7
    return types


def as_output(graph: Graph, value: Value, types: Weights) -> int:
    """The tensor that is an output in a drawn type; as it is where no operator fits."""
    dtype = graph.draw(types)
    if dtype == "int8" or graph.rest < 1:
        return value.tensor
    graph.operators += 1
    if dtype == "shares":
        return shares(graph, value)
    if dtype == "places":
        return places(graph, value)
    if dtype == "joined":
        return joined(graph, value)
    quant = end_quant(value.quant, dtype)
    if quant is None:
        return graph.writer.dequantize(value.tensor)
    return graph.writer.quantize(value.tensor, quant, dtype)


def shares(graph: Graph, value: Value) -> int:
    """A SOFTMAX to int16, sometimes as int32, as speech networks end."""
    tensor = graph.writer.softmax(value.tensor, dtype="int16")
    if graph.rest < 1 or graph.chance(0.5):
        return tensor
    graph.operators += 1
    return graph.writer.quantize(tensor, Quant(2.0**-20), "int32")


def joined(graph: Graph, value: Value) -> int:
    """Floats of two values of one shape side by side, as detection heads end."""
    tensor = graph.writer.dequantize(value.tensor)
    others = [v for v in graph.values if v.shape == value.shape and v is not value]
    if not others or len(value.shape) < 2 or graph.rest < 2:
        return tensor
    graph.operators += 2
    other = graph.writer.dequantize(graph.rng.choice(others).tensor)
    axis = graph.rng.randrange(1, len(value.shape))
    return graph.writer.concatenation([tensor, other], axis=axis)


def places(graph: Graph, value: Value) -> int:
    """Where the greatest value is, mostly along the last axis, or the least."""
    rank = len(value.shape)
    axis = rank - 1
    if rank > 1 and graph.chance(0.3):
        axis = graph.rng.randrange(1, rank)
    written = axis - rank if graph.chance(0.4) else axis
    if rank == 1:
        return value.tensor
    least = graph.chance(0.25)
    return rows.arg_max(graph.writer, value.tensor, written, least=least)


def anchors(graph: Graph, operators: Collection[str]) -> list[int]:
    """A constant output that the file computes, as detectors have it.

    Two constants are joined and made floats. No output where an operator is left out.
    """
    if not {"CONCATENATION", "DEQUANTIZE"} <= set(operators) or graph.rest < 2:
        return []
    quant = graph.values[0].quant
    parts = [
        graph.writer.constant(graph.bytes((1, count, 4)).astype(np.int8), quant)
        for count in (3, 2)
    ]
    graph.operators += 2
    joined = graph.writer.concatenation(parts, axis=1, name="anchors")
    return [graph.writer.dequantize(joined)]
