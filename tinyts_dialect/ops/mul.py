"""`tinyts.mul`: TFLite's MUL with a fused activation."""

from __future__ import annotations

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def

from tinyts_dialect.attributes import ClampAttr
from tinyts_dialect.broadcasting import broadcast_shape
from tinyts_dialect.interfaces import Array, PointwiseOp, verifying_multipliers
from tinyts_dialect.multipliers import Multiplier, quantize_multiplier, requantize
from tinyts_dialect.reference import clamped
from tinyts_dialect.tensors import quant_of


@irdl_op_definition
class MulOp(PointwiseOp):
    """The product of two tensors, element by element."""

    name = "tinyts.mul"

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
            self.multiplier()

    def multiplier(self) -> Multiplier:
        """Product of the input scales over the output scale, in double precision."""
        lhs, rhs, output = (quant_of(v).scale for v in (*self.operands, self.result))
        return quantize_multiplier(lhs * rhs / output)

    def evaluate(self, *operands: Array) -> Array:
        lhs, rhs = (operand.astype(np.int64) for operand in operands)
        product = (lhs - quant_of(self.lhs).zero_point) * (
            rhs - quant_of(self.rhs).zero_point
        )
        scaled = requantize(product, *self.multiplier())
        return clamped(scaled + quant_of(self.result).zero_point, self.clamp.data)


OPERATIONS = (MulOp,)
