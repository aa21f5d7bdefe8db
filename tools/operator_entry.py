"""An entry of the table of supported operators, and what its readers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xdsl.ir import SSAValue

from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import shape_of
from tools.operator_reader import OperatorReader

ACTIVATIONS = "fused NONE, RELU, RELU6, RELU_N1_TO_1"


@dataclass(frozen=True)
class OperatorEntry:
    """One supported operator."""

    builtin: str
    """Name in the schema's BuiltinOperator."""
    operation: type[TensorOp]
    read: Callable[[OperatorReader], SSAValue | Sequence[SSAValue]]
    """Builds the operations of one operator; the value of each output."""
    supports: str
    """What is supported, for the generated page."""
    inputs: tuple[int, int]
    """Least and most inputs, those that are left out included."""
    outputs: tuple[int, int] = (1, 1)
    """Least and most outputs."""


def check_output_shape(reader: OperatorReader, shape: Sequence[int]) -> None:
    """Fails where the file gives the output another shape than its parameters make."""
    if reader.output.shape != tuple(shape):
        reader.fail(
            f"its output has shape {list(reader.output.shape)}, its parameters make "
            f"{list(shape)}; export the model again"
        )


def with_output_shape(reader: OperatorReader, value: SSAValue) -> SSAValue:
    """A value in the shape that the file gives the operator's output."""
    if shape_of(value) == reader.output.shape:
        return value
    return reader.build(ReshapeOp, [value], computes=False)
