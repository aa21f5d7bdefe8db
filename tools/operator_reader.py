"""What the entries of the op table see of one operator while it is imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

import numpy as np
import numpy.typing as npt
import tflite
from xdsl.dialects.builtin import (
    IntegerAttr,
    NameLoc,
    NoneAttr,
    StringAttr,
    TensorType,
    i16,
    i64,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Clamp, Quant
from tinyts_dialect.multipliers import INT32_MAX, round_half_away
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import (
    activation_type,
    dtype_of,
    end_quant_of,
    image_shape,
    quant_of,
    to_array,
)
from tinyts_dialect.windows import Pads, Window, same_pads
from tools.import_state import ImportState, end_type, tensor_quant
from tools.operator_options import OptionsError, OptionsT, options_of
from tools.tflite_file import OperatorInfo, TensorInfo, TFLiteError, TFLiteFile, shown

INT16_MAX = 2**15 - 1

MAX_BIAS_SCALE_ERROR = 0.02
"""Steps of the output's scale by which a bias of 1 may be off; TFLite's tolerance."""


def read_options(
    file: TFLiteFile, operator: OperatorInfo, kind: type[OptionsT]
) -> OptionsT:
    """The operator's options; a TFLiteError that names the operator."""
    try:
        return options_of(operator, kind)
    except OptionsError as error:
        message = operator_message(file, operator, str(error))
        raise TFLiteError(message) from error


def tensor_location(tensor: TensorInfo) -> NameLoc:
    """The location that carries a tensor's name."""
    return NameLoc(StringAttr(tensor.name), NoneAttr())


def operator_message(file: TFLiteFile, operator: OperatorInfo, message: str) -> str:
    """The message, behind an operator's index, name and output tensors."""
    names = ", ".join(file.tensors[index].name for index in operator.outputs)
    return (
        f"operator {operator.index} {operator.builtin} (tensor '{shown(names)}'): "
        f"{message}"
    )


class OperatorReader:
    """One operator of the file, its operands as values, and how to build its op."""

    def __init__(self, state: ImportState, operator: OperatorInfo) -> None:
        self.state = state
        self.operator = operator
        self.outputs = [state.file.tensors[index] for index in operator.outputs]
        self.output = self.outputs[0]
        """The output that `build` computes: the first, until `at_output`."""

    def at_output(self, position: int) -> None:
        """Makes `build` compute another output."""
        self.output = self.outputs[position]

    def fail(self, message: str) -> NoReturn:
        """Raises a TFLiteError that names the operator and its output tensor."""
        raise TFLiteError(self.describe(message))

    def fail_verification(self, error: VerifyException) -> NoReturn:
        """Raises the TFLiteError of an operator that makes no valid operation."""
        self.fail(f"{str(error).splitlines()[-1].strip()}; export the model again")

    def describe(self, message: str) -> str:
        """The message, behind the operator's index, name and output tensor."""
        return operator_message(self.state.file, self.operator, message)

    def options(self, kind: type[OptionsT]) -> OptionsT:
        """The operator's options, read as the given table of the schema."""
        return read_options(self.state.file, self.operator, kind)

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
        tensor_quant(self.input_info(position))
        return self.end(position)

    def end(self, position: int) -> SSAValue:
        """The value of an input of any type that a network's ends may have."""
        info = self.input_info(position)
        value = self.state.end(info)
        if value is None:
            self.fail(
                f"input '{shown(info.name)}' is not computed by an earlier operator; "
                "export the model with its operators in order"
            )
        return value

    def activations_of_one_rank(self) -> list[SSAValue]:
        """The inputs that are broadcast, with dimensions of 1 in front of the shorter.

        So that slices of the result need slices of the inputs.
        """
        values = [self.activation(position) for position in range(self.input_count())]
        rank = max(len(self.shape(value)) for value in values)
        return [self._with_rank(value, rank) for value in values]

    def _with_rank(self, value: SSAValue, rank: int) -> SSAValue:
        shape = self.shape(value)
        whole = (1,) * (rank - len(shape)) + shape
        if whole == shape:
            return value
        quant = quant_of(value)
        if isinstance(value.owner, ConstantOp):
            data = to_array(value.owner.value).reshape(whole)
            return self.state.constant(data, activation_type(whole, quant))
        return self.build(
            ReshapeOp, [value], shape=whole, quant=quant, computes=False
        )

    def variable(self, position: int, *types: str) -> SSAValue:
        """The value of a tensor that the operator keeps from run to run.

        The type of one of int16 has no quantization.
        """
        info = self.input_info(position)
        what = f"state '{shown(info.name)}'"
        if not info.is_variable:
            self.fail(f"{what} is no variable tensor; export the model again")
        if info.type not in types:
            self.fail(f"{what} is {info.type}; only {' or '.join(types)} is supported")
        if len(info.scales) != 1 or not info.scales[0] > 0:
            self.fail(f"{what} has no quantization; export the model again")
        if info.type == "int8":
            type_ = activation_type(info.shape, tensor_quant(info))
        else:
            type_ = TensorType(i16, info.shape)
            if info.zero_points.any():
                self.fail(f"{what} has a zero point; export the model again")
        if self.state.variables is None:
            self.fail(f"{what} cannot be kept")
        key = ("tensor", info.index)
        return self.state.variables.argument(key, info, type_, self.operator)

    def update_variable(self, position: int, value: SSAValue) -> None:
        """Says what the operator makes of a variable."""
        if self.state.variables is not None:
            key = ("tensor", self.input_info(position).index)
            self.state.variables.update(key, value)

    def scale(self, position: int) -> float:
        """The only scale of an input."""
        info = self.input_info(position)
        if len(info.scales) != 1:
            self.fail(
                f"input '{shown(info.name)}' has {len(info.scales)} scales, not 1; "
                "convert the model with full integer quantization"
            )
        return float(info.scales[0])

    def constant(self, position: int, *types: str) -> npt.NDArray[np.generic]:
        """The contents of a constant input of one of the given element types."""
        info = self.input_info(position)
        if info.type not in types:
            self.fail(
                f"input '{shown(info.name)}' is {info.type}; only "
                f"{' or '.join(types)} is supported; convert the model with full "
                "integer quantization"
            )
        if info.data is None:
            self.fail(
                f"input '{shown(info.name)}' must be constant; export the model with "
                "its weights and parameters frozen"
            )
        return info.data

    def weights(
        self, position: int, rank: int, channel_axis: int
    ) -> tuple[SSAValue, npt.NDArray[np.float32]]:
        """Constant int8 weights and their scales: one, or one an output channel."""
        data = self.constant(position, "int8")
        info = self.input_info(position)
        what = f"weights '{shown(info.name)}'"
        if len(data.shape) != rank or 0 in data.shape:
            self.fail(
                f"{what} have shape {list(data.shape)}; expected {rank} dimensions of "
                "at least 1; export the model again"
            )
        if len(info.scales) not in (1, data.shape[channel_axis]):
            self.fail(
                f"{what} have {len(info.scales)} scales; expected 1 or "
                f"{data.shape[channel_axis]}; convert the model with full integer "
                "quantization"
            )
        if info.zero_points.any():
            self.fail(
                f"{what} have a zero point other than 0; convert the model with "
                "symmetric weights"
            )
        if len(info.scales) > 1 and info.quantized_dimension != channel_axis:
            self.fail(
                f"{what} are quantized along axis {info.quantized_dimension}; only "
                f"axis {channel_axis} is supported; convert the model again"
            )
        return self._constant(data), info.scales

    def bias(self, position: int, channels: int) -> SSAValue:
        """The int32 bias; zeros where the operator has none."""
        if not self.has_input(position):
            return self._constant(np.zeros(channels, np.int32))
        data = self.constant(position, "int32")
        if data.size != channels:
            self.fail(
                f"bias '{shown(self.input_info(position).name)}' has {data.size} "
                f"elements for {channels} outputs; export the model again"
            )
        return self._constant(data.reshape(-1))

    def check_bias_scale(self, weight_scale: np.float32) -> None:
        """A bias must have the scale of the products that it is added to.

        TensorFlow Lite Micro refuses a per-tensor FULLY_CONNECTED where one step of
        the bias is off by more than MAX_BIAS_SCALE_ERROR steps of the output; a bias
        without quantization counts as scale 0.
        """
        if not self.has_input(2):
            return
        info = self.input_info(2)
        bias_scale = float(info.scales[0]) if len(info.scales) else 0.0
        input_scale = tensor_quant(self.input_info(0)).scale
        output_scale = tensor_quant(self.output).scale
        error = abs(input_scale * float(weight_scale) - bias_scale) / output_scale
        if not error <= MAX_BIAS_SCALE_ERROR:
            self.fail(
                f"bias '{shown(info.name)}' has scale {bias_scale:g}, but input and "
                f"weights have {input_scale:g} * {weight_scale:g}, which TensorFlow "
                "Lite Micro refuses; convert the model again"
            )

    def new_constant(self, array: npt.NDArray[np.generic]) -> SSAValue:
        """A constant that is no activation: weights, a bias, a table."""
        return self._constant(array)

    def _constant(self, array: npt.NDArray[np.generic]) -> SSAValue:
        return self.state.constant(array)

    def window(
        self,
        input: SSAValue,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        padding: int,
        dilation: tuple[int, int] | None = None,
    ) -> Window:
        """The window with SAME or VALID turned into pads; pools have no dilation.

        TensorFlow Lite Micro keeps pads, and a convolution's stride and dilation, in
        16 bits.
        """
        narrow = () if dilation is None else (*stride, *dilation)
        dilation = (1, 1) if dilation is None else dilation
        if min(*kernel, *stride, *dilation) < 1:
            self.fail(
                "kernel, stride and dilation must be at least 1; export the model again"
            )
        if max(narrow, default=0) > INT16_MAX:
            self.fail(
                f"stride {list(stride)} or dilation {list(dilation)} is larger than "
                f"{INT16_MAX}; export the model again"
            )
        window = Window(kernel, stride, dilation=dilation)
        if padding == tflite.Padding.VALID:
            return window
        if padding != tflite.Padding.SAME:
            self.fail(
                f"padding {padding} is neither SAME nor VALID; export the model again"
            )
        sizes = image_shape(self.shape(input))
        pads = [same_pads(sizes[a], window.extent(a), stride[a]) for a in (0, 1)]
        if max(*pads[0], *pads[1]) > INT16_MAX:
            self.fail(
                f"SAME pads of more than {INT16_MAX}; use a smaller kernel or dilation"
            )
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
                "use NONE, RELU, RELU6 or RELU_N1_TO_1"
            )
        low, high = ranges[activation]
        scale = np.float32(quant.scale)

        def stored(real: float) -> int:
            with np.errstate(over="ignore"):
                steps = float(np.float32(real) / scale)
            if abs(steps) > INT32_MAX:
                self.fail(
                    f"the fused activation needs {steps:g} steps of the output's scale "
                    f"{scale:g}; convert the model with another range"
                )
            return quant.zero_point + round_half_away(steps)

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
        others: Sequence[Attribute] = (),
        dtype: str | None = None,
    ) -> SSAValue:
        """Inserts and verifies an op; its result has the output's type by default.

        `others` are the types of results after the first, which is returned.

        The op that `computes` the operator's output carries the output's index; one
        that only prepares or reshapes it does not.
        """
        layer = {"layer": IntegerAttr(self.output.index, i64)} if computes else {}
        type_ = end_type(self.output)
        if shape is not None or quant is not None:
            type_ = activation_type(
                self.output.shape if shape is None else shape,
                end_quant_of(type_) if quant is None else quant,
                dtype_of(type_).name if dtype is None else dtype,
            )
        op = kind.create(
            operands=operands,
            result_types=[type_, *others],
            properties={**(properties or {}), **layer},
            location=tensor_location(self.output),
        )
        try:
            op.verify()
        except VerifyException as error:
            self.fail_verification(error)
        self.state.builder.insert(op)
        return op.results[0]
