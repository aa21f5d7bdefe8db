"""`tinyts.mean`: TFLite's MEAN, and its SUM; reduced axes stay with size 1."""

from __future__ import annotations

from math import prod

import numpy as np
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, TensorType, UnitAttr
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
)
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Clamp, Quant
from tinyts_dialect.interfaces import Array, TensorOp, verifying_multipliers
from tinyts_dialect.multipliers import Multiplier, quantize_multiplier, requantize
from tinyts_dialect.reference import clamped
from tinyts_dialect.tensors import quant_of, shape_of

MAX_DIFFERENCE = 255
"""Largest difference of a stored value to a zero point."""


def mean_multiplier(input: Quant, output: Quant, count: int) -> Multiplier:
    """The scale ratio divided by the number of elements, as TFLite adapts it."""
    multiplier = quantize_multiplier(input.scale / output.scale)
    shift = min(count.bit_length() - 1, 32, 31 + multiplier.shift)
    value = (multiplier.value << shift) // count
    return Multiplier(value, multiplier.shift - shift)


def verify_sum(count: int, multiplier: Multiplier) -> None:
    """VerifyException where a sum of differences overflows before it is scaled."""
    if MAX_DIFFERENCE * count << max(multiplier.shift, 0) >= 2**31:
        raise VerifyException(
            f"a sum of {count} values overflows 32 bits where it is shifted by "
            f"{max(multiplier.shift, 0)}, as it does in TensorFlow Lite Micro"
        )


@irdl_op_definition
class MeanOp(TensorOp):
    """The mean over the given axes, requantized once by scale ratio / count.

    With `sum` the sum of the values, requantized by the scale ratio.
    """

    name = "tinyts.mean"

    input = operand_def(TensorType)
    axes = prop_def(ArrayAttr[IntegerAttr])
    sum = opt_prop_def(UnitAttr)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def reduced_axes(self) -> tuple[int, ...]:
        """The axes, counted from the outermost."""
        return tuple(axis.value.data for axis in self.axes)

    def verify_(self) -> None:
        quant_of(self.input)
        shape = shape_of(self.input)
        axes = self.reduced_axes()
        if len(set(axes)) != len(axes) or not all(0 <= a < len(shape) for a in axes):
            raise VerifyException(f"axes {list(axes)} do not exist in {list(shape)}")
        first = max(0, len(shape) - 3)  # what the kernel sees as rows
        outer = prod(shape[:first])
        if outer != 1 and any(axis <= first for axis in axes):
            raise VerifyException(
                f"axes {list(axes)} of {list(shape)} reach beyond the last three; the "
                "dimensions before these must be 1"
            )
        self.verify_output(
            [1 if axis in axes else size for axis, size in enumerate(shape)]
        )
        with verifying_multipliers():
            multiplier = self.multiplier()
        verify_sum(self.count(), multiplier)

    def count(self) -> int:
        """How many elements make one of the result."""
        shape = shape_of(self.input)
        return prod(shape[axis] for axis in self.reduced_axes())

    def multiplier(self) -> Multiplier:
        """Requantizes the sum of all elements."""
        divisor = self.count() if self.sum is None else 1
        return mean_multiplier(quant_of(self.input), quant_of(self.result), divisor)

    def evaluate(self, *operands: Array) -> Array:
        x = operands[0].astype(np.int64) - quant_of(self.input).zero_point
        sums = x.sum(axis=self.reduced_axes(), keepdims=True)
        scaled = requantize(sums, *self.multiplier())
        return clamped(scaled + quant_of(self.result).zero_point, Clamp(-128, 127))


OPERATIONS = (MeanOp,)
