"""Entry of QUANTIZE."""

from __future__ import annotations

from xdsl.ir import SSAValue

from tinyts_dialect.activation_tables import requantization_table
from tinyts_dialect.ops.table import TableOp
from tinyts_dialect.tensors import quant_of
from tools.op_entries.tables import build_table
from tools.operator_entry import OperatorEntry
from tools.operator_reader import OperatorReader, tensor_quant


def read_requantization(reader: OperatorReader) -> SSAValue:
    """QUANTIZE of int8 to int8."""
    input = reader.activation(0)
    try:
        table = requantization_table(quant_of(input), tensor_quant(reader.output))
    except ValueError as error:
        reader.fail(f"{error}; convert the model with another range")
    return build_table(reader, input, table)


ENTRIES = (
    OperatorEntry(
        "QUANTIZE",
        TableOp,
        read_requantization,
        "int8 to int8 of another quantization",
        (1, 1),
    ),
)
