"""The graph so far while a model is imported, and the types of its tensors."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
from xdsl.builder import Builder
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute, SSAValue
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Quant
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import activation_type, dense, end_quant_of
from tools.tflite_file import OperatorInfo, TensorInfo, TFLiteError, TFLiteFile, shown

END_TYPES = ("int8", "uint8", "int16", "int32", "float32")
"""Types of a network's inputs and outputs."""

PLAIN = Quant(1.0, 0)
"""Of int32 without a quantization: a stored value is the number itself."""


class VariableSource(Protocol):
    """The variables of an import, as `tools/variables.py` has them."""

    def argument(
        self,
        key: Hashable,
        info: TensorInfo,
        type_: TensorType[Attribute],
        operator: OperatorInfo,
    ) -> SSAValue: ...

    def update(self, key: Hashable, value: SSAValue) -> None: ...


@dataclass
class ImportState:
    """The graph so far: the value of every tensor, and constants already made."""

    file: TFLiteFile
    builder: Builder
    values: dict[int, SSAValue] = field(default_factory=dict[int, SSAValue])
    constants: dict[bytes, SSAValue] = field(default_factory=dict[bytes, SSAValue])
    variables: VariableSource | None = None

    def activation(self, info: TensorInfo) -> SSAValue | None:
        """The value of an int8 tensor: computed before, or a quantized constant."""
        tensor_quant(info)
        return self.end(info)

    def end(self, info: TensorInfo) -> SSAValue | None:
        """The same of any type that a network's ends may have."""
        type_ = end_type(info)
        value = self.values.get(info.index)
        if value is None and info.data is not None:
            value = self.values[info.index] = self.constant(info.data, type_)
        return value

    def constant(
        self,
        array: npt.NDArray[np.generic],
        type_: TensorType[Attribute] | None = None,
    ) -> SSAValue:
        """A constant, made once for equal contents; an activation's has a type."""
        value = dense(array)
        if type_ is not None:
            value = type(value)(type_, value.data)
        key = f"{value.type}".encode() + value.data.data
        if key not in self.constants:
            op = self.builder.insert(ConstantOp(value))
            self.constants[key] = op.result
        return self.constants[key]


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
    if 0 in tensor.shape:
        raise TFLiteError(
            f"{what} has shape {list(tensor.shape)}: it is empty; export the model "
            "with fixed shapes"
        )
    scale = float(tensor.scales[0])
    zero_point = int(tensor.zero_points[0])
    if not (np.isfinite(scale) and scale > 0 and -128 <= zero_point <= 127):
        raise TFLiteError(
            f"{what} has scale {scale}, zero point {zero_point}: not an int8 "
            "quantization; the model is damaged; export it again"
        )
    return Quant(scale, zero_point)


def end_type(tensor: TensorInfo) -> TensorType[Attribute]:
    """The type of what may be an input or output of the network.

    Integers with a quantization, plain int32, or float32; TFLiteError for others.
    """
    what = f"tensor {tensor.index} '{shown(tensor.name)}'"
    if tensor.type not in END_TYPES:
        raise TFLiteError(
            f"{what} is {tensor.type}: only quantized integers and floats are "
            "supported; convert the model with full integer quantization"
        )
    if tensor.type == "int8":
        return activation_type(tensor.shape, tensor_quant(tensor))
    if 0 in tensor.shape:
        raise TFLiteError(
            f"{what} has shape {list(tensor.shape)}: it is empty; export the model "
            "with fixed shapes"
        )
    if tensor.type == "float32":
        return activation_type(tensor.shape, None, "float32")
    if tensor.type == "int32" and len(tensor.scales) == 0:
        return activation_type(tensor.shape, PLAIN, "int32")
    if len(tensor.scales) != 1:
        raise TFLiteError(
            f"{what} has {len(tensor.scales)} scales; it needs one; convert the model "
            "with full integer quantization"
        )
    quant = Quant(float(tensor.scales[0]), int(tensor.zero_points[0]))
    try:
        type_ = activation_type(tensor.shape, quant, tensor.type)
        end_quant_of(type_)
    except VerifyException as error:
        raise TFLiteError(
            f"{what}: {error}; the model is damaged; export it again"
        ) from error
    return type_
