"""`tinyts.reshape`: TFLite's RESHAPE; bytes keep their order."""

from __future__ import annotations

from math import prod

from xdsl.dialects.builtin import TensorType
from xdsl.irdl import irdl_op_definition, operand_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.interfaces import Array, TensorOp
from tinyts_dialect.tensors import dtype_of, end_quant_of, shape_of


@irdl_op_definition
class ReshapeOp(TensorOp):
    """The same bytes in another shape, possibly read with another quantization."""

    name = "tinyts.reshape"

    input = operand_def(TensorType)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def verify_(self) -> None:
        end_quant_of(self.input)
        if dtype_of(self.input) != dtype_of(self.result):
            raise VerifyException("input and result differ in their type")
        before, after = shape_of(self.input), shape_of(self.result)
        if prod(before) != prod(after):
            raise VerifyException(
                f"shapes {list(before)} and {list(after)} differ in size"
            )
        end_quant_of(self.result)
        self.verify_shape(after)

    def evaluate(self, *operands: Array) -> Array:
        return operands[0].reshape(shape_of(self.result))


OPERATIONS = (ReshapeOp,)
