"""Entries of QUANTIZE and DEQUANTIZE: at a network's ends, and inside it."""

from __future__ import annotations

from xdsl.ir import SSAValue

from tinyts_dialect.activation_tables import requantization_table
from tinyts_dialect.ops.dequantize import DequantizeOp
from tinyts_dialect.ops.quantize import QuantizeOp
from tinyts_dialect.tensors import quant_of
from tools.import_state import tensor_quant
from tools.op_entries.tables import build_table
from tools.operator_entry import OperatorEntry
from tools.operator_reader import OperatorReader


def _read_quantize(reader: OperatorReader) -> SSAValue:
    if (reader.input_info(0).type, reader.output.type) == ("int8", "int8"):
        return _read_requantization(reader)
    return reader.build(QuantizeOp, [reader.end(0)])


def _read_dequantize(reader: OperatorReader) -> SSAValue:
    return reader.build(DequantizeOp, [reader.end(0)])


def _read_requantization(reader: OperatorReader) -> SSAValue:
    """QUANTIZE of int8 to int8."""
    input = reader.activation(0)
    try:
        table = requantization_table(quant_of(input), tensor_quant(reader.output))
    except ValueError as error:
        reader.fail(f"{error}; convert the model with another range")
    return build_table(reader, input, table)


ENTRIES = (
    OperatorEntry(
        "DEQUANTIZE",
        DequantizeOp,
        _read_dequantize,
        "int8, uint8 or int16 to float32",
        (1, 1),
    ),
    OperatorEntry(
        "QUANTIZE",
        QuantizeOp,
        _read_quantize,
        "float32, int8, uint8 or int16 to int8, uint8, int16 or int32; int8 to "
        "int8 is a `tinyts.table`",
        (1, 1),
    ),
)
