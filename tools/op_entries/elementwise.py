"""Entries of the operators on two tensors, value by value."""

from __future__ import annotations

from collections.abc import Callable

import tflite
from xdsl.ir import SSAValue

from tinyts_dialect.attributes import ClampAttr
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.add import AddOp
from tinyts_dialect.ops.mul import MulOp
from tools.op_entries.tables import build_pointwise
from tools.operator_entry import ACTIVATIONS, OperatorEntry
from tools.operator_reader import OperatorReader


def _read_arithmetic(
    kind: type[TensorOp], options: type[tflite.AddOptions | tflite.MulOptions]
) -> Callable[[OperatorReader], SSAValue]:
    """A reader of an operator with a fused activation."""

    def read(reader: OperatorReader) -> SSAValue:
        activation = reader.options(options).FusedActivationFunction()
        clamp = ClampAttr(reader.clamp(activation))
        operands = reader.activations_of_one_rank()
        return build_pointwise(reader, kind, operands, {"clamp": clamp})

    return read


def _entry(
    builtin: str, kind: type[TensorOp], read: Callable[[OperatorReader], SSAValue]
) -> OperatorEntry:
    supports = (
        "two tensors, or a tensor and a constant, broadcast; with one variable a "
        f"`tinyts.table`; {ACTIVATIONS}"
    )
    return OperatorEntry(builtin, kind, read, supports, (2, 2))


ENTRIES = (
    _entry("ADD", AddOp, _read_arithmetic(AddOp, tflite.AddOptions)),
    _entry("MUL", MulOp, _read_arithmetic(MulOp, tflite.MulOptions)),
)
