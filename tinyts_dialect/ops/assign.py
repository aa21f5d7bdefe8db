"""`tinyts.assign`: the next value of a variable, as a value of the network."""

from __future__ import annotations

from xdsl.dialects.builtin import TensorType
from xdsl.irdl import irdl_op_definition, operand_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.interfaces import Array, TensorOp
from tinyts_dialect.tensors import quant_of, shape_of


@irdl_op_definition
class AssignOp(TensorOp):
    """What the function returns for a variable: the input, which is copied there.

    The old value of the variable is an argument of the function. Whoever reads it
    reads it before the copy, in whatever order the operations are.
    """

    name = "tinyts.assign"

    input = operand_def(TensorType)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def verify_(self) -> None:
        if quant_of(self.input) != quant_of(self.result):
            raise VerifyException("input and result differ in quantization")
        self.verify_output(shape_of(self.input))

    def evaluate(self, *operands: Array) -> Array:
        return operands[0]


OPERATIONS = (AssignOp,)
