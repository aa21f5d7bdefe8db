"""`tinyts.table`: any function of one int8 variable."""

from __future__ import annotations

import numpy as np
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType, i8
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.interfaces import Array, PointwiseOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import quant_of, shape_of, tensor_type, to_array
from tinyts_dialect.windows import Rect

ENTRIES = 256
"""One for each stored value, from -128 up."""


@irdl_op_definition
class TableOp(PointwiseOp):
    """Each stored value q is replaced by entry q + 128 of a table."""

    name = "tinyts.table"

    input = operand_def(TensorType)
    values = operand_def(TensorType)
    result = result_def(TensorType)

    assembly_format = (
        "$input `values` `(` $values `)` attr-dict "
        "`:` functional-type(operands, results)"
    )

    def verify_(self) -> None:
        quant_of(self.input)
        values = tensor_type(self.values)
        if (values.element_type, values.get_shape()) != (i8, (ENTRIES,)):
            raise VerifyException(f"values are {values}, not tensor<{ENTRIES}xi8>")
        self.verify_output(shape_of(self.input))

    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        return self._operand_rect(self.input, output), None

    def evaluate(self, *operands: Array) -> Array:
        return apply_table(operands[1], operands[0])


def apply_table(table: Array, stored: Array) -> Array:
    """The entries of stored int8 values."""
    return table[stored.astype(np.int64) + ENTRIES // 2]


def table_values(values: SSAValue) -> Array | None:
    """The entries of a table that is constant; None for any other."""
    owner = values.owner
    if not isinstance(owner, ConstantOp):
        return None
    attribute: DenseIntOrFPElementsAttr = owner.value
    return to_array(attribute)


OPERATIONS = (TableOp,)
