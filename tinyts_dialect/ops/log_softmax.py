"""`tinyts.log_softmax`: TFLite's LOG_SOFTMAX over the last axis."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.irdl import irdl_op_definition, operand_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Clamp, Quant
from tinyts_dialect.interfaces import Array, PointwiseOp
from tinyts_dialect.logarithms import logarithm
from tinyts_dialect.multipliers import (
    INT32_MIN,
    Int64Array,
    Multiplier,
    divide_by_power_of_two,
    quantize_multiplier,
    requantize,
)
from tinyts_dialect.ops.softmax import (
    SoftmaxParameters,
    softmax_parameters,
    verify_softmax_depth,
    verify_softmax_scale,
)
from tinyts_dialect.reference import clamped
from tinyts_dialect.softmax_reference import (
    DIFF_INTEGER_BITS,
    SUM_INTEGER_BITS,
    exp_of_negative,
)
from tinyts_dialect.tensors import quant_of, shape_of

OUTPUT_INTEGER_BITS = 4
OUTPUT_QUANT = Quant(16 / 256, 127)
DOWN = 31 - DIFF_INTEGER_BITS - OUTPUT_INTEGER_BITS
"""Bits by which a logarithm in Q5.26 is shifted to steps of 1/16."""


class LogSoftmaxParameters(NamedTuple):
    """Those of a softmax, and how a number in Q5.26 becomes a difference again."""

    softmax: SoftmaxParameters
    reverse: Multiplier


@irdl_op_definition
class LogSoftmaxOp(PointwiseOp):
    """x minus the logarithm of the sum of exp(x) along the last axis."""

    name = "tinyts.log_softmax"

    input = operand_def(TensorType)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def verify_(self) -> None:
        quant_of(self.input)
        self.verify_output(shape_of(self.input))
        if quant_of(self.result) != OUTPUT_QUANT:
            raise VerifyException(
                "the result must be int8 of scale 1/16, zero point 127"
            )
        verify_softmax_depth(self.input)
        verify_softmax_scale(quant_of(self.input).scale)

    def parameters(self) -> LogSoftmaxParameters:
        """As TFLite prepares them."""
        softmax = softmax_parameters(quant_of(self.input).scale)
        reverse = (1 << (31 - softmax.shift)) / softmax.multiplier
        return LogSoftmaxParameters(softmax, quantize_multiplier(reverse))

    def evaluate(self, *operands: Array) -> Array:
        x = operands[0].astype(np.int64)
        softmax, reverse = self.parameters()
        differences = x - x.max(axis=-1, keepdims=True)
        counts = differences >= softmax.diff_min
        scaled = self._in_q5(np.where(counts, differences, 0))
        terms = divide_by_power_of_two(exp_of_negative(scaled), SUM_INTEGER_BITS)
        sums = np.where(counts, terms, 0).sum(axis=-1, keepdims=True)
        logs = logarithm(sums, SUM_INTEGER_BITS)
        least = np.maximum(softmax.diff_min - 1, requantize(logs + INT32_MIN, *reverse))
        steps = divide_by_power_of_two(scaled - logs, DOWN)
        stored = np.where(differences > least, steps + OUTPUT_QUANT.zero_point, -128)
        return clamped(stored, Clamp(-128, 127))

    def _in_q5(self, differences: Int64Array) -> Int64Array:
        softmax = self.parameters().softmax
        return requantize(differences, softmax.multiplier, softmax.shift)


OPERATIONS = (LogSoftmaxOp,)
