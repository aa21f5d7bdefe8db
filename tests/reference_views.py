"""Models of one operator that moves data."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from reference_draw import Draw
from support_unit import Case

from tools import tflite_views as views


def tensor(draw: Draw, least_rank: int = 1, most_rank: int = 5) -> int:
    """A tensor, from rank 3 on mostly with a batch of 1."""
    rank = draw.number(least_rank, most_rank)
    shape = [draw.number(1, 6) for _ in range(rank)]
    if rank < 3:
        return draw.input(tuple(shape))
    if draw.number(0, 4):
        shape[0] = 1
        return draw.input(tuple(shape))
    x = draw.input((1, math.prod(shape)))  # an input has a batch of 1
    return draw.writer.reshape(x, shape)


def strided_slice(draw: Draw) -> Case:
    kind = draw.number(0, 5)
    if kind < 3:
        return draw.finish(slice_of(draw))
    x = tensor(draw, least_rank=2 if kind == 5 else 1)
    shape = draw.writer.shape(x)
    axis = draw.number(0, len(shape) - 1)
    written = axis - len(shape) if draw.number(0, 1) else axis
    if kind == 3:
        counts = [n for n in range(1, 7) if shape[axis] % n == 0]
        parts = views.split(
            draw.writer, x, counts[draw.number(0, len(counts) - 1)], written
        )
    elif kind == 4:
        first = draw.number(1, max(1, shape[axis] - 1))
        rest = [shape[axis] - first] if first < shape[axis] else []
        if rest and draw.number(0, 1):
            rest = [-1]
        parts = views.split_v(draw.writer, x, [first, *rest], written)
    else:
        parts = views.unpack(draw.writer, x, written)
    return draw.finish(parts[draw.number(0, len(parts) - 1)])


def slice_of(draw: Draw) -> int:
    x = tensor(draw, most_rank=4)  # TFLite Micro takes no more
    shape = draw.writer.shape(x)
    begins, ends, strides = [], [], []
    masks = {"begin_mask": 0, "end_mask": 0, "shrink_axis_mask": 0}
    for axis, size in enumerate(shape):
        begin = draw.number(0, size - 1)
        end = draw.number(begin + 1, size)
        begins.append(begin - size if draw.number(0, 1) else begin)
        ends.append(end - size if end < size and draw.number(0, 1) else end)
        strides.append(1 if draw.number(0, 2) else draw.number(2, 3))
        for mask in ("begin_mask", "end_mask"):
            masks[mask] |= (draw.number(0, 3) == 0) << axis
        if draw.number(0, 5) == 0 and masks["shrink_axis_mask"] == 0 and len(shape) > 1:
            masks["shrink_axis_mask"] |= 1 << axis
            masks["begin_mask"] &= ~(1 << axis)
            masks["end_mask"] &= ~(1 << axis)
            ends[-1] = begin + 1
            begins[-1], strides[-1] = begin, 1
    return views.strided_slice(draw.writer, x, begins, ends, strides, **masks)


def joined(draw: Draw) -> Case:
    """PACK, or CONCATENATION on any axis of any rank."""
    x = tensor(draw)
    rank = len(draw.writer.shape(x))
    others = [x] * draw.number(0, 2)
    if draw.number(0, 1) and rank < 5:
        axis = draw.number(0, rank)
        if draw.number(0, 1):
            axis -= rank + 1
        return draw.finish(views.pack(draw.writer, [x, *others], axis))
    axis = draw.number(0, rank - 1)
    return draw.finish(draw.writer.concatenation([x, *others], axis=axis))


def transpose(draw: Draw) -> Case:
    x = tensor(draw, least_rank=2)
    rank = len(draw.writer.shape(x))
    perm = [int(axis) for axis in draw.random.permutation(rank)]
    return draw.finish(views.transpose(draw.writer, x, perm))


def part(draw: Draw) -> Case:
    """SLICE."""
    x = tensor(draw)
    begins, sizes = [], []
    for whole in draw.writer.shape(x):
        begin = draw.number(0, whole - 1)
        size = draw.number(1, whole - begin)
        begins.append(begin)
        sizes.append(-1 if begin + size == whole and draw.number(0, 1) else size)
    return draw.finish(views.slice_of(draw.writer, x, begins, sizes))


def resize(draw: Draw, bilinear: bool) -> Case:
    x = draw.input((1, draw.number(1, 9), draw.number(1, 9), draw.number(1, 5)))
    height, width = draw.writer.shape(x)[1:3]
    sizes = [2 * height, 2 * width]
    if draw.number(0, 1):
        sizes = [draw.number(1, 15), draw.number(1, 15)]
    mode = draw.number(0, 2)
    return draw.finish(
        views.resize(
            draw.writer,
            x,
            sizes,
            bilinear=bilinear,
            align_corners=mode == 1,
            half_pixel_centers=mode == 2,
        )
    )


def mean(draw: Draw) -> Case:
    """Over neighbouring axes of any rank."""
    x = tensor(draw, least_rank=4)
    rank = len(draw.writer.shape(x))
    first = draw.number(0, rank - 1)
    axes = list(range(first, draw.number(first, rank - 1) + 1))
    return draw.finish(draw.writer.mean(x, axes, keep_dims=draw.number(0, 1) == 1))


def padv2(draw: Draw) -> Case:
    x = tensor(draw)
    paddings = [
        draw.pair(0, 3) if draw.number(0, 1) else (0, 0) for _ in draw.writer.shape(x)
    ]
    value = draw.number(-128, 127)
    return draw.finish(views.padv2(draw.writer, x, paddings, value))


def gather_channels(draw: Draw) -> Case:
    """GATHER of channels in an order that is no few slices, some of them twice."""
    writer, channels = draw.writer, draw.number(6, 12)
    x = draw.input((1, draw.number(1, 6), draw.number(1, 6), channels))
    order = [int(c) for c in draw.random.integers(0, channels, draw.number(6, 12))]
    shape = (*writer.shape(x)[:3], len(order))
    y = writer.activation("gathered", shape, writer.quant(x))
    indices = writer.constant(np.array(order, np.int32))
    writer.operator("GATHER", [x, indices], [y], {"axis": 3})
    return draw.finish(y)


def depth_to_space(draw: Draw) -> Case:
    writer, block = draw.writer, draw.number(2, 3)
    height, width = draw.number(1, 5), draw.number(1, 5)
    channels = draw.number(1, 4)
    x = draw.input((1, height, width, channels * block * block))
    shape = (1, height * block, width * block, channels)
    y = writer.activation("squares", shape, writer.quant(x))
    writer.operator("DEPTH_TO_SPACE", [x], [y], {"block_size": block})
    return draw.finish(y)


GENERATORS: dict[str, tuple[Callable[[Draw], Case], int]] = {
    "depth_to_space": (depth_to_space, 20),
    "gather_channels": (gather_channels, 20),
    "resize_bilinear": (lambda draw: resize(draw, bilinear=True), 80),
    "resize_nearest_neighbor": (lambda draw: resize(draw, bilinear=False), 80),
    "strided_slice": (strided_slice, 100),
    "transpose": (transpose, 60),
}

def floats_joined(draw: Draw) -> Case:
    """Two dequantized branches of different scales, as of a detection head."""
    shape = (1, draw.number(1, 5), draw.number(1, 5), draw.number(1, 5))
    parts = [draw.writer.dequantize(draw.input(shape)) for _ in range(2)]
    return draw.finish(draw.writer.concatenation(parts, axis=draw.number(1, 3)))


OTHERS: dict[str, tuple[Callable[[Draw], Case], int]] = {
    "floats joined": (floats_joined, 10),
    "joined": (joined, 60),
    "mean of any rank": (mean, 30),
    "padv2": (padv2, 40),
    "part": (part, 30),
}
"""Operators that become operations of another name."""
