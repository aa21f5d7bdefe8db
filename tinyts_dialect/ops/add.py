"""`tinyts.add`: TFLite's ADD with a fused activation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ClampAttr
from tinyts_dialect.broadcasting import broadcast_shape
from tinyts_dialect.interfaces import Array, PointwiseOp, verifying_multipliers
from tinyts_dialect.multipliers import Multiplier, quantize_multiplier, requantize
from tinyts_dialect.reference import clamped
from tinyts_dialect.tensors import quant_of

LEFT_SHIFT = 20
"""Bits by which inputs are shifted to the left before they are scaled."""


class AddMultipliers(NamedTuple):
    """The multipliers of both inputs and of the output."""

    lhs: Multiplier
    rhs: Multiplier
    output: Multiplier


def add_multipliers(lhs: SSAValue, rhs: SSAValue, result: SSAValue) -> AddMultipliers:
    """Scales relative to twice the larger input scale, as TFLite chooses them."""
    left, right, output = (quant_of(value).scale for value in (lhs, rhs, result))
    common = 2 * max(left, right)
    return AddMultipliers(
        quantize_multiplier(left / common),
        quantize_multiplier(right / common),
        quantize_multiplier(common / ((1 << LEFT_SHIFT) * output)),
    )


@irdl_op_definition
class AddOp(PointwiseOp):
    """The sum of two tensors; both are brought to a common scale first."""

    name = "tinyts.add"

    lhs = operand_def(TensorType)
    rhs = operand_def(TensorType)
    clamp = prop_def(ClampAttr)
    result = result_def(TensorType)

    assembly_format = (
        "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)"
    )

    def verify_(self) -> None:
        self.verify_output(broadcast_shape(self.lhs, self.rhs))
        with verifying_multipliers():
            multipliers = self.multipliers()
        if multipliers.output.shift > 0:
            raise VerifyException(
                "the result's scale is too small for the inputs' scales: TensorFlow "
                "Lite Micro needs an output multiplier below 1"
            )

    def multipliers(self) -> AddMultipliers:
        """Those of its operands and its result."""
        return add_multipliers(self.lhs, self.rhs, self.result)

    def evaluate(self, *operands: Array) -> Array:
        lhs, rhs = (operand.astype(np.int64) for operand in operands)
        multipliers = self.multipliers()
        left = (lhs - quant_of(self.lhs).zero_point) << LEFT_SHIFT
        right = (rhs - quant_of(self.rhs).zero_point) << LEFT_SHIFT
        total = requantize(left, *multipliers.lhs) + requantize(right, *multipliers.rhs)
        scaled = requantize(total, *multipliers.output)
        return clamped(scaled + quant_of(self.result).zero_point, self.clamp.data)


OPERATIONS = (AddOp,)
