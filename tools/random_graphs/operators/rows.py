"""Operators along an axis: SUM, LOG_SOFTMAX, L2_NORMALIZATION, BATCH_MATMUL."""

from __future__ import annotations

import numpy as np

from tools import tflite_rows as rows
from tools.random_graphs.generator import entry
from tools.random_graphs.graph import Graph
from tools.random_graphs.samples import Value, of_rank, quantize, varies
from tools.tflite_writer import Quant

LOG, L2 = Quant(1 / 16, 127), Quant(1 / 128, 0)


def add_sum(graph: Graph) -> bool:
    """Mostly over rows and columns, sometimes over one axis, or the last two."""
    x = graph.pick(lambda value: 1 < len(value.shape) < 5)
    if x is None:
        return False
    rank = len(x.shape)
    axes: dict[tuple[int, ...], float] = {(rank - 1,): 1, (1,): 1}
    if x.is_image:
        axes |= {(1, 2): 4, (2,): 1, (2, 3): 0.5}
    chosen, keep_dims = graph.draw(axes), graph.chance(0.4)
    real = x.real.sum(axis=tuple(axis + 1 for axis in chosen), keepdims=keep_dims)
    quant = graph.calibrate(real, "NONE")
    if quant is None:
        return False
    written = [axis - rank if graph.chance(0.2) else axis for axis in chosen]
    tensor = rows.sum_over(
        graph.writer, x.tensor, written, keep_dims=keep_dims, output=quant
    )
    graph.record(tensor, quantize(real, quant, "NONE"), x)
    return True


def _shared(x: Value) -> np.ndarray:
    """The logarithm of each value's share along the last axis."""
    powers = np.exp(x.real - x.real.max(axis=-1, keepdims=True))
    return np.log(powers / powers.sum(axis=-1, keepdims=True))


def add_log_softmax(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.shape[-1] > 1)
    samples = None if x is None else quantize(_shared(x), LOG, "NONE")
    if x is None or samples is None or not varies(samples):
        return False
    graph.record(rows.log_softmax(graph.writer, x.tensor), samples, x)
    return True


def add_l2_normalization(graph: Graph) -> bool:
    x = graph.pick(lambda value: len(value.shape) < 5 and value.shape[-1] > 1)
    if x is None:
        return False
    norms = np.sqrt((x.real**2).sum(axis=-1, keepdims=True))
    samples = quantize(x.real / np.maximum(norms, 1e-9), L2, "NONE")
    if not varies(samples):
        return False
    graph.record(rows.l2_normalization(graph.writer, x.tensor), samples, x)
    return True


def attention(graph: Graph) -> bool:
    """Every row of a matrix weighs every row: two products, a SOFTMAX between."""
    x = graph.pick(lambda value: len(value.shape) in (3, 4) and value.shape[0] == 1)
    if x is None or graph.room < 3 or x.shape[-2] * x.size > 20_000:
        return False
    scores = _product(graph, x, x, adj_y=True)
    shares = scores and graph.softmax(scores)
    return shares is not None and _product(graph, shares, x) is not None


def matrix_product(graph: Graph) -> bool:
    """A tensor times a constant matrix, either one perhaps transposed."""
    x = graph.pick(lambda value: 1 < len(value.shape) < 5 and value.size <= 2000)
    if x is None:
        return False
    adj_x = graph.chance(0.3)
    depth, columns = x.shape[-2] if adj_x else x.shape[-1], graph.rng.randint(1, 9)
    adj_y = graph.chance(0.5)
    constant = graph.constant((columns, depth) if adj_y else (depth, columns))
    return _product(graph, x, constant, adj_x=adj_x, adj_y=adj_y) is not None


def _product(
    graph: Graph, a: Value, b: Value, *, adj_x: bool = False, adj_y: bool = False
) -> Value | None:
    rank = max(len(a.shape), len(b.shape))
    left, right = of_rank(a.real, rank), of_rank(b.real, rank)
    left = left.swapaxes(-1, -2) if adj_x else left
    real = left @ (right.swapaxes(-1, -2) if adj_y else right)
    quant = graph.calibrate(real, "NONE")
    if quant is None:
        return None
    operands = graph.tensor_of(a), graph.tensor_of(b)
    tensor = rows.batch_matmul(graph.writer, *operands, adj_x, adj_y, output=quant)
    return graph.record(tensor, quantize(real, quant, "NONE"), a, b)


GENERATORS = (
    entry("sum", "SUM", 0.7, add_sum),
    entry("log_softmax", "LOG_SOFTMAX", 0.3, add_log_softmax),
    entry("l2_normalization", "L2_NORMALIZATION", 0.5, add_l2_normalization),
    entry("attention", "BATCH_MATMUL SOFTMAX", 0.6, attention),
    entry("matrix_product", "BATCH_MATMUL", 0.6, matrix_product),
)
