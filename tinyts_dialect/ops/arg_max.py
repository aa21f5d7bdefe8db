"""`tinyts.arg_max`: TFLite's ARG_MAX and ARG_MIN."""

from __future__ import annotations

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, TensorType, UnitAttr
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
)
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Quant
from tinyts_dialect.interfaces import Array, PointwiseOp
from tinyts_dialect.tensors import (
    dtype_of,
    end_quant_of,
    image_shape,
    quant_of,
    shape_of,
    verify_image,
)
from tinyts_dialect.windows import Rect

COLUMNS, CHANNELS = 2, 3
"""The axes of an image along which there is a place to find."""

INDEX_QUANT = Quant(1.0, 0)
"""Of the int32 result: a stored value is the index itself."""


@irdl_op_definition
class ArgMaxOp(PointwiseOp):
    """The index of the greatest value along an axis, or of the least: the first one.

    Of [1, H, W, C] the axis stays with size 1.
    """

    name = "tinyts.arg_max"

    input = operand_def(TensorType)
    axis = prop_def(IntegerAttr)
    least = opt_prop_def(UnitAttr)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def reduced_axis(self) -> int:
        """COLUMNS or CHANNELS."""
        return self.axis.value.data

    def verify_(self) -> None:
        quant_of(self.input)
        shape = list(verify_image(self.input))
        if self.reduced_axis() not in (COLUMNS, CHANNELS):
            raise VerifyException(
                f"axis is {self.reduced_axis()}; columns are axis {COLUMNS}, channels "
                f"axis {CHANNELS}"
            )
        if dtype_of(self.result) != np.int32 or (
            end_quant_of(self.result) != INDEX_QUANT
        ):
            raise VerifyException("the result must be int32 of scale 1, zero point 0")
        shape[self.reduced_axis()] = 1
        self.verify_shape(shape)

    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        if self.reduced_axis() == CHANNELS:
            return super().operand_rects(output)
        return (Rect(output.y0, output.y1, 0, image_shape(shape_of(self.input))[1]),)

    def evaluate(self, *operands: Array) -> Array:
        find = np.argmax if self.least is None else np.argmin
        found = find(operands[0], axis=self.reduced_axis(), keepdims=True)
        return found.astype(np.int32)


OPERATIONS = (ArgMaxOp,)
