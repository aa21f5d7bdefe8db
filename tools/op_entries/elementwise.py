"""Entries of the operators on two tensors, value by value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import tflite
from xdsl.ir import SSAValue

from tinyts_dialect.attributes import ClampAttr
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.add import AddOp
from tinyts_dialect.ops.div import DivOp
from tinyts_dialect.ops.maximum import MaximumOp
from tinyts_dialect.ops.minimum import MinimumOp
from tinyts_dialect.ops.mul import MulOp
from tinyts_dialect.ops.prelu import PreluOp
from tinyts_dialect.ops.squared_difference import SquaredDifferenceOp
from tinyts_dialect.ops.sub import SubOp
from tools.op_entries.tables import build_pointwise
from tools.operator_entry import ACTIVATIONS, OperatorEntry
from tools.operator_reader import OperatorReader

Options: TypeAlias = (
    tflite.AddOptions | tflite.DivOptions | tflite.MulOptions | tflite.SubOptions
)


def _read_arithmetic(
    kind: type[TensorOp], options: type[Options]
) -> Callable[[OperatorReader], SSAValue]:
    """A reader of an operator with a fused activation."""

    def read(reader: OperatorReader) -> SSAValue:
        activation = reader.options(options).FusedActivationFunction()
        clamp = ClampAttr(reader.clamp(activation))
        operands = reader.activations_of_one_rank()
        return build_pointwise(reader, kind, operands, {"clamp": clamp})

    return read


def _read(kind: type[TensorOp]) -> Callable[[OperatorReader], SSAValue]:
    """A reader of an operator without options."""

    def read(reader: OperatorReader) -> SSAValue:
        return build_pointwise(reader, kind, reader.activations_of_one_rank())

    return read


def _entry(
    builtin: str,
    kind: type[TensorOp],
    read: Callable[[OperatorReader], SSAValue],
    more: str = "",
) -> OperatorEntry:
    supports = (
        "two tensors, or a tensor and a constant, broadcast; with one variable a "
        f"`tinyts.table`{more}"
    )
    return OperatorEntry(builtin, kind, read, supports, (2, 2))


FUSED = f"; {ACTIVATIONS}"

ENTRIES = (
    _entry("ADD", AddOp, _read_arithmetic(AddOp, tflite.AddOptions), FUSED),
    _entry("DIV", DivOp, _read_arithmetic(DivOp, tflite.DivOptions), FUSED),
    _entry("MAXIMUM", MaximumOp, _read(MaximumOp)),
    _entry("MINIMUM", MinimumOp, _read(MinimumOp)),
    _entry("MUL", MulOp, _read_arithmetic(MulOp, tflite.MulOptions), FUSED),
    _entry("PRELU", PreluOp, _read(PreluOp)),
    _entry("SQUARED_DIFFERENCE", SquaredDifferenceOp, _read(SquaredDifferenceOp)),
    _entry("SUB", SubOp, _read_arithmetic(SubOp, tflite.SubOptions), FUSED),
)
