"""Operators that move data: slices, splits, packs, transposes, resizes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from tools import tflite_views as views
from tools.random_graphs.generator import entry
from tools.random_graphs.graph import Graph
from tools.random_graphs.samples import SAMPLES, Value, varies
from tools.random_graphs.state import MAX_ELEMENTS, MAX_SIDE


def strided_slice(graph: Graph) -> bool:
    """Rows, columns, channels; sometimes every second one, or one axis dropped."""
    x = graph.pick(lambda value: 1 < len(value.shape) < 5 and value.size > 24)
    if x is None:
        return False
    begins, ends, strides = [0], [1], [1]
    index: list[slice | int] = [slice(None)]  # the masks take all of the first axis
    begin_mask = end_mask = 1
    for axis, size in enumerate(x.shape[1:], 1):
        begin, end = 0, size
        if graph.chance(0.5):
            begin = graph.rng.randint(0, size // 2)
            end = graph.rng.randint(max(begin + 1, size // 2), size)
        stride = 2 if end - begin > 3 and graph.chance(0.15) else 1
        index.append(slice(begin, end, stride))
        begin_mask |= (begin == 0 and graph.chance(0.5)) << axis
        end_mask |= (end == size and graph.chance(0.5)) << axis
        begins.append(begin - size if graph.chance(0.3) else begin)
        ends.append(end - size if end < size and graph.chance(0.3) else end)
        strides.append(stride)
    shrink = 0
    if len(x.shape) == 4 and graph.chance(0.1):
        axis = graph.rng.randint(1, 3)
        shrink = 1 << axis
        position = graph.rng.randrange(x.shape[axis])
        index[axis], begins[axis] = position, position
        ends[axis], strides[axis] = position + 1, 1
        begin_mask, end_mask = begin_mask & ~shrink, end_mask & ~shrink
    samples = x.samples[(slice(None), *index)]
    if not varies(samples) or math.prod(samples.shape[1:]) < 6:
        return False
    tensor = views.strided_slice(
        graph.writer,
        graph.tensor_of(x),
        begins,
        ends,
        strides,
        begin_mask=begin_mask,
        end_mask=end_mask,
        shrink_axis_mask=shrink,
        name=f"slice_{graph.operators}",
    )
    graph.record(tensor, samples, x)
    return True


def split_and_join(graph: Graph) -> bool:
    """Two or three parts, some of them pooled, joined in another order."""
    x = graph.pick(lambda value: value.is_image)
    if x is None or graph.room < 3:
        return False
    axis = graph.draw({3: 5, 1: 2, 2: 2})
    size = x.shape[axis]
    count = 3 if size > 4 and graph.chance(0.3) else 2
    if size < 2 * count:
        return False
    written = axis - 4 if graph.chance(0.3) else axis
    if size % count == 0 and graph.chance(0.4):
        sizes = [size // count] * count
        tensors = views.split(graph.writer, graph.tensor_of(x), count, written)
    else:
        first = graph.rng.randint(1, size // 2)
        sizes = [first, size - first]
        given = [first, -1] if graph.chance(0.3) else sizes
        tensors = views.split_v(graph.writer, graph.tensor_of(x), given, written)
    borders = np.cumsum(sizes)[:-1]
    parts = [
        graph.record(tensor, samples, x)
        for tensor, samples in zip(
            tensors, np.split(x.samples, borders, axis + 1), strict=True
        )
    ]
    graph.operators -= len(parts) - 1  # they are one operator
    if graph.room > 1 and graph.chance(0.5):
        pooled = graph.max_pool_2d(
            parts[0], kernel=(3, 3), stride=(1, 1), padding="SAME"
        )
        parts[0] = pooled or parts[0]
    graph.rng.shuffle(parts)
    return graph.concatenation(parts, axis) is not None


def unpack_and_pack(graph: Graph) -> bool:
    """One axis taken apart, and put elsewhere."""
    x = graph.pick(
        lambda value: 2 < len(value.shape) < 5 and min(value.shape[1:]) < 5
    )
    if x is None or graph.room < 2:
        return False
    axes = [axis for axis in range(1, len(x.shape)) if 1 < x.shape[axis] < 5]
    if not axes:
        return False
    axis = graph.rng.choice(axes)
    tensors = views.unpack(graph.writer, graph.tensor_of(x), axis)
    parts = [
        graph.record(tensor, np.take(x.samples, position, axis + 1), x)
        for position, tensor in enumerate(tensors)
    ]
    graph.operators -= len(parts) - 1
    place = graph.rng.randint(1, len(x.shape) - 1)
    written = place - len(x.shape) if graph.chance(0.3) else place
    tensor = views.pack(graph.writer, [part.tensor for part in parts], written)
    samples = np.stack([part.samples for part in parts], place + 1)
    graph.record(tensor, samples, *parts)
    return True


def transpose(graph: Graph) -> bool:
    """Any permutation that leaves the batch in front."""
    x = graph.pick(lambda value: 2 < len(value.shape) < 6 and value.shape[0] == 1)
    if x is None:
        return False
    rest = list(range(1, len(x.shape)))
    graph.rng.shuffle(rest)
    perm = [0, *rest]
    shape = [x.shape[axis] for axis in perm]
    if max(shape) > MAX_SIDE:
        return False
    tensor = views.transpose(graph.writer, graph.tensor_of(x), perm)
    moved = x.samples.transpose(0, *(axis + 1 for axis in perm))
    graph.record(tensor, moved, x)
    return True


def thin_axes(graph: Graph) -> bool:
    """EXPAND_DIMS of low ranks, SQUEEZE of high ones."""
    x = graph.pick(lambda value: 1 < len(value.shape) < 6)
    if x is None:
        return False
    if len(x.shape) < graph.draw({4: 4, 5: 1}):
        axis = graph.rng.randint(1, len(x.shape))
        written = axis - len(x.shape) - 1 if graph.chance(0.3) else axis
        tensor = views.expand_dims(graph.writer, graph.tensor_of(x), written)
    else:
        axes = [axis for axis, size in enumerate(x.shape) if axis and size == 1]
        if not axes:
            return False
        tensor = views.squeeze(graph.writer, graph.tensor_of(x), axes)
    shape = graph.writer.shape(tensor)
    graph.record(tensor, x.samples.reshape(SAMPLES, *shape), x)
    return True


def _resize(bilinear: bool) -> Callable[[Graph], bool]:
    def add(graph: Graph) -> bool:
        x = graph.pick_image()
        if x is None:
            return False
        sizes = [2 * x.shape[1], 2 * x.shape[2]]
        if graph.chance(0.25):
            sizes = [graph.rng.randint(1, 2 * size) for size in sizes]
        if max(sizes) > MAX_SIDE or math.prod(sizes) * x.shape[3] > MAX_ELEMENTS:
            return False
        corners = {"neither": 2, "half": 3, "align": 1}
        mode = graph.draw(corners)
        rows, columns = (
            np.arange(size) * x.shape[axis] // size
            for axis, size in zip((1, 2), sizes, strict=True)
        )
        samples = x.samples[:, :, rows][:, :, :, columns]  # near enough
        if not varies(samples):
            return False
        tensor = views.resize(
            graph.writer,
            graph.tensor_of(x),
            sizes,
            bilinear=bilinear,
            align_corners=mode == "align",
            half_pixel_centers=mode == "half",
        )
        graph.record(tensor, samples, x)
        return True

    return add


def padded_pool(graph: Graph) -> bool:
    """PADV2, mostly of the least value and before a pool, sometimes on channels."""
    x = graph.pick_image()
    if x is None or graph.room < 2:
        return False
    value = -128 if graph.chance(0.7) else graph.rng.randint(-128, 127)
    pairs = [graph.draw({(0, 1): 2, (1, 1): 2, (2, 1): 1}) for _ in range(2)]
    paddings = [(0, 0), *pairs, (0, 0)]
    if graph.chance(0.2):
        paddings[3] = (graph.rng.randint(0, 2), graph.rng.randint(0, 2))
    padded = [
        size + sum(pair) for size, pair in zip(x.shape, paddings, strict=True)
    ]
    if max(padded) > MAX_SIDE or math.prod(padded) > MAX_ELEMENTS:
        return False
    tensor = views.padv2(graph.writer, graph.tensor_of(x), paddings, value)
    samples = np.pad(x.samples, [(0, 0), *paddings], constant_values=value)
    y: Value | None = graph.record(tensor, samples, x)
    if graph.chance(0.8):
        y = graph.max_pool_2d(y, kernel=(3, 3), stride=(2, 2), padding="VALID")
    return y is not None


GENERATORS = (
    entry("strided_slice", "STRIDED_SLICE", 2, strided_slice),
    entry(
        "split_and_join",
        "SPLIT SPLIT_V MAX_POOL_2D CONCATENATION",
        2.5,
        split_and_join,
    ),
    entry("unpack_and_pack", "UNPACK PACK", 2.5, unpack_and_pack),
    entry("transpose", "TRANSPOSE", 2, transpose),
    entry("thin_axes", "EXPAND_DIMS SQUEEZE", 2, thin_axes),
    entry("resize_bilinear", "RESIZE_BILINEAR", 1.5, _resize(bilinear=True)),
    entry(
        "resize_nearest_neighbor",
        "RESIZE_NEAREST_NEIGHBOR",
        1.5,
        _resize(bilinear=False),
    ),
    entry("padded_pool", "PADV2 MAX_POOL_2D", 1, padded_pool),
)
