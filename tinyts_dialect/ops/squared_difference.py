"""`tinyts.squared_difference`: TFLite's SQUARED_DIFFERENCE."""

from __future__ import annotations

import numpy as np
from xdsl.irdl import irdl_op_definition
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Clamp
from tinyts_dialect.interfaces import Array, verifying_multipliers
from tinyts_dialect.multipliers import quantize_multiplier, requantize
from tinyts_dialect.ops.add import AddMultipliers
from tinyts_dialect.pairs import PairOp
from tinyts_dialect.reference import clamped
from tinyts_dialect.tensors import quant_of

LEFT_SHIFT = 7
"""Of both inputs before they are scaled: the square of a difference has 30 bits."""

MAX_SQUARE = (255 << LEFT_SHIFT) ** 2
"""Of a difference on the common scale, which is at least twice an input's."""


@irdl_op_definition
class SquaredDifferenceOp(PairOp):
    """(lhs - rhs) squared; both are brought to a common scale first."""

    name = "tinyts.squared_difference"

    def verify_(self) -> None:
        super().verify_()
        with verifying_multipliers():
            multipliers = self.multipliers()
        if MAX_SQUARE << max(multipliers.output.shift, 0) >= 2**31:
            raise VerifyException(
                "the result's scale is too small for the inputs' scales: the square "
                "overflows 32 bits, as it does in TensorFlow Lite Micro"
            )

    def multipliers(self) -> AddMultipliers:
        """In double precision, as TFLite Micro prepares them."""
        lhs, rhs, output = (quant_of(v).scale for v in (*self.operands, self.result))
        common = 2 * max(lhs, rhs)
        return AddMultipliers(
            quantize_multiplier(lhs / common),
            quantize_multiplier(rhs / common),
            quantize_multiplier(common * common / (output * (1 << 2 * LEFT_SHIFT))),
        )

    def evaluate(self, *operands: Array) -> Array:
        multipliers = self.multipliers()
        left, right = (
            requantize(
                (operand.astype(np.int64) - quant_of(value).zero_point) << LEFT_SHIFT,
                *multiplier,
            )
            for operand, value, multiplier in zip(
                operands, self.operands, multipliers[:2], strict=True
            )
        )
        scaled = requantize((left - right) ** 2, *multipliers.output)
        return clamped(scaled + quant_of(self.result).zero_point, Clamp(-128, 127))


OPERATIONS = (SquaredDifferenceOp,)
