"""REDUCE_MAX and REDUCE_MIN over any axes, and TRANSPOSE_CONV."""

from __future__ import annotations

import numpy as np

from tools.random_graphs.generator import entry
from tools.random_graphs.graph import Graph
from tools.random_graphs.samples import Pair, Value, quantize, varies
from tools.random_graphs.state import MAX_ELEMENTS, MAX_SIDE


def reduce_extreme(
    graph: Graph, x: Value, axes: tuple[int, ...], least: bool
) -> Value | None:
    """One REDUCE_MAX or REDUCE_MIN; None where its output would hardly vary."""
    keep_dims = graph.chance(0.5)
    over = tuple(axis + 1 for axis in axes)
    reduce = np.min if least else np.max
    samples = reduce(x.samples, axis=over, keepdims=keep_dims)
    if not varies(samples):
        return None
    tensor = graph.writer.reduce_max(
        x.tensor, axes, keep_dims=keep_dims, least=least
    )
    return graph.record(tensor, samples, x)


def add_reduce_max(graph: Graph) -> bool:
    return _add_extreme(graph, least=False)


def add_reduce_min(graph: Graph) -> bool:
    return _add_extreme(graph, least=True)


def _add_extreme(graph: Graph, least: bool) -> bool:
    x = graph.pick(lambda value: value.is_image)
    if x is None:
        return False
    axes = graph.draw({(1, 2): 4, (1,): 1, (2,): 1, (3,): 1, (2, 3): 0.5})
    return reduce_extreme(graph, x, axes, least) is not None


def transpose_conv(graph: Graph, x: Value, kernel: Pair, stride: Pair) -> Value | None:
    """One TRANSPOSE_CONV with SAME padding, of random weights."""
    _, height, width, depth = x.shape
    channels = graph.draw({2: 1, 4: 2, 7: 1})
    size = height * stride[0], width * stride[1]
    if max(size) > MAX_SIDE or size[0] * size[1] * channels > MAX_ELEMENTS:
        return None
    shape = (channels, *kernel, depth)
    data = np.frombuffer(graph.rng.randbytes(int(np.prod(shape))), np.int8)
    weights = np.maximum(data.reshape(shape), -127)
    real = _sums(x, weights, size, stride) * 0.01
    quant = graph.calibrate(real, "NONE")
    if quant is None:
        return None
    tensor = graph.writer.transpose_conv(
        x.tensor,
        weights=weights,
        bias=np.zeros(channels, np.int32) if graph.chance(0.5) else None,
        weight_scales=[float(np.float32(0.01 / x.quant.scale))],
        output=quant,
        stride=stride,
        padding="SAME",
    )
    return graph.record(tensor, quantize(real, quant, "NONE"), x)


def _sums(
    x: Value, weights: np.ndarray, size: Pair, stride: Pair
) -> np.ndarray:
    """What each pixel adds to the pixels below its kernel."""
    channels, *kernel, _ = weights.shape
    pads = [max(0, k - s) // 2 for k, s in zip(kernel, stride, strict=True)]
    sums = np.zeros((len(x.samples), 1, *size, channels))
    for y, column in np.ndindex(*x.shape[1:3]):
        for ky, kx in np.ndindex(*kernel):
            row, place = y * stride[0] - pads[0] + ky, column * stride[1] - pads[1] + kx
            if 0 <= row < size[0] and 0 <= place < size[1]:
                sums[:, 0, row, place] += (
                    x.centered[:, 0, y, column] @ weights[:, ky, kx].T.astype(float)
                )
    return sums


def add_transpose_conv(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.is_image and value.size <= 1024)
    if x is None:
        return False
    sides = {2: 2, 3: 3, 4: 1}
    kernel = graph.draw(sides), graph.draw(sides)
    stride = graph.draw({(2, 2): 4, (1, 1): 1, (1, 2): 1, (3, 2): 1})
    return transpose_conv(graph, x, kernel, stride) is not None


GENERATORS = (
    entry("reduce_max", "REDUCE_MAX", 0.7, add_reduce_max),
    entry("reduce_min", "REDUCE_MIN", 0.4, add_reduce_min),
    entry("transpose_conv", "TRANSPOSE_CONV", 1.2, add_transpose_conv),
)
