"""`tinyts.transpose`: TFLite's TRANSPOSE."""

from __future__ import annotations

from collections.abc import Mapping

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, TensorType, i64
from xdsl.ir import Attribute
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
)
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.interfaces import Array, SplittableOpInterface, TensorOp
from tinyts_dialect.tensors import image_shape, quant_of, shape_of
from tinyts_dialect.windows import Rect

MAX_RANK = 5
"""Three axes of rows, columns, channels."""


@irdl_op_definition
class TransposeOp(TensorOp, SplittableOpInterface):
    """Axis i of the result is axis `perm[i]` of the input.

    A part of the result has rows from `first_row` on; it needs the same rows of the
    input where the permutation keeps rows, and all of the input otherwise.
    """

    name = "tinyts.transpose"

    input = operand_def(TensorType)
    perm = prop_def(ArrayAttr[IntegerAttr])
    first_row = opt_prop_def(IntegerAttr)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def permutation(self) -> tuple[int, ...]:
        """For each axis of the result the axis of the input."""
        return tuple(axis.value.data for axis in self.perm)

    def start(self) -> int:
        """The row of the transposed input that is the result's first."""
        return 0 if self.first_row is None else self.first_row.value.data

    def keeps_rows(self) -> bool:
        """Whether a row of the result is made of one row of the input, in order."""
        return len(self.perm) == 4 and self.permutation()[:2] == (0, 1)

    def verify_(self) -> None:
        shape, perm = shape_of(self.input), self.permutation()
        if sorted(perm) != list(range(len(shape))):
            raise VerifyException(
                f"{list(perm)} is no permutation of the axes of {list(shape)}"
            )
        if len(shape) > MAX_RANK:
            raise VerifyException(f"rank {len(shape)} is more than {MAX_RANK}")
        if quant_of(self.input) != quant_of(self.result):
            raise VerifyException("input and result differ in quantization")
        whole = [shape[axis] for axis in perm]
        if self.first_row is not None:
            rows = shape_of(self.result)[1:2]
            if len(shape) != 4 or not 0 <= self.start() <= whole[1] - sum(rows):
                raise VerifyException("rows of a part are not in the whole")
            whole[1:2] = rows
        self.verify_output(whole)

    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        if not self.keeps_rows():
            return (None,)
        width = image_shape(shape_of(self.input))[1]
        return (Rect(output.y0, output.y1, 0, width),)

    def properties_for(self, output: Rect) -> Mapping[str, Attribute]:
        if self.keeps_rows():
            return {}
        return {"first_row": IntegerAttr(self.start() + output.y0, i64)}

    def evaluate(self, *operands: Array) -> Array:
        whole = operands[0].transpose(self.permutation())
        if self.first_row is None:
            return whole
        rows = shape_of(self.result)[1]
        return whole[:, self.start() : self.start() + rows]


OPERATIONS = (TransposeOp,)
