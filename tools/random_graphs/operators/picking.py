"""Operators that pick, mirror or regroup pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tools import tflite_views as views
from tools.random_graphs.generator import entry
from tools.random_graphs.graph import Graph
from tools.random_graphs.samples import Numbers, Value, varies
from tools.random_graphs.state import MAX_ELEMENTS, MAX_SIDE
from tools.tflite_writer import Option


def _add(
    graph: Graph,
    builtin: str,
    x: Value,
    samples: Numbers,
    constant: Sequence[object] | None,
    **options: Option,
) -> bool:
    """One operator, with the constant that it takes; not where it would hardly vary."""
    if not varies(samples) or not 6 <= math.prod(samples.shape[1:]) <= MAX_ELEMENTS:
        return False
    name = f"{builtin.lower()}_{graph.operators}"
    operands = [graph.tensor_of(x)]
    if constant is not None:
        operands.append(graph.writer.constant(np.array(constant, np.int32)))
    tensor = graph.writer.activation(name, samples.shape[1:], x.quant)
    graph.writer.operator(builtin, operands, (tensor,), options or None)
    graph.record(tensor, samples, x)
    return True


def _axis(graph: Graph, x: Value) -> int:
    return graph.rng.randint(1, len(x.shape) - 1)


def gather(graph: Graph) -> bool:
    x = graph.pick(lambda value: 1 < len(value.shape) < 5 and value.size > 12)
    if x is None:
        return False
    axis = _axis(graph, x)
    size = x.shape[axis]
    count = graph.rng.randint(1, min(size, 5))
    indices = [graph.rng.randrange(size) for _ in range(count)]
    samples = np.take(x.samples, indices, axis + 1)
    return _add(graph, "GATHER", x, samples, indices, axis=axis)


def reverse(graph: Graph) -> bool:
    x = graph.pick(lambda value: 1 < len(value.shape) < 5)
    if x is None or x.shape[axis := _axis(graph, x)] > MAX_SIDE:
        return False
    return _add(graph, "REVERSE_V2", x, np.flip(x.samples, axis + 1), [axis])


def mirror_pad(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.is_image and min(value.shape[1:3]) > 1)
    if x is None:
        return False
    edge = graph.rng.randint(0, 1)
    pads = [(0, 0)] + [
        (graph.rng.randint(0, 1), graph.rng.randint(0, min(2, size - 1)))
        for size in x.shape[1:3]
    ]
    pads.append((0, 0))
    mode = "symmetric" if edge else "reflect"
    samples = np.pad(x.samples, [(0, 0), *pads], mode)
    return _add(graph, "MIRROR_PAD", x, samples, pads, mode=edge)


def space_to_depth(graph: Graph) -> bool:
    x = graph.pick(
        lambda value: (
            value.is_image and value.shape[1] % 2 == 0 and value.shape[2] % 2 == 0
        )
    )
    if x is None:
        return False
    count, (_, height, width, channels) = len(x.samples), x.shape
    blocks = x.samples.reshape(count, 1, height // 2, 2, width // 2, 2, channels)
    samples = blocks.transpose(0, 1, 2, 4, 3, 5, 6).reshape(
        count, 1, height // 2, width // 2, 4 * channels
    )
    return _add(graph, "SPACE_TO_DEPTH", x, samples, None, block_size=2)


def depth_to_space(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.is_image and value.shape[3] % 4 == 0)
    if x is None or max(x.shape[1:3]) > MAX_SIDE // 2:
        return False
    count, (_, height, width, channels) = len(x.samples), x.shape
    squares = x.samples.reshape(count, 1, height, width, 2, 2, channels // 4)
    samples = squares.transpose(0, 1, 2, 4, 3, 5, 6).reshape(
        count, 1, 2 * height, 2 * width, channels // 4
    )
    return _add(graph, "DEPTH_TO_SPACE", x, samples, None, block_size=2)


def channel_shuffle(graph: Graph) -> bool:
    """Groups of channels take turns: a reshape, a transpose, a reshape."""
    x = graph.pick(lambda value: value.is_image and value.shape[3] % 2 == 0)
    if x is None or graph.room < 3:
        return False
    _, height, width, depth = x.shape
    count = graph.rng.choice([g for g in (2, 3, 4) if depth % g == 0])
    groups = graph.reshape(x, (1, height, width, count, depth // count))
    turned = views.transpose(graph.writer, groups.tensor, (0, 1, 2, 4, 3))
    samples = groups.samples.transpose(0, 1, 2, 3, 5, 4)
    graph.reshape(graph.record(turned, samples, groups), x.shape)
    return True


GENERATORS = (
    entry("channel_shuffle", "RESHAPE TRANSPOSE", 0.6, channel_shuffle),
    entry("depth_to_space", "DEPTH_TO_SPACE", 0.5, depth_to_space),
    entry("gather", "GATHER", 0.4, gather),
    entry("mirror_pad", "MIRROR_PAD", 0.4, mirror_pad),
    entry("reverse", "REVERSE_V2", 0.3, reverse),
    entry("space_to_depth", "SPACE_TO_DEPTH", 0.6, space_to_depth),
)
