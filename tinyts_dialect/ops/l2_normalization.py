"""`tinyts.l2_normalization`: TFLite's L2_NORMALIZATION over the last axis."""

from __future__ import annotations

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.irdl import irdl_op_definition, operand_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Clamp, Quant
from tinyts_dialect.interfaces import Array, PointwiseOp
from tinyts_dialect.inverse_roots import inverse_root
from tinyts_dialect.multipliers import requantize
from tinyts_dialect.reference import clamped
from tinyts_dialect.tensors import quant_of, shape_of, verify_depth

OUTPUT_BITS = 7
"""The result is a multiple of 2**-7, whatever its type says."""

OUTPUT_QUANT = Quant(1 / (1 << OUTPUT_BITS), 0)

MAX_DEPTH = 33025
"""Largest last axis: a sum of squares of differences has to fit 31 bits."""


@irdl_op_definition
class L2NormalizationOp(PointwiseOp):
    """Each pixel divided by the root of the sum of its squares."""

    name = "tinyts.l2_normalization"

    input = operand_def(TensorType)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def verify_(self) -> None:
        quant_of(self.input)
        self.verify_output(shape_of(self.input))
        if quant_of(self.result) != OUTPUT_QUANT:
            raise VerifyException(
                "the result must be int8 of scale 1/128, zero point 0"
            )
        verify_depth(self.input, MAX_DEPTH, "whose squares 32 bits can hold")

    def evaluate(self, *operands: Array) -> Array:
        x = operands[0].astype(np.int64) - quant_of(self.input).zero_point
        sums = (x * x).sum(axis=-1, keepdims=True)
        roots = [inverse_root(int(total)) for total in sums.reshape(-1)]
        values = np.array([root.value for root in roots]).reshape(sums.shape)
        shifts = np.array([root.shift for root in roots]).reshape(sums.shape)
        return clamped(requantize(x, values, shifts + OUTPUT_BITS), Clamp(-128, 127))


OPERATIONS = (L2NormalizationOp,)
