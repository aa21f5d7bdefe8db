"""Models of one operator whose scales have a ratio that takes many values to a half.

There the last bit of the ratio decides how they are rounded, and so whether it is a
quotient in single or in double precision.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from reference_draw import Draw
from support_unit import Case

from tools import tflite_rows as rows
from tools.tflite_writer import Quant

ALL = np.arange(-128, 128).astype(np.int8).reshape(1, 256)
"""Every int8."""


def _fraction(draw: Draw) -> float:
    """Values over it are halves where they are odd multiples of half its top."""
    return 2 * draw.number(1, 254) / (2 * draw.number(1, 254) + 1)


def halves(builtin: str, draw: Draw) -> Case:
    """A function of one variable, or of a variable and zero, or one."""
    scale = 2.0 ** draw.random.uniform(-8, -4)
    x = draw.input(ALL.shape, Quant(scale, -128 if draw.number(0, 1) else 0))
    output = Quant(scale * _fraction(draw), -128)
    if builtin in ("ADD", "SUB"):
        other = draw.writer.constant(np.zeros((1, 1), np.int8), Quant(scale))
        y = draw.writer.binary(builtin, x, other, output=output, options=NO_ACTIVATION)
    elif builtin == "DIV":
        divisor = Quant(2.0 ** draw.random.uniform(-8, 0))
        one = draw.writer.constant(np.array([[1]], np.int8), divisor)
        output = Quant(scale / divisor.scale * _fraction(draw), -128)
        y = draw.writer.binary(builtin, x, one, output=output, options=NO_ACTIVATION)
    elif builtin == "SQUARED_DIFFERENCE":
        other = draw.writer.constant(np.zeros((1, 1), np.int8), Quant(scale))
        output = Quant(scale * scale * 90 * _fraction(draw), -128)
        y = draw.writer.binary(builtin, x, other, output=output)
    elif builtin == "BATCH_MATMUL":
        factor = Quant(2.0 ** draw.random.uniform(-8, 0))
        one = draw.writer.constant(np.array([[1]], np.int8), factor)
        column = draw.writer.reshape(x, (256, 1))
        output = Quant(scale * factor.scale * _fraction(draw), -128)
        y = rows.batch_matmul(draw.writer, column, one, output=output)
    elif builtin == "SUM":
        column = draw.writer.reshape(x, (256, 1))
        y = rows.sum_over(draw.writer, column, (1,), output=output)
    elif builtin == "PRELU":
        slope = draw.writer.constant(np.array([[1]], np.int8), Quant(_fraction(draw)))
        y = draw.writer.binary(builtin, x, slope, output=output)
    else:
        alpha = {"alpha": _fraction(draw)} if builtin == "LEAKY_RELU" else None
        y = draw.writer.unary(builtin, x, output=output, options=alpha)
    return draw.finish(y, [ALL[None]])


NO_ACTIVATION = {"fused_activation_function": 0}

OTHERS: dict[str, tuple[Callable[[Draw], Case], int]] = {
    f"halves of {builtin}": (partial(halves, builtin), 30)
    for builtin in (
        *("ADD", "SUB", "RELU", "LEAKY_RELU", "PRELU", "QUANTIZE"),
        *("DIV", "SQUARED_DIFFERENCE", "BATCH_MATMUL", "SUM"),
    )
}
