"""`tinyts.div`: TFLite's DIV with a fused activation."""

from __future__ import annotations

import numpy as np
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ClampAttr
from tinyts_dialect.interfaces import Array, verifying_multipliers
from tinyts_dialect.multipliers import (
    Int64Array,
    Multiplier,
    doubling_high_mul,
    quantize_multiplier,
)
from tinyts_dialect.pairs import PairOp
from tinyts_dialect.reference import clamped
from tinyts_dialect.softmax_reference import reciprocal_of_one_plus
from tinyts_dialect.tensors import quant_of

RECIPROCAL_OF_ZERO = -1515870788
"""In Q0.31 what TFLite Micro's Newton iteration finds where the divisor is 0."""

MAX_SHIFT = 22
"""Of the multiplier: beyond it quotients are shifted to the left."""


@irdl_op_definition
class DivOp(PairOp):
    """lhs / rhs: the numerator times a reciprocal in fixed point.

    Defined wherever TFLite Micro's interpreter of PyPI gives a value: a divisor of 0
    has a reciprocal, and a shift to the right by more than 31 is one by its rest.
    """

    name = "tinyts.div"

    clamp = prop_def(ClampAttr)

    def verify_(self) -> None:
        super().verify_()
        with verifying_multipliers():
            shift = self.multiplier().shift
        if shift > MAX_SHIFT:
            raise VerifyException(
                "the result's scale is too small for the inputs' scales: TensorFlow "
                f"Lite Micro needs a ratio below 2**{MAX_SHIFT}"
            )

    def multiplier(self) -> Multiplier:
        """The ratio of the scales, in double precision."""
        lhs, rhs, output = (quant_of(v).scale for v in (*self.operands, self.result))
        return quantize_multiplier(lhs / (rhs * output))

    def evaluate(self, *operands: Array) -> Array:
        x, y = (
            operand.astype(np.int64) - quant_of(value).zero_point
            for operand, value in zip(operands, self.operands, strict=True)
        )
        x, y = np.where(y < 0, -x, x), np.abs(y)
        whole_bits = _bits(y) - 1
        fractions = np.where(y == 0, 0, (y << (31 - whole_bits)) - (1 << 31))
        inverse = reciprocal_of_one_plus(fractions)
        inverse = np.where(y == 0, RECIPROCAL_OF_ZERO, inverse)
        headroom = 31 - _bits(np.where(x < 0, -x - 1, x))
        quotients = doubling_high_mul(x << headroom, inverse)
        multiplier = self.multiplier()
        scaled = _shifted_right(
            doubling_high_mul(quotients, multiplier.value),
            headroom + whole_bits - multiplier.shift,
        )
        return clamped(scaled + quant_of(self.result).zero_point, self.clamp.data)


def _bits(x: Int64Array) -> Int64Array:
    """How many bits numbers have that are not negative."""
    return np.frexp(x.astype(np.float64))[1].astype(np.int64)


def _shifted_right(x: Int64Array, exponent: Int64Array) -> Int64Array:
    """x / 2**exponent, halves away from zero, in registers of 32 bits.

    From an exponent of 32 on a register shifts by the rest of it, and all its bits are
    the remainder.
    """
    mask = np.where(exponent > 31, -1, (np.int64(1) << (exponent & 31)) - 1)
    threshold = (mask >> 1) + (x < 0)
    return (x >> (exponent & 31)) + ((x & mask) > threshold)


OPERATIONS = (DivOp,)
