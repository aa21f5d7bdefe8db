"""Entries of the operators that are functions of one int8 variable."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import tflite
from xdsl.ir import Attribute, Operation, SSAValue

from tinyts_dialect.activation_tables import (
    STORED,
    abs_table,
    elu_table,
    hard_swish_table,
    leaky_relu_table,
    logistic_table,
    relu6_table,
    relu_table,
    rsqrt_table,
    tanh_table,
)
from tinyts_dialect.attributes import Quant
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.ops.table import TableOp
from tinyts_dialect.tensors import quant_of, shape_of, to_array
from tools.import_state import tensor_quant
from tools.operator_entry import OperatorEntry
from tools.operator_reader import OperatorReader

Table = npt.NDArray[np.int8]


def build_table(reader: OperatorReader, input: SSAValue, table: Table) -> SSAValue:
    """The operator as a table."""
    return reader.build(
        TableOp, [input, reader.new_constant(table)], shape=shape_of(input)
    )


def build_pointwise(
    reader: OperatorReader,
    kind: type[TensorOp],
    operands: list[SSAValue],
    properties: dict[str, Attribute] | None = None,
) -> SSAValue:
    """An operator on tensors, value by value; a table where it has one variable.

    That is where both operands are one tensor, or one is a constant of equal values
    that does not make the result larger.
    """
    result = reader.build(kind, operands, properties)
    variable = _variable(operands)
    if variable is None or shape_of(variable) != shape_of(result):
        return result
    op = result.owner
    if not isinstance(op, TensorOp):
        return result
    stored = STORED.astype(np.int8)
    values = [stored if v is variable else _uniform(v) for v in operands]
    table = op.evaluate(*values)
    _erase(op)
    return build_table(reader, variable, np.asarray(table, np.int8))


def _variable(operands: list[SSAValue]) -> SSAValue | None:
    """The only operand that is not a constant of equal values."""
    variables = {value for value in operands if _uniform(value) is None}
    return variables.pop() if len(variables) == 1 else None


def _uniform(value: SSAValue) -> npt.NDArray[np.generic] | None:
    """The single value of a constant, in an array of one element."""
    if not isinstance(value.owner, ConstantOp):
        return None
    array = to_array(value.owner.value).reshape(-1)
    return array[:1] if (array == array[0]).all() else None


def _erase(op: Operation) -> None:
    op.detach()
    op.erase()


def _read(
    table_of: Callable[[OperatorReader, Quant, Quant], Table],
) -> Callable[[OperatorReader], SSAValue]:
    """A reader of an operator whose table follows from both quantizations."""

    def read(reader: OperatorReader) -> SSAValue:
        input = reader.activation(0)
        try:
            table = table_of(reader, quant_of(input), tensor_quant(reader.output))
        except ValueError as error:
            reader.fail(f"{error}; convert the model with another range")
        return build_table(reader, input, table)

    return read


def _relu(reader: OperatorReader, input: Quant, output: Quant) -> Table:
    return relu_table(input, output)


def _relu6(reader: OperatorReader, input: Quant, output: Quant) -> Table:
    return relu6_table(input)


def _logistic(reader: OperatorReader, input: Quant, output: Quant) -> Table:
    if output.zero_point != -128:
        reader.fail(
            f"zero point of the output is {output.zero_point}; TensorFlow Lite Micro "
            "needs -128; convert the model again"
        )
    return logistic_table(input)


def _tanh(reader: OperatorReader, input: Quant, output: Quant) -> Table:
    return tanh_table(input)


def _elu(reader: OperatorReader, input: Quant, output: Quant) -> Table:
    return elu_table(input, output)


def _abs(reader: OperatorReader, input: Quant, output: Quant) -> Table:
    return abs_table(input, output)


def _rsqrt(reader: OperatorReader, input: Quant, output: Quant) -> Table:
    return rsqrt_table(input, output)


def _hard_swish(reader: OperatorReader, input: Quant, output: Quant) -> Table:
    return hard_swish_table(input, output)


def _leaky_relu(reader: OperatorReader, input: Quant, output: Quant) -> Table:
    alpha = reader.options(tflite.LeakyReluOptions).Alpha()
    if not np.isfinite(alpha):
        reader.fail(f"alpha is {alpha}; export the model again")
    return leaky_relu_table(input, output, alpha)


def _entry(
    builtin: str,
    table_of: Callable[[OperatorReader, Quant, Quant], Table],
    supports: str,
) -> OperatorEntry:
    return OperatorEntry(builtin, TableOp, _read(table_of), supports, (1, 1))


ANY = "any shape"

ENTRIES = (
    _entry("ABS", _abs, ANY),
    _entry("ELU", _elu, ANY),
    _entry("HARD_SWISH", _hard_swish, ANY),
    _entry("LEAKY_RELU", _leaky_relu, f"{ANY}, any alpha"),
    _entry("LOGISTIC", _logistic, ANY),
    _entry("RELU", _relu, f"{ANY}; it may change quantization"),
    _entry("RELU6", _relu6, ANY),
    _entry("RSQRT", _rsqrt, f"{ANY}; of no negative numbers"),
    _entry("TANH", _tanh, ANY),
)
