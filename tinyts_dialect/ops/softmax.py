"""`tinyts.softmax`: TFLite's SOFTMAX over the last axis."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np
from xdsl.dialects.builtin import FloatAttr, TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Quant
from tinyts_dialect.interfaces import Array, PointwiseOp
from tinyts_dialect.multipliers import quantize_multiplier
from tinyts_dialect.softmax_reference import DIFF_INTEGER_BITS, softmax_rows
from tinyts_dialect.tensors import (
    dtype_of,
    end_quant_of,
    quant_of,
    shape_of,
    verify_depth,
)

MAX_DEPTH = 4095
"""Largest last axis: 4096 equal values would overflow the sum in Q12.19."""


class SoftmaxParameters(NamedTuple):
    """How differences to the row's maximum are scaled; the least one that counts."""

    multiplier: int
    shift: int
    diff_min: int


def verify_softmax_depth(value: SSAValue) -> None:
    """VerifyException if the sum along the last axis could overflow."""
    reason = "that the sum of TensorFlow Lite Micro can hold"
    verify_depth(value, MAX_DEPTH, reason)


def scale_of_differences(scale: float) -> float:
    """What a difference of one step of that scale is in Q5.26."""
    return scale * (1 << (31 - DIFF_INTEGER_BITS))


def verify_softmax_scale(scale: float) -> None:
    """VerifyException where a difference of one step counts for nothing."""
    if not scale_of_differences(scale) > 1:
        raise VerifyException(
            f"beta times scale is {scale:g}, which is too small: TensorFlow Lite Micro "
            f"needs more than 2**-{31 - DIFF_INTEGER_BITS}"
        )


def softmax_parameters(scale: float) -> SoftmaxParameters:
    """As TFLite prepares them: differences in Q5.26, capped below 32.

    `scale` is that of the input, times beta.
    """
    real = min(scale_of_differences(scale), float(2**31 - 1))
    multiplier = quantize_multiplier(real, largest_shift=31)
    largest = ((1 << DIFF_INTEGER_BITS) - 1) << (31 - DIFF_INTEGER_BITS)
    radius = int(np.floor(largest / 2.0**multiplier.shift))
    return SoftmaxParameters(multiplier.value, multiplier.shift, -radius)


class SoftmaxLikeOp(PointwiseOp):
    """exp(beta * x) over its sum along the last axis, in fixed point.

    The result is of `BITS` bits, which cover 0 to 1.
    """

    BITS: ClassVar[int]

    input = operand_def(TensorType)
    beta = prop_def(FloatAttr)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def verify_(self) -> None:
        quant_of(self.input)
        self.verify_shape(shape_of(self.input))
        steps, dtype = 1 << self.BITS, f"int{self.BITS}"
        quant = end_quant_of(self.result)
        if dtype_of(self.result).name != dtype or quant != Quant(
            1 / steps, -steps // 2
        ):
            raise VerifyException(
                f"the result must be {dtype} of scale 1/{steps}, zero point "
                f"{-steps // 2}"
            )
        if not self.beta.value.data > 0:
            raise VerifyException("beta must be positive")
        verify_softmax_depth(self.input)
        verify_softmax_scale(self.scaled_by_beta())

    def scaled_by_beta(self) -> float:
        """The input's scale times beta."""
        beta = float(np.float32(self.beta.value.data))
        return beta * quant_of(self.input).scale

    def parameters(self) -> SoftmaxParameters:
        """Of differences to the greatest value."""
        return softmax_parameters(self.scaled_by_beta())

    def evaluate(self, *operands: Array) -> Array:
        x = operands[0].astype(np.int64)
        rows = x.reshape(-1, x.shape[-1])
        result = softmax_rows(rows, *self.parameters(), self.BITS)
        return result.reshape(x.shape).astype(f"int{self.BITS}")


@irdl_op_definition
class SoftmaxOp(SoftmaxLikeOp):
    """To int8: scale 1/256, zero point -128."""

    name = "tinyts.softmax"

    BITS: ClassVar[int] = 8


OPERATIONS = (SoftmaxOp,)
