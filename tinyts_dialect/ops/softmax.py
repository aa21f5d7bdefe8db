"""`tinyts.softmax`: TFLite's SOFTMAX over the last axis."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from xdsl.dialects.builtin import FloatAttr, TensorType
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Quant
from tinyts_dialect.interfaces import Array, PointwiseOp
from tinyts_dialect.multipliers import quantize_multiplier
from tinyts_dialect.softmax_reference import DIFF_INTEGER_BITS, softmax_rows
from tinyts_dialect.tensors import quant_of, shape_of


class SoftmaxParameters(NamedTuple):
    """How differences to the row's maximum are scaled; the least one that counts."""

    multiplier: int
    shift: int
    diff_min: int


@irdl_op_definition
class SoftmaxOp(PointwiseOp):
    """exp(beta * x) over its sum along the last axis, in fixed point.

    The result has scale 1/256 and zero point -128.
    """

    name = "tinyts.softmax"

    input = operand_def(TensorType)
    beta = prop_def(FloatAttr)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def verify_(self) -> None:
        quant_of(self.input)
        self.verify_output(shape_of(self.input))
        if quant_of(self.result) != Quant(1 / 256, -128):
            raise VerifyException("the result must have scale 1/256, zero point -128")
        if not self.beta.value.data > 0:
            raise VerifyException("beta must be positive")

    def parameters(self) -> SoftmaxParameters:
        """As TFLite prepares them: differences in Q5.26, capped below 32."""
        beta = float(np.float32(self.beta.value.data))
        real = min(
            beta * quant_of(self.input).scale * (1 << (31 - DIFF_INTEGER_BITS)),
            float(2**31 - 1),
        )
        multiplier = quantize_multiplier(real)
        largest = ((1 << DIFF_INTEGER_BITS) - 1) << (31 - DIFF_INTEGER_BITS)
        radius = int(np.floor(largest / 2.0**multiplier.shift))
        return SoftmaxParameters(multiplier.value, multiplier.shift, -radius)

    def evaluate(self, *operands: Array) -> Array:
        x = operands[0].astype(np.int64)
        rows = x.reshape(-1, x.shape[-1])
        result = softmax_rows(rows, *self.parameters())
        return result.reshape(x.shape).astype(np.int8)


OPERATIONS = (SoftmaxOp,)
