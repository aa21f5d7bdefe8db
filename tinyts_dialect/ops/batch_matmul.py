"""`tinyts.batch_matmul`: TFLite's BATCH_MATMUL, of two tensors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute
from xdsl.irdl import irdl_op_definition, operand_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Clamp
from tinyts_dialect.interfaces import (
    Array,
    SplittableOpInterface,
    TensorOp,
    verifying_multipliers,
)
from tinyts_dialect.multipliers import Multiplier, quantize_multiplier, requantize
from tinyts_dialect.reference import clamped
from tinyts_dialect.tensors import quant_of, verify_image
from tinyts_dialect.windows import Rect

MAX_DEPTH = 33025
"""Most channels: so many products of differences fit 31 bits."""


@irdl_op_definition
class BatchMatmulOp(TensorOp, SplittableOpInterface):
    """Every pixel of a row of `lhs` times every pixel of the same row of `rhs`.

    [1, B, M, K] and [1, B, N, K] make [1, B, M, N]: channel n of pixel m is the dot
    product of pixel m and pixel n. The one row of an operand with B = 1 serves all.
    """

    name = "tinyts.batch_matmul"

    lhs = operand_def(TensorType)
    rhs = operand_def(TensorType)
    result = result_def(TensorType)

    assembly_format = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)"

    def verify_(self) -> None:
        quant_of(self.lhs)
        quant_of(self.rhs)
        _, rows, pixels, depth = verify_image(self.lhs)
        _, others, outputs, same = verify_image(self.rhs)
        if depth != same:
            raise VerifyException(
                f"pixels of {depth} and of {same} channels have no dot product"
            )
        if rows != others and 1 not in (rows, others):
            raise VerifyException(f"{rows} and {others} rows do not broadcast")
        if depth > MAX_DEPTH:
            raise VerifyException(
                f"{depth} channels are more than {MAX_DEPTH}, whose products 32 bits "
                "can hold"
            )
        self.verify_output((1, max(rows, others), pixels, outputs))
        with verifying_multipliers():
            self.multiplier()

    def multiplier(self) -> Multiplier:
        """Of the sums, in double precision."""
        lhs, rhs = (quant_of(value).scale for value in self.operands)
        return quantize_multiplier(lhs * rhs / quant_of(self.result).scale)

    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        _, rows, _, _ = verify_image(self.lhs)
        _, others, width, _ = verify_image(self.rhs)
        own, other = (
            (0, 1) if height == 1 else output[:2] for height in (rows, others)
        )
        return Rect(*own, *output[2:]), Rect(*other, 0, width)

    def properties_for(self, output: Rect) -> Mapping[str, Attribute]:
        return {}

    def macs(self) -> int:
        _, _, pixels, depth = verify_image(self.lhs)
        _, _, outputs, _ = verify_image(self.rhs)
        return verify_image(self.result)[1] * pixels * outputs * depth

    def evaluate(self, *operands: Array) -> Array:
        lhs, rhs = (
            operand.astype(np.int64) - quant_of(value).zero_point
            for operand, value in zip(operands, self.operands, strict=True)
        )
        sums = lhs @ rhs.swapaxes(-1, -2)
        scaled = requantize(sums, *self.multiplier())
        return clamped(scaled + quant_of(self.result).zero_point, Clamp(-128, 127))


OPERATIONS = (BatchMatmulOp,)
