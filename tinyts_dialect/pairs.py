"""What operations on two tensors, value by value, share."""

from __future__ import annotations

from xdsl.dialects.builtin import TensorType
from xdsl.irdl import operand_def, result_def

from tinyts_dialect.broadcasting import broadcast_shape
from tinyts_dialect.interfaces import PointwiseOp


class PairOp(PointwiseOp):
    """A function of the values of `lhs` and `rhs`, of which each may be broadcast."""

    lhs = operand_def(TensorType)
    rhs = operand_def(TensorType)
    result = result_def(TensorType)

    assembly_format = (
        "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)"
    )

    def verify_(self) -> None:
        self.verify_output(broadcast_shape(self.lhs, self.rhs))
