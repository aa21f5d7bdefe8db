"""`tinyts.sub`: TFLite's SUB with a fused activation."""

from __future__ import annotations

import numpy as np
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ClampAttr
from tinyts_dialect.interfaces import Array, verifying_multipliers
from tinyts_dialect.multipliers import requantize
from tinyts_dialect.ops.add import LEFT_SHIFT, AddMultipliers, add_multipliers
from tinyts_dialect.pairs import PairOp
from tinyts_dialect.reference import clamped
from tinyts_dialect.tensors import quant_of


@irdl_op_definition
class SubOp(PairOp):
    """The difference of two tensors; both are brought to a common scale first."""

    name = "tinyts.sub"

    clamp = prop_def(ClampAttr)

    def verify_(self) -> None:
        super().verify_()
        with verifying_multipliers():
            multipliers = self.multipliers()
        if multipliers.output.shift > 0:
            raise VerifyException(
                "the result's scale is too small for the inputs' scales: TensorFlow "
                "Lite Micro needs an output multiplier below 1"
            )

    def multipliers(self) -> AddMultipliers:
        """As those of ADD."""
        return add_multipliers(self.lhs, self.rhs, self.result)

    def evaluate(self, *operands: Array) -> Array:
        lhs, rhs = (operand.astype(np.int64) for operand in operands)
        multipliers = self.multipliers()
        left = (lhs - quant_of(self.lhs).zero_point) << LEFT_SHIFT
        right = (rhs - quant_of(self.rhs).zero_point) << LEFT_SHIFT
        total = requantize(left, *multipliers.lhs) - requantize(right, *multipliers.rhs)
        scaled = requantize(total, *multipliers.output)
        return clamped(scaled + quant_of(self.result).zero_point, self.clamp.data)


OPERATIONS = (SubOp,)
