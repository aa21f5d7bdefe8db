"""`tinyts.depth_to_space`: TFLite's DEPTH_TO_SPACE, channels that become pixels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, TensorType
from xdsl.ir import Attribute
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
)
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import PairAttr
from tinyts_dialect.interfaces import Array, SplittableOpInterface, TensorOp
from tinyts_dialect.tensors import quant_of, shape_of
from tinyts_dialect.windows import Rect


@irdl_op_definition
class DepthToSpaceOp(TensorOp, SplittableOpInterface):
    """Each pixel becomes a square of `block` by `block` pixels, row by row.

    `origin` is the row and column at which the operand lies in the whole input.
    """

    name = "tinyts.depth_to_space"

    input = operand_def(TensorType)
    block = prop_def(IntegerAttr)
    origin = opt_prop_def(PairAttr)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def side(self) -> int:
        """Rows and columns of the square that a pixel becomes."""
        return self.block.value.data

    def start(self) -> tuple[int, int]:
        """The row and column of the whole input at which the operand begins."""
        return (0, 0) if self.origin is None else self.origin.data

    def _taken(self, output: Rect) -> Rect:
        """The part of the whole input that a part of the result needs."""
        here, side = self.output_rect(), self.side()
        return Rect(
            (here.y0 + output.y0) // side,
            -(-(here.y0 + output.y1) // side),
            (here.x0 + output.x0) // side,
            -(-(here.x0 + output.x1) // side),
        )

    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        start = self.start()
        return (self._taken(output).shifted(-start[0], -start[1]),)

    def properties_for(self, output: Rect) -> Mapping[str, Attribute]:
        taken = self._taken(output)
        return {"origin": PairAttr((taken.y0, taken.x0))}

    def verify_(self) -> None:
        shape, side = shape_of(self.input), self.side()
        if len(shape) != 4 or shape[0] != 1:
            raise VerifyException(f"input has shape {list(shape)}, expected 1xHxWxC")
        if quant_of(self.input) != quant_of(self.result):
            raise VerifyException("input and result differ in quantization")
        if side < 1 or shape[3] % (side * side):
            raise VerifyException(
                f"{shape[3]} channels are no squares of {side} by {side} pixels"
            )
        channels = shape[3] // (side * side)
        if self.rect is None:
            sizes = shape[1] * side, shape[2] * side
        else:
            here, start = self.rect.data, self.start()
            taken = self._taken(Rect(0, here.height, 0, here.width))
            if taken != Rect(0, *shape[1:2], 0, *shape[2:3]).shifted(*start):
                raise VerifyException(
                    f"the operand is not the part from {list(start)} that is needed"
                )
            sizes = here.height, here.width
        self.verify_output((1, *sizes, channels))

    def evaluate(self, *operands: Array) -> Array:
        side, here, start = self.side(), self.output_rect(), self.start()
        _, height, width, depth = operands[0].shape
        channels = depth // (side * side)
        squares = operands[0].reshape(height, width, side, side, channels)
        image = squares.transpose(0, 2, 1, 3, 4)
        image = image.reshape(1, height * side, width * side, channels)
        y, x = here.y0 - start[0] * side, here.x0 - start[1] * side
        return np.ascontiguousarray(
            image[:, y : y + here.height, x : x + here.width]
        )


OPERATIONS = (DepthToSpaceOp,)
