"""`tinyts.prelu`: TFLite's PRELU."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from xdsl.irdl import irdl_op_definition

from tinyts_dialect.attributes import Clamp
from tinyts_dialect.interfaces import Array, verifying_multipliers
from tinyts_dialect.multipliers import Multiplier, quantize_multiplier, requantize
from tinyts_dialect.pairs import PairOp
from tinyts_dialect.reference import clamped
from tinyts_dialect.tensors import quant_of


class PreluMultipliers(NamedTuple):
    """Of values from zero on, and of the products of those below it."""

    identity: Multiplier
    product: Multiplier


@irdl_op_definition
class PreluOp(PairOp):
    """`lhs` where it is not negative, elsewhere `lhs` times the slope `rhs`."""

    name = "tinyts.prelu"

    def verify_(self) -> None:
        super().verify_()
        with verifying_multipliers():
            self.multipliers()

    def multipliers(self) -> PreluMultipliers:
        """Scale ratios in double precision."""
        lhs, rhs, output = (quant_of(v).scale for v in (*self.operands, self.result))
        return PreluMultipliers(
            quantize_multiplier(lhs / output), quantize_multiplier(lhs * rhs / output)
        )

    def evaluate(self, *operands: Array) -> Array:
        x, slope = (
            operand.astype(np.int64) - quant_of(value).zero_point
            for operand, value in zip(operands, self.operands, strict=True)
        )
        multipliers = self.multipliers()
        scaled = np.where(
            x >= 0,
            requantize(np.maximum(x, 0), *multipliers.identity),
            requantize(np.minimum(x, 0) * slope, *multipliers.product),
        )
        return clamped(scaled + quant_of(self.result).zero_point, Clamp(-128, 127))


OPERATIONS = (PreluOp,)
