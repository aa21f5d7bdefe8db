"""SLICE, and RESHAPE to a shape that is computed."""

from __future__ import annotations

import math

from tools import tflite_views as views
from tools.random_graphs.generator import entry
from tools.random_graphs.graph import Graph
from tools.random_graphs.samples import SAMPLES, varies


def part(graph: Graph) -> bool:
    """SLICE of some axes; a size that reaches the end is sometimes written as -1."""
    x = graph.pick(lambda value: 1 < len(value.shape) < 5 and value.size > 24)
    if x is None:
        return False
    begins, sizes, index = [0], [x.shape[0]], [slice(None)]
    for whole in x.shape[1:]:
        begin, end = 0, whole
        if graph.chance(0.5):
            begin = graph.rng.randint(0, whole // 2)
            end = graph.rng.randint(max(begin + 1, whole // 2), whole)
        begins.append(begin)
        sizes.append(-1 if end == whole and graph.chance(0.5) else end - begin)
        index.append(slice(begin, end))
    samples = x.samples[(slice(None), *index)]
    if not varies(samples) or math.prod(samples.shape[1:]) < 6:
        return False
    tensor = views.slice_of(graph.writer, graph.tensor_of(x), begins, sizes)
    graph.record(tensor, samples, x)
    return True


def flatten(graph: Graph) -> bool:
    """As Keras flattens where the batch is unknown: four operators."""
    x = graph.pick(
        lambda value: 2 < len(value.shape) < 5 and value.shape[0] == 1
    )
    if x is None or graph.room < 4:
        return False
    tensor = views.flatten_of_computed_shape(graph.writer, graph.tensor_of(x))
    graph.operators += 3  # beside the RESHAPE
    graph.record(tensor, x.samples.reshape(SAMPLES, 1, x.size), x)
    return True


GENERATORS = (
    entry("part", "SLICE", 0.8, part),
    entry("flatten", "SHAPE STRIDED_SLICE PACK RESHAPE", 0.7, flatten),
)
