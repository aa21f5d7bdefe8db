"""What the entries of the op table see of one operator while it is imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import tflite
from flatbuffers.table import Table
from xdsl.builder import Builder
from xdsl.dialects.builtin import IntegerAttr, NameLoc, NoneAttr, StringAttr, i64
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Clamp, Quant
from tinyts_dialect.multipliers import round_half_away
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import activation_type, dense, image_shape
from tinyts_dialect.windows import Pads, Window, same_pads
from tools.tflite_file import OperatorInfo, TensorInfo, TFLiteError, TFLiteFile


class _Options(Protocol):
    def Init(self, buf: bytes, pos: int) -> None: ...


OptionsT = TypeVar("OptionsT", bound=_Options)


@dataclass
class ImportState:
    """The graph so far: the value of every tensor, and constants already made."""

    file: TFLiteFile
    builder: Builder
    values: dict[int, SSAValue] = field(default_factory=dict[int, SSAValue])
    constants: dict[bytes, SSAValue] = field(default_factory=dict[bytes, SSAValue])


def tensor_quant(tensor: TensorInfo) -> Quant:
    """The quantization of an int8 activation; TFLiteError for anything else."""
    what = f"tensor {tensor.index} '{tensor.name}'"
    if tensor.type != "int8":
        raise TFLiteError(
            f"{what} is {tensor.type}: only int8 activations are supported; "
            "convert the model with full integer quantization"
        )
    if len(tensor.scales) != 1:
        raise TFLiteError(
            f"{what} has {len(tensor.scales)} scales; an activation needs one; "
            "convert the model with full integer quantization"
        )
    scale = float(tensor.scales[0])
    zero_point = int(tensor.zero_points[0])
    if not (np.isfinite(scale) and scale > 0 and -128 <= zero_point <= 127):
        raise TFLiteError(
            f"{what} has scale {scale}, zero point {zero_point}: not an int8 "
            "quantization; the model is damaged"
        )
    return Quant(scale, zero_point)


def tensor_location(tensor: TensorInfo) -> NameLoc:
    """The location that carries a tensor's name."""
    return NameLoc(StringAttr(tensor.name), NoneAttr())


class OperatorReader:
    """One operator of the file, its operands as values, and how to build its op."""

    def __init__(self, state: ImportState, operator: OperatorInfo) -> None:
        self.state = state
        self.operator = operator
        if len(operator.outputs) != 1:
            self.fail(f"has {len(operator.outputs)} outputs, expected 1")
        self.output = state.file.tensors[operator.outputs[0]]

    def fail(self, message: str) -> NoReturn:
        """Raises a TFLiteError that names the operator and its output tensor."""
        raise TFLiteError(self.describe(message))

    def describe(self, message: str) -> str:
        """The message, behind the operator's index, name and output tensor."""
        name = ""
        if self.operator.outputs:
            name = self.state.file.tensors[self.operator.outputs[0]].name
        return (
            f"operator {self.operator.index} {self.operator.builtin} "
            f"(tensor '{name}'): {message}"
        )

    def options(self, kind: type[OptionsT]) -> OptionsT:
        """The operator's options, read as the given table of the schema.

        An operator without options has the schema's defaults.
        """
        options = kind()
        table = self.operator.options
        if table is None:
            empty_table = bytes((4, 0, 4, 0, 4, 0, 0, 0))
            table = Table(empty_table, 4)
        options.Init(table.Bytes, table.Pos)
        return options

    def input_count(self) -> int:
        """Inputs of the operator, those that are left out included."""
        return len(self.operator.inputs)

    def input_info(self, position: int) -> TensorInfo:
        """The tensor at an input position; an error where it is left out."""
        if not self.has_input(position):
            self.fail(f"input {position} is missing")
        return self.state.file.tensors[self.operator.inputs[position]]

    def has_input(self, position: int) -> bool:
        """Whether there is a tensor at an input position."""
        inputs = self.operator.inputs
        return position < len(inputs) and inputs[position] >= 0

    def activation(self, position: int) -> SSAValue:
        """The value of an int8 input: computed before, or a quantized constant."""
        info = self.input_info(position)
        quant = tensor_quant(info)
        value = self.state.values.get(info.index)
        if value is not None:
            return value
        if info.data is None:
            self.fail(f"input '{info.name}' is not computed by an earlier operator")
        value = self._constant(info.data.astype(np.int8), quant)
        self.state.values[info.index] = value
        return value

    def constant(self, position: int, *types: str) -> npt.NDArray[np.generic]:
        """The contents of a constant input of one of the given element types."""
        info = self.input_info(position)
        if info.type not in types:
            self.fail(
                f"input '{info.name}' is {info.type}; only {' or '.join(types)} is "
                "supported"
            )
        if info.data is None:
            self.fail(f"input '{info.name}' must be constant")
        return info.data

    def weights(
        self, position: int, channel_axis: int
    ) -> tuple[SSAValue, npt.NDArray[np.float32]]:
        """Constant int8 weights and their scales: one, or one an output channel."""
        data = self.constant(position, "int8")
        info = self.input_info(position)
        if info.zero_points.any():
            self.fail(f"weights '{info.name}' have a zero point other than 0")
        if len(info.scales) > 1 and info.quantized_dimension != channel_axis:
            self.fail(
                f"weights '{info.name}' are quantized along axis "
                f"{info.quantized_dimension}; only axis {channel_axis} is supported"
            )
        if len(info.scales) not in (1, data.shape[channel_axis]):
            self.fail(f"weights '{info.name}' have {len(info.scales)} scales")
        return self._constant(data), info.scales

    def bias(self, position: int, channels: int) -> SSAValue:
        """The int32 bias; zeros where the operator has none."""
        if not self.has_input(position):
            return self._constant(np.zeros(channels, np.int32))
        return self._constant(self.constant(position, "int32").reshape(-1))

    def _constant(
        self, array: npt.NDArray[np.generic], quant: Quant | None = None
    ) -> SSAValue:
        value = dense(array)
        if quant is not None:
            value = type(value)(activation_type(array.shape, quant), value.data)
        key = f"{value.type}".encode() + value.data.data
        if key not in self.state.constants:
            op = self.state.builder.insert(ConstantOp(value))
            self.state.constants[key] = op.result
        return self.state.constants[key]

    def window(
        self,
        input: SSAValue,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        padding: int,
        dilation: tuple[int, int] = (1, 1),
    ) -> Window:
        """The window with SAME or VALID turned into pads."""
        if min(*kernel, *stride, *dilation) < 1:
            self.fail("kernel, stride and dilation must be at least 1")
        window = Window(kernel, stride, dilation=dilation)
        if padding == tflite.Padding.VALID:
            return window
        if padding != tflite.Padding.SAME:
            self.fail(f"padding {padding} is neither SAME nor VALID")
        sizes = image_shape(self.shape(input))
        pads = [same_pads(sizes[a], window.extent(a), stride[a]) for a in (0, 1)]
        return Window(kernel, stride, Pads(*pads[0], *pads[1]), dilation)

    @staticmethod
    def shape(value: SSAValue) -> tuple[int, ...]:
        """The shape of a value."""
        return value.type.get_shape()  # pyright: ignore[reportAttributeAccessIssue]

    def clamp(self, activation: int) -> Clamp:
        """The range of stored values that a fused activation leaves."""
        quant = tensor_quant(self.output)
        kinds = tflite.ActivationFunctionType
        ranges: dict[int, tuple[float | None, float | None]] = {
            kinds.NONE: (None, None),
            kinds.RELU: (0.0, None),
            kinds.RELU_N1_TO_1: (-1.0, 1.0),
            kinds.RELU6: (0.0, 6.0),
        }
        if activation not in ranges:
            self.fail(
                f"fused activation {activation} is not supported; "
                "NONE, RELU, RELU6 and RELU_N1_TO_1 are"
            )
        low, high = ranges[activation]
        scale = np.float32(quant.scale)

        def stored(real: float) -> int:
            return quant.zero_point + round_half_away(float(np.float32(real) / scale))

        least = -128 if low is None else max(-128, stored(low))
        most = 127 if high is None else min(127, stored(high))
        if least > most:
            self.fail("the fused activation leaves no value of the output's range")
        return Clamp(least, most)

    def build(
        self,
        kind: type[Operation],
        operands: list[SSAValue],
        properties: Mapping[str, Attribute] | None = None,
        shape: tuple[int, ...] | None = None,
        quant: Quant | None = None,
        computes: bool = True,
    ) -> SSAValue:
        """Inserts and verifies an op; its result has the output's type by default.

        The op that `computes` the operator's output carries the output's index; one
        that only prepares or reshapes it does not.
        """
        layer = {"layer": IntegerAttr(self.output.index, i64)} if computes else {}
        op = kind.create(
            operands=operands,
            result_types=[
                activation_type(
                    self.output.shape if shape is None else shape,
                    tensor_quant(self.output) if quant is None else quant,
                )
            ],
            properties={**(properties or {}), **layer},
            location=tensor_location(self.output),
        )
        try:
            op.verify()
        except VerifyException as error:
            self.fail(str(error).splitlines()[-1])
        self.state.builder.insert(op)
        return op.results[0]
