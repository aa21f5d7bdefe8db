"""Drawing models of operators along an axis: sums, places, norms, dot products."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from reference_draw import Draw
from support_unit import Case

from tools import tflite_rows as rows
from tools.tflite_writer import TFLiteWriter

Build = Callable[[TFLiteWriter, int], int]


def arg_max(draw: Draw) -> Case:
    """Over any axis; few values, so that equal ones are frequent, or many."""
    rank = draw.number(2, 4)
    shape = (1, *(draw.number(1, 9) for _ in range(3)))[-rank:]
    axis = draw.number(1 if rank == 4 else 0, rank - 1)
    x = draw.input(shape)
    written = axis - rank if draw.number(0, 1) else axis
    y = rows.arg_max(draw.writer, x, written, least=draw.number(0, 1) == 1)
    values = draw.bytes(1, *shape) // (40 if draw.number(0, 1) else 1)
    return draw.finish(y, [values.astype(np.int8)])


def along_channels(build: Build) -> Callable[[Draw], Case]:
    """One operator on a tensor of any rank, over its last axis."""

    def generate(draw: Draw) -> Case:
        rank = draw.number(1, 4)
        shape = (1, *(draw.number(1, 4) for _ in range(2)), draw.number(1, 40))[-rank:]
        x = draw.input(shape)
        values = draw.bytes(1, *shape)
        if draw.number(0, 3) == 0:  # close to zero, all of them
            zero = draw.writer.quant(x).zero_point
            values = np.clip(zero + values // 90, -128, 127).astype(np.int8)
        return draw.finish(build(draw.writer, x), [values])

    return generate


def sum_of_axes(draw: Draw) -> Case:
    rank = draw.number(2, 4)
    shape = (1, *(draw.number(2, 8) for _ in range(3)))[-rank:]
    axes = draw.random.choice(rank, draw.number(1, 2), replace=False).tolist()
    x = draw.input(shape)
    count = float(np.prod([shape[axis] for axis in axes]))
    scale = draw.writer.quant(x).scale * count**0.5
    output = draw.quant(scale * float(2.0 ** draw.random.uniform(-2, 2)))
    keep_dims = draw.random.random() < 0.5
    y = rows.sum_over(draw.writer, x, axes, keep_dims=keep_dims, output=output)
    return draw.finish(y)


def batch_matmul(draw: Draw) -> Case:
    """Matrices of rank 2 to 4, either one transposed, one of them perhaps alone."""
    height, depth, width = (draw.number(1, 9) for _ in range(3))
    batches = ((), (draw.number(1, 3),), (1, draw.number(1, 3)))[draw.number(0, 2)]
    adjoint = [bool(draw.number(0, 1)) for _ in range(2)]
    shapes = []
    for sizes, swapped in zip(((height, depth), (depth, width)), adjoint, strict=True):
        shapes.append((*batches, *(sizes[::-1] if swapped else sizes)))
    alone = draw.number(0, 5)
    if alone < 2:
        shapes[alone] = shapes[alone][-2:]
    x, y = draw.input(shapes[0]), draw.operand(shapes[1])
    scale = draw.writer.quant(x).scale * draw.writer.quant(y).scale * depth**0.5
    output = draw.quant(scale * float(2.0 ** draw.random.uniform(4, 8)))
    return draw.finish(rows.batch_matmul(draw.writer, x, y, *adjoint, output=output))


GENERATORS: dict[str, tuple[Callable[[Draw], Case], int]] = {
    "arg_max": (arg_max, 60),
    "batch_matmul": (batch_matmul, 80),
    "l2_normalization": (along_channels(rows.l2_normalization), 60),
    "log_softmax": (along_channels(rows.log_softmax), 60),
}

OTHERS: dict[str, tuple[Callable[[Draw], Case], int]] = {"sum": (sum_of_axes, 60)}
"""Of operators that are a case of another operation."""
