"""Write quantized `.tflite` models, one operator at a time.

```python
writer = TFLiteWriter("one convolution")
x = writer.input("x", shape=(1, 8, 8, 3), scale=0.5, zero_point=-3)
y = writer.conv_2d(
    x, weights=weights, bias=bias, weight_scales=scales, output=Quant(0.25, 4)
)
writer.output(y)
data = writer.finish()
```

A method per operator computes the shape of its output, checks its arguments and adds
one `operator`; tensors are named by their index in the file. Operators are written in
the order of the calls. Every wrong argument is a `ValueError` of one line.

Source: the TFLite schema, version 3 (file identifier TFL3), through the PyPI package
`tflite`; operator versions as the TFLite converter chooses them for int8.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import flatbuffers  # pyright: ignore[reportMissingTypeStubs]
import numpy as np
import numpy.typing as npt
import tflite  # pyright: ignore[reportMissingTypeStubs]

Padding: TypeAlias = Literal["SAME", "VALID"]
Activation: TypeAlias = Literal["NONE", "RELU", "RELU6", "RELU_N1_TO_1"]
Option: TypeAlias = int | float | bool | str | Sequence[int]
Array: TypeAlias = npt.NDArray[Any]

NO_TENSOR = -1
"""The index of an optional input that is absent, such as a missing bias."""

_SCHEMA = cast(Any, tflite)
_BUFFER_ALIGNMENT = 16

_TENSOR_TYPES = {
    "int8": "INT8",
    "uint8": "UINT8",
    "int16": "INT16",
    "int32": "INT32",
    "int64": "INT64",
    "float32": "FLOAT32",
    "resource": "RESOURCE",
}


@dataclass(frozen=True)
class Quant:
    """Per-tensor quantization: real value = scale * (quantized - zero_point)."""

    scale: float
    zero_point: int = 0

    def __post_init__(self) -> None:
        _scales([self.scale])


@dataclass(frozen=True)
class OperatorKind:
    """How the schema stores one builtin operator.

    `options` is the name of its options table in the schema, None where it has none;
    `version` the operator version of its plain int8 form.
    """

    options: str | None
    version: int


OPERATOR_KINDS: dict[str, OperatorKind] = {
    "ADD": OperatorKind("AddOptions", 2),
    "ASSIGN_VARIABLE": OperatorKind("AssignVariableOptions", 1),
    "AVERAGE_POOL_2D": OperatorKind("Pool2DOptions", 2),
    "CALL_ONCE": OperatorKind("CallOnceOptions", 1),
    "CONCATENATION": OperatorKind("ConcatenationOptions", 2),
    "CONV_2D": OperatorKind("Conv2DOptions", 3),
    "DEPTHWISE_CONV_2D": OperatorKind("DepthwiseConv2DOptions", 3),
    "DEQUANTIZE": OperatorKind("DequantizeOptions", 2),
    "EXPAND_DIMS": OperatorKind("ExpandDimsOptions", 1),
    "FILL": OperatorKind("FillOptions", 1),
    "FULLY_CONNECTED": OperatorKind("FullyConnectedOptions", 4),
    "HARD_SWISH": OperatorKind("HardSwishOptions", 1),
    "LEAKY_RELU": OperatorKind("LeakyReluOptions", 2),
    "LOGISTIC": OperatorKind(None, 2),
    "MAXIMUM": OperatorKind("MaximumMinimumOptions", 2),
    "MAX_POOL_2D": OperatorKind("Pool2DOptions", 2),
    "MEAN": OperatorKind("ReducerOptions", 2),
    "MINIMUM": OperatorKind("MaximumMinimumOptions", 2),
    "MUL": OperatorKind("MulOptions", 2),
    "PACK": OperatorKind("PackOptions", 2),
    "PAD": OperatorKind("PadOptions", 2),
    "PADV2": OperatorKind("PadV2Options", 2),
    "PRELU": OperatorKind(None, 1),
    "QUANTIZE": OperatorKind("QuantizeOptions", 2),
    "READ_VARIABLE": OperatorKind("ReadVariableOptions", 1),
    "REDUCE_MAX": OperatorKind("ReducerOptions", 2),
    "RELU": OperatorKind(None, 2),
    "RELU6": OperatorKind(None, 2),
    "RESHAPE": OperatorKind("ReshapeOptions", 1),
    "RESIZE_BILINEAR": OperatorKind("ResizeBilinearOptions", 3),
    "RESIZE_NEAREST_NEIGHBOR": OperatorKind("ResizeNearestNeighborOptions", 3),
    "SHAPE": OperatorKind("ShapeOptions", 1),
    "SOFTMAX": OperatorKind("SoftmaxOptions", 2),
    "SPLIT": OperatorKind("SplitOptions", 2),
    "SPLIT_V": OperatorKind("SplitVOptions", 2),
    "SQUEEZE": OperatorKind("SqueezeOptions", 1),
    "STRIDED_SLICE": OperatorKind("StridedSliceOptions", 2),
    "SUB": OperatorKind("SubOptions", 2),
    "SVDF": OperatorKind("SVDFOptions", 3),
    "TANH": OperatorKind(None, 2),
    "TILE": OperatorKind("TileOptions", 1),
    "TRANSPOSE": OperatorKind("TransposeOptions", 2),
    "TRANSPOSE_CONV": OperatorKind("TransposeConvOptions", 3),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": OperatorKind(
        "UnidirectionalSequenceLSTMOptions", 2
    ),
    "UNPACK": OperatorKind("UnpackOptions", 2),
    "VAR_HANDLE": OperatorKind("VarHandleOptions", 1),
}
"""The builtin operators that `TFLiteWriter.operator` can write."""


@dataclass(frozen=True)
class _Tensor:
    name: str
    shape: tuple[int, ...]
    dtype: str
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    quantized_dimension: int
    data: bytes | None
    is_variable: bool = False


@dataclass(frozen=True)
class _Variable:
    """A resource variable and the value that CALL_ONCE gives it."""

    name: str
    shape: tuple[int, ...]
    quant: Quant
    initial: Array | None


@dataclass(frozen=True)
class _Operator:
    builtin: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Option]


def window_output(
    size: int, kernel: int, stride: int, dilation: int, padding: Padding
) -> int:
    """The output size of a sliding window along one axis, by TFLite's rules.

    SAME: ceil(size / stride). VALID: the number of windows that fit whole. Raises
    `ValueError` when no VALID window fits.
    """
    if padding == "SAME":
        return -(-size // stride)
    reach = (kernel - 1) * dilation + 1
    if reach > size:
        raise ValueError(
            f"VALID window of {reach} elements does not fit into {size} elements"
        )
    return (size - reach) // stride + 1


class TFLiteWriter:
    """Builds one int8 model with one subgraph.

    With `unknown_batch` the file says, as most converted files do, that the first
    dimension of every activation is unknown (`shape_signature` -1, `shape` 1).
    """

    def __init__(self, description: str = "", *, unknown_batch: bool = False) -> None:
        self._description = description
        self._unknown_batch = unknown_batch
        self._tensors: list[_Tensor] = []
        self._operators: list[_Operator] = []
        self._inputs: list[int] = []
        self._outputs: list[int] = []
        self._available: set[int] = set()
        self._variables: dict[int, _Variable] = {}

    # Tensors

    def input(
        self,
        name: str,
        *,
        shape: Sequence[int],
        scale: float | None,
        zero_point: int = 0,
        dtype: str = "int8",
    ) -> int:
        """Add an input of the model and return its tensor index; floats have no scale.
        """
        quant = None if scale is None else Quant(scale, zero_point)
        index = self.activation(name, shape, quant, dtype)
        self._inputs.append(index)
        self._available.add(index)
        return index

    def output(self, *tensors: int) -> None:
        """Make tensors outputs of the model, in this order."""
        for tensor in tensors:
            self._check_available(tensor)
            self._outputs.append(tensor)

    def activation(
        self,
        name: str,
        shape: Sequence[int],
        quant: Quant | None,
        dtype: str = "int8",
    ) -> int:
        """Add a tensor that some operator will write and return its index."""
        scales = () if quant is None else (quant.scale,)
        zero_points = () if quant is None else (quant.zero_point,)
        return self._add_tensor(name, shape, dtype, scales, zero_points)

    def constant(self, data: Array, quant: Quant | None = None, name: str = "") -> int:
        """Add a constant tensor (int8 with `quant`, or int32) and return its index."""
        if data.dtype == np.int8 and quant is None:
            raise ValueError("an int8 constant needs a quantization")
        scales = () if quant is None else (quant.scale,)
        zero_points = () if quant is None else (quant.zero_point,)
        return self._add_constant(data, scales, zero_points, 0, name)

    def weights(
        self,
        data: Array,
        scales: npt.ArrayLike,
        quantized_dimension: int,
        name: str = "",
    ) -> int:
        """Add symmetric weights and return their tensor index.

        `scales` holds one scale, or one per element of `quantized_dimension`.
        """
        values = _scales(scales)
        if len(values) not in (1, data.shape[quantized_dimension]):
            raise ValueError(
                f"{len(values)} weight scales for "
                f"{data.shape[quantized_dimension]} channels: give 1 or one per channel"
            )
        dimension = quantized_dimension if len(values) > 1 else 0
        return self._add_constant(data, values, (0,) * len(values), dimension, name)

    def shape(self, tensor: int) -> tuple[int, ...]:
        """The shape of a tensor."""
        return self._tensor(tensor).shape

    def quant(self, tensor: int) -> Quant:
        """The per-tensor quantization of a tensor."""
        found = self._tensor(tensor)
        if len(found.scales) != 1:
            raise ValueError(f"tensor {tensor} has no per-tensor quantization")
        return Quant(found.scales[0], found.zero_points[0])

    # Operators

    def operator(
        self,
        builtin: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        options: Mapping[str, Option] | None = None,
        *,
        version: int | None = None,
    ) -> None:
        """Add any operator of `OPERATOR_KINDS`; the methods below stand on it.

        `options` are the fields of its options table under their schema names
        (`stride_w`). An input may be `NO_TENSOR`; an output is a tensor of
        `activation` that no operator has written yet.
        """
        kind = OPERATOR_KINDS.get(builtin)
        if kind is None:
            raise ValueError(f"unknown operator {builtin}")
        for tensor in inputs:
            if tensor != NO_TENSOR:
                self._check_available(tensor)
        for tensor in outputs:
            self._tensor(tensor)
            if tensor in self._available:
                raise ValueError(f"tensor {tensor} is already written")
        fields = dict(options or {})
        for field in fields:
            table = kind.options
            if table is None or not hasattr(_SCHEMA, _adder(table, field)):
                raise ValueError(f"{builtin} has no option {field}")
        self._available.update(outputs)
        self._operators.append(
            _Operator(
                builtin,
                kind.version if version is None else version,
                tuple(inputs),
                tuple(outputs),
                fields,
            )
        )

    def conv_2d(
        self,
        x: int,
        *,
        weights: Array,
        bias: Array | None,
        weight_scales: npt.ArrayLike,
        output: Quant,
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "SAME",
        dilation: tuple[int, int] = (1, 1),
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """CONV_2D of [1,H,W,I] with weights int8[O,KH,KW,I] and bias int32[O].

        Pairs are (height, width). A missing bias is written as tensor -1: TFLite Micro
        takes that, LiteRT takes no CONV_2D without a bias.
        """
        name = self._name("conv_2d", name)
        batch, height, width, channels = self._image(x)
        _check_array("weights", weights, np.int8, 4)
        if weights.shape[3] != channels:
            raise ValueError(
                f"weights for {weights.shape[3]} input channels, input has {channels}"
            )
        constants = self._parameters(x, weights, 0, bias, weight_scales, name)
        size = _window((height, width), weights.shape[1:3], stride, dilation, padding)
        shape = (batch, *size, weights.shape[0])
        y = self.activation(name, shape, output)
        self.operator(
            "CONV_2D",
            (x, *constants),
            (y,),
            {
                "padding": _padding(padding),
                "stride_h": stride[0],
                "stride_w": stride[1],
                "dilation_h_factor": dilation[0],
                "dilation_w_factor": dilation[1],
                "fused_activation_function": _activation(activation),
            },
        )
        return y

    def depthwise_conv_2d(
        self,
        x: int,
        *,
        weights: Array,
        bias: Array | None,
        weight_scales: npt.ArrayLike,
        output: Quant,
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "SAME",
        dilation: tuple[int, int] = (1, 1),
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """DEPTHWISE_CONV_2D of [1,H,W,I] with weights int8[1,KH,KW,O], bias int32[O].

        The depth multiplier is O / I. Without a bias the operator has two inputs: the
        interpreters take no tensor -1 here.
        """
        name = self._name("depthwise_conv_2d", name)
        batch, height, width, channels = self._image(x)
        _check_array("weights", weights, np.int8, 4)
        if weights.shape[0] != 1:
            raise ValueError("depthwise weights have the shape [1, KH, KW, O]")
        multiplier, rest = divmod(weights.shape[3], channels)
        if rest:
            raise ValueError(
                f"{weights.shape[3]} output channels are no multiple of the "
                f"{channels} input channels"
            )
        constants = self._parameters(x, weights, 3, bias, weight_scales, name)
        size = _window((height, width), weights.shape[1:3], stride, dilation, padding)
        y = self.activation(name, (batch, *size, weights.shape[3]), output)
        self.operator(
            "DEPTHWISE_CONV_2D",
            (x, *(index for index in constants if index != NO_TENSOR)),
            (y,),
            {
                "padding": _padding(padding),
                "stride_h": stride[0],
                "stride_w": stride[1],
                "depth_multiplier": multiplier,
                "dilation_h_factor": dilation[0],
                "dilation_w_factor": dilation[1],
                "fused_activation_function": _activation(activation),
            },
        )
        return y

    def transpose_conv(
        self,
        x: int,
        *,
        weights: Array,
        bias: Array | None,
        weight_scales: npt.ArrayLike,
        output: Quant,
        stride: tuple[int, int] = (2, 2),
        padding: Padding = "SAME",
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """TRANSPOSE_CONV of [1,H,W,I] with weights int8[O,KH,KW,I] and bias int32[O].

        SAME makes stride times as many rows and columns, VALID all that are reached.
        """
        name = self._name("transpose_conv", name)
        batch, *size, _ = self._image(x)
        _check_array("weights", weights, np.int8, 4)
        constants = self._parameters(x, weights, 0, bias, weight_scales, name)
        grown = [n * step for n, step in zip(size, stride, strict=True)]
        if padding == "VALID":
            grown = [
                n + max(0, kernel - step)
                for n, kernel, step in zip(
                    grown, weights.shape[1:3], stride, strict=True
                )
            ]
        shape = (batch, *grown, weights.shape[0])
        y = self.activation(name, shape, output)
        wanted = self.constant(np.array(shape, np.int32), name=f"{name}/shape")
        kernel, *rest = (index for index in constants if index != NO_TENSOR)
        self.operator(
            "TRANSPOSE_CONV",
            (wanted, kernel, x, *rest),
            (y,),
            {
                "padding": _padding(padding),
                "stride_h": stride[0],
                "stride_w": stride[1],
                "fused_activation_function": _activation(activation),
            },
        )
        return y

    def reduce_max(
        self,
        x: int,
        axes: Sequence[int],
        *,
        keep_dims: bool = False,
        name: str | None = None,
    ) -> int:
        """REDUCE_MAX over `axes` (negative ones count from the last)."""
        name = self._name("reduce_max", name)
        shape = self.shape(x)
        reduced = {_axis(axis, len(shape)) for axis in axes}
        table = self.constant(np.array(axes, np.int32), name=f"{name}/axes")
        new_shape = [
            1 if axis in reduced else size
            for axis, size in enumerate(shape)
            if keep_dims or axis not in reduced
        ]
        y = self.activation(name, new_shape, self.quant(x))
        self.operator("REDUCE_MAX", (x, table), (y,), {"keep_dims": keep_dims})
        return y

    def fully_connected(
        self,
        x: int,
        *,
        weights: Array,
        bias: Array | None,
        weight_scales: npt.ArrayLike,
        output: Quant,
        activation: Activation = "NONE",
        keep_num_dims: bool = False,
        name: str | None = None,
    ) -> int:
        """FULLY_CONNECTED with weights int8[O,K] and bias int32[O].

        The input is read as [N,K] and the output is [N,O]; with `keep_num_dims` the
        last axis of the input is K and only that axis changes. A missing bias is
        written as tensor -1.
        """
        name = self._name("fully_connected", name)
        _check_array("weights", weights, np.int8, 2)
        units, depth = weights.shape
        shape = self.shape(x)
        if keep_num_dims and shape[-1:] != (depth,):
            raise ValueError(f"the last axis of the input {shape} is not {depth}")
        batches, rest = divmod(math.prod(shape), depth)
        if rest:
            raise ValueError(f"the input {shape} is no multiple of {depth} elements")
        constants = self._parameters(x, weights, 0, bias, weight_scales, name)
        new_shape = (*shape[:-1], units) if keep_num_dims else (batches, units)
        y = self.activation(name, new_shape, output)
        version = 6 if bias is None else 5 if keep_num_dims else 4
        self.operator(
            "FULLY_CONNECTED",
            (x, *constants),
            (y,),
            {
                "fused_activation_function": _activation(activation),
                "keep_num_dims": keep_num_dims,
            },
            version=version,
        )
        return y

    def add(
        self,
        a: int,
        b: int,
        *,
        output: Quant,
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """ADD of two tensors, broadcast as NumPy does."""
        y = self.activation(self._name("add", name), self._broadcast(a, b), output)
        options = {"fused_activation_function": _activation(activation)}
        self.operator("ADD", (a, b), (y,), options)
        return y

    def mul(
        self,
        a: int,
        b: int,
        *,
        output: Quant,
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """MUL of two tensors, broadcast as NumPy does."""
        y = self.activation(self._name("mul", name), self._broadcast(a, b), output)
        options = {"fused_activation_function": _activation(activation)}
        multiplier = self.quant(a).scale * self.quant(b).scale / output.scale
        version = 2 if multiplier < 1 else 3
        self.operator("MUL", (a, b), (y,), options, version=version)
        return y

    def quantize(
        self, x: int, output: Quant, dtype: str = "int8", *, name: str | None = None
    ) -> int:
        """QUANTIZE of floats, or of one quantized type to another."""
        y = self.activation(
            self._name("quantize", name), self.shape(x), output, dtype
        )
        self.operator("QUANTIZE", (x,), (y,))
        return y

    def dequantize(self, x: int, *, name: str | None = None) -> int:
        """DEQUANTIZE to float32."""
        name = self._name("dequantize", name)
        y = self.activation(name, self.shape(x), None, "float32")
        self.operator("DEQUANTIZE", (x,), (y,))
        return y

    def sub(
        self,
        a: int,
        b: int,
        *,
        output: Quant,
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """SUB of two tensors, broadcast as NumPy does."""
        options = {"fused_activation_function": _activation(activation)}
        return self.binary("SUB", a, b, output=output, options=options, name=name)

    def pad(self, x: int, paddings: npt.ArrayLike, *, name: str | None = None) -> int:
        """PAD with the zero point; `paddings` is int[rank][2], before and after."""
        name = self._name("pad", name)
        shape = self.shape(x)
        widths = np.asarray(paddings, dtype=np.int32)
        if widths.shape != (len(shape), 2):
            raise ValueError(f"paddings {widths.shape} for a tensor of {shape}")
        if (widths < 0).any():
            raise ValueError("paddings must not be negative")
        table = self.constant(widths, name=f"{name}/paddings")
        new_shape = [
            size + before + after
            for size, (before, after) in zip(shape, widths.tolist(), strict=True)
        ]
        y = self.activation(name, new_shape, self.quant(x))
        self.operator("PAD", (x, table), (y,))
        return y

    def average_pool_2d(
        self,
        x: int,
        *,
        filter: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "VALID",
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """AVERAGE_POOL_2D of [1,H,W,C]; pairs are (height, width)."""
        name = self._name("average_pool_2d", name)
        return self._pool(
            "AVERAGE_POOL_2D", x, filter, stride, padding, activation, name
        )

    def max_pool_2d(
        self,
        x: int,
        *,
        filter: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "VALID",
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """MAX_POOL_2D of [1,H,W,C]; pairs are (height, width)."""
        name = self._name("max_pool_2d", name)
        return self._pool("MAX_POOL_2D", x, filter, stride, padding, activation, name)

    def reshape(
        self,
        x: int,
        new_shape: Sequence[int],
        *,
        output: Quant | None = None,
        name: str | None = None,
    ) -> int:
        """RESHAPE; one dimension may be -1. `output` may reinterpret the bytes."""
        name = self._name("reshape", name)
        shape = _resolve_shape(self.shape(x), new_shape)
        table = self.constant(np.array(new_shape, np.int32), name=f"{name}/shape")
        y = self.activation(name, shape, output or self.quant(x))
        self.operator("RESHAPE", (x, table), (y,), {"new_shape": list(new_shape)})
        return y

    def softmax(self, x: int, *, beta: float = 1.0, name: str | None = None) -> int:
        """SOFTMAX over the last axis; the output has scale 1/256, zero point -128."""
        if not (math.isfinite(beta) and beta > 0):
            raise ValueError(f"beta {beta} is not a positive number")
        name = self._name("softmax", name)
        y = self.activation(name, self.shape(x), Quant(1 / 256, -128))
        self.operator("SOFTMAX", (x,), (y,), {"beta": beta})
        return y

    def mean(
        self,
        x: int,
        axes: Sequence[int],
        *,
        keep_dims: bool = False,
        output: Quant | None = None,
        name: str | None = None,
    ) -> int:
        """MEAN over `axes` (negative ones count from the last)."""
        name = self._name("mean", name)
        shape = self.shape(x)
        reduced = {_axis(axis, len(shape)) for axis in axes}
        if len(reduced) != len(axes) or not axes:
            raise ValueError(f"axes {list(axes)} are empty or repeat")
        table = self.constant(np.array(axes, np.int32), name=f"{name}/axes")
        new_shape = [
            1 if axis in reduced else size
            for axis, size in enumerate(shape)
            if keep_dims or axis not in reduced
        ]
        y = self.activation(name, new_shape, output or self.quant(x))
        self.operator("MEAN", (x, table), (y,), {"keep_dims": keep_dims})
        return y

    def concatenation(
        self,
        tensors: Sequence[int],
        *,
        axis: int,
        activation: Activation = "NONE",
        output: Quant | None = None,
        name: str | None = None,
    ) -> int:
        """CONCATENATION; without `output` all inputs share their quantization."""
        name = self._name("concatenation", name)
        if not tensors:
            raise ValueError("concatenation of no tensors")
        shapes = [self.shape(tensor) for tensor in tensors]
        along = _axis(axis, len(shapes[0]))
        others = {(*shape[:along], *shape[along + 1 :]) for shape in shapes}
        if len(others) != 1 or len({len(shape) for shape in shapes}) != 1:
            raise ValueError(f"concatenation of {shapes} along axis {axis}")
        quants = {self.quant(tensor) for tensor in tensors}
        if output is None and len(quants) != 1:
            raise ValueError("concatenation of tensors of different quantization")
        new_shape = list(shapes[0])
        new_shape[along] = sum(shape[along] for shape in shapes)
        y = self.activation(name, new_shape, output or self.quant(tensors[0]))
        options = {"axis": axis, "fused_activation_function": _activation(activation)}
        self.operator("CONCATENATION", tensors, (y,), options)
        return y

    def unary(
        self,
        builtin: str,
        x: int,
        *,
        output: Quant | None = None,
        options: Mapping[str, Option] | None = None,
        name: str | None = None,
    ) -> int:
        """A function of each value; `output` is the input's quantization by default."""
        y = self.activation(
            self._name(builtin.lower(), name), self.shape(x), output or self.quant(x)
        )
        self.operator(builtin, (x,), (y,), options)
        return y

    def binary(
        self,
        builtin: str,
        a: int,
        b: int,
        *,
        output: Quant | None = None,
        options: Mapping[str, Option] | None = None,
        name: str | None = None,
    ) -> int:
        """A function of the values of two tensors, broadcast as NumPy does."""
        y = self.activation(
            self._name(builtin.lower(), name),
            self._broadcast(a, b),
            output or self.quant(a),
        )
        self.operator(builtin, (a, b), (y,), options)
        return y

    # State

    def variable(
        self,
        name: str,
        shape: Sequence[int],
        quant: Quant,
        initial: Array | None = None,
    ) -> int:
        """Add a resource variable by a VAR_HANDLE and return the handle's tensor.

        With `initial`, int8 of that shape, a second subgraph assigns it, once.
        """
        variable = _Variable(name, tuple(shape), quant, initial)
        if initial is not None and initial.shape != variable.shape:
            raise ValueError(f"variable {name} of another shape than its initial value")
        handle = self._add_tensor(f"{name}/handle", (), "resource", (), ())
        self.operator("VAR_HANDLE", (), (handle,), {"shared_name": name})
        self._variables[handle] = variable
        return handle

    @property
    def has_initial_values(self) -> bool:
        """Whether there is a subgraph that CALL_ONCE runs."""
        return any(item.initial is not None for item in self._variables.values())

    def read_variable(
        self, handle: int, *, name: str | None = None, quant: Quant | None = None
    ) -> int:
        """READ_VARIABLE of the handle of a variable."""
        variable = self._variables[handle]
        name = self._name("read_variable", name)
        y = self.activation(name, variable.shape, quant or variable.quant)
        self.operator("READ_VARIABLE", (handle,), (y,))
        return y

    def assign_variable(self, handle: int, x: int) -> None:
        """ASSIGN_VARIABLE of a tensor of the variable's size."""
        if math.prod(self.shape(x)) != math.prod(self._variables[handle].shape):
            raise ValueError(f"tensor {x} has another size than the variable")
        self.operator("ASSIGN_VARIABLE", (handle, x), ())

    def state(
        self, name: str, shape: Sequence[int], quant: Quant, dtype: str = "int8"
    ) -> int:
        """Add a tensor that an operator keeps from run to run (`is_variable`)."""
        scales, zero_points = (quant.scale,), (quant.zero_point,)
        index = self._add_tensor(
            name, shape, dtype, scales, zero_points, is_variable=True
        )
        self._available.add(index)
        return index

    def svdf(
        self,
        x: int,
        *,
        feature_weights: Array,
        feature_scale: float,
        time_weights: Array,
        time_scale: float,
        bias: Array,
        rank: int,
        state: Quant,
        output: Quant,
        name: str | None = None,
    ) -> int:
        """SVDF of [1,K] with weights int8[F,K] and int8 or int16 [F,M], bias [F/rank].

        The state is of the type of the weights over time, its scale that of `state`.
        """
        name = self._name("svdf", name)
        filters, memory = time_weights.shape
        _check_array("feature weights", feature_weights, np.int8, 2)
        if feature_weights.shape != (filters, self.shape(x)[1]) or filters % rank:
            raise ValueError(f"feature weights of shape {feature_weights.shape}")
        kernel = self.weights(feature_weights, [feature_scale], 0, f"{name}/features")
        time = self.constant(time_weights, Quant(time_scale), f"{name}/time")
        scale = float(np.float32(state.scale) * np.float32(time_scale))
        added = self.constant(bias, Quant(scale), f"{name}/bias")
        dtype = time_weights.dtype.name
        kept = self.state(f"{name}/state", (1, filters * memory), state, dtype)
        y = self.activation(name, (1, filters // rank), output)
        self.operator(
            "SVDF",
            (x, kernel, time, added, kept),
            (y,),
            {"rank": rank, "fused_activation_function": _activation("RELU")},
        )
        return y

    def sequence_lstm(
        self,
        x: int,
        *,
        input_weights: Sequence[Array],
        input_scales: Sequence[float],
        recurrent_weights: Sequence[Array],
        recurrent_scales: Sequence[float],
        biases: Sequence[Array],
        hidden: Quant,
        cell_scale: float,
        cell_clip: float = 0.0,
        time_major: bool = False,
        name: str | None = None,
    ) -> int:
        """UNIDIRECTIONAL_SEQUENCE_LSTM of [1,T,K], or [T,1,K] with `time_major`.

        Weights int8[N,K] and int8[N,N] and biases int32[N] are of the gates input,
        forget, cell, output. The output has the quantization `hidden`.
        """
        name = self._name("sequence_lstm", name)
        units = biases[0].shape[0]
        matrices = [
            self.weights(weights, [scale], 0)
            for weights, scale in zip(
                (*input_weights, *recurrent_weights),
                (*input_scales, *recurrent_scales),
                strict=True,
            )
        ]
        input_scale = self.quant(x).scale
        added = [
            self.constant(bias, Quant(input_scale * scale))
            for bias, scale in zip(biases, input_scales, strict=True)
        ]
        states = (
            self.state(f"{name}/hidden", (1, units), hidden),
            self.state(f"{name}/cell", (1, units), Quant(cell_scale), "int16"),
        )
        y = self.activation(name, (*self.shape(x)[:2], units), hidden)
        none = (NO_TENSOR,)
        self.operator(
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            (x, *matrices, *none * 3, *added, *none * 2, *states, *none * 4),
            (y,),
            {
                "fused_activation_function": _SCHEMA.ActivationFunctionType.TANH,
                "time_major": time_major,
                "cell_clip": cell_clip,
            },
        )
        return y

    # The file

    def finish(self) -> bytes:
        """The bytes of the model; the same calls give the same bytes."""
        if not self._outputs:
            raise ValueError("the model has no output")
        return _Serializer().model(
            self._description,
            self._tensors,
            self._operators,
            self._inputs,
            self._outputs,
            self._unknown_batch,
            self._initialization(),
        )

    def _initialization(self) -> "TFLiteWriter | None":
        """What CALL_ONCE runs; None where no variable has an initial value."""
        once = TFLiteWriter()
        for variable in self._variables.values():
            if variable.initial is not None:
                handle = once.variable(variable.name, variable.shape, variable.quant)
                value = once.constant(variable.initial, variable.quant)
                once.assign_variable(handle, value)
        return once if once._operators else None

    def _pool(
        self,
        builtin: str,
        x: int,
        filter: tuple[int, int],
        stride: tuple[int, int],
        padding: Padding,
        activation: Activation,
        name: str,
    ) -> int:
        batch, height, width, channels = self._image(x)
        size = _window((height, width), filter, stride, (1, 1), padding)
        y = self.activation(name, (batch, *size, channels), self.quant(x))
        self.operator(
            builtin,
            (x,),
            (y,),
            {
                "padding": _padding(padding),
                "stride_h": stride[0],
                "stride_w": stride[1],
                "filter_height": filter[0],
                "filter_width": filter[1],
                "fused_activation_function": _activation(activation),
            },
        )
        return y

    def _parameters(
        self,
        x: int,
        weights: Array,
        quantized_dimension: int,
        bias: Array | None,
        weight_scales: npt.ArrayLike,
        name: str,
    ) -> tuple[int, int]:
        """The tensors of weights and bias; bias scale = input scale * weight scale."""
        channels = weights.shape[quantized_dimension]
        if bias is not None:
            _check_array("bias", bias, np.int32, 1)
            if len(bias) != channels:
                raise ValueError(f"{len(bias)} biases for {channels} channels")
        input_scale = np.float32(self.quant(x).scale)
        kernel = self.weights(
            weights, weight_scales, quantized_dimension, f"{name}/weights"
        )
        if bias is None:
            return kernel, NO_TENSOR
        scales = tuple(
            float(input_scale * np.float32(scale)) for scale in _scales(weight_scales)
        )
        zero_points = (0,) * len(scales)
        return kernel, self._add_constant(bias, scales, zero_points, 0, f"{name}/bias")

    def _add_constant(
        self,
        data: Array,
        scales: tuple[float, ...],
        zero_points: tuple[int, ...],
        quantized_dimension: int,
        name: str,
    ) -> int:
        index = self._add_tensor(
            name or f"constant_{len(self._tensors)}",
            data.shape,
            data.dtype.name,
            scales,
            zero_points,
            quantized_dimension,
            np.ascontiguousarray(data.astype(data.dtype.newbyteorder("<"))).tobytes(),
        )
        self._available.add(index)
        return index

    def _add_tensor(
        self,
        name: str,
        shape: Sequence[int],
        dtype: str,
        scales: tuple[float, ...],
        zero_points: tuple[int, ...],
        quantized_dimension: int = 0,
        data: bytes | None = None,
        is_variable: bool = False,
    ) -> int:
        if dtype not in _TENSOR_TYPES:
            raise ValueError(f"tensor {name} has the unsupported type {dtype}")
        sizes = tuple(int(size) for size in shape)
        if any(size < 1 for size in sizes):
            raise ValueError(f"tensor {name} has the shape {sizes}")
        if dtype in ("int8", "uint8"):
            limits = np.iinfo(dtype)
            for zero_point in zero_points:
                if not limits.min <= zero_point <= limits.max:
                    raise ValueError(f"zero point {zero_point} is not of type {dtype}")
        rounded = _scales(scales)
        self._tensors.append(
            _Tensor(
                name,
                sizes,
                dtype,
                rounded,
                zero_points,
                quantized_dimension,
                data,
                is_variable,
            )
        )
        return len(self._tensors) - 1

    def _tensor(self, index: int) -> _Tensor:
        if not 0 <= index < len(self._tensors):
            raise ValueError(f"there is no tensor {index}")
        return self._tensors[index]

    def _check_available(self, index: int) -> None:
        self._tensor(index)
        if index not in self._available:
            raise ValueError(f"tensor {index} is not written by an earlier operator")

    def _image(self, index: int) -> tuple[int, int, int, int]:
        shape = self.shape(index)
        if len(shape) != 4:
            raise ValueError(f"tensor {index} of shape {shape} is not [N, H, W, C]")
        return shape[0], shape[1], shape[2], shape[3]

    def _broadcast(self, a: int, b: int) -> tuple[int, ...]:
        shapes = self.shape(a), self.shape(b)
        try:
            return np.broadcast_shapes(*shapes)
        except ValueError:
            raise ValueError(
                f"shapes {shapes[0]} and {shapes[1]} do not broadcast"
            ) from None

    def _name(self, builtin: str, name: str | None) -> str:
        return name or f"{builtin}_{len(self._operators)}"


class _Serializer:
    """Turns tables of the writer into the bytes of a flatbuffer, children first."""

    def __init__(self) -> None:
        self._builder = cast(Any, flatbuffers).Builder(1024)

    def model(
        self,
        description: str,
        tensors: Sequence[_Tensor],
        operators: Sequence[_Operator],
        inputs: Sequence[int],
        outputs: Sequence[int],
        unknown_batch: bool,
        once: "TFLiteWriter | None",
    ) -> bytes:
        """The file; with `once`, a subgraph that it runs before the first run."""
        if once is not None:
            call = _Operator("CALL_ONCE", 1, (), (), {"init_subgraph_index": 1})
            operators = [call, *operators]
        subgraphs = [("main", tensors, operators, inputs, outputs)]
        if once is not None:
            subgraphs.append(("once", once._tensors, once._operators, (), ()))
        codes: dict[tuple[str, int], int] = {}
        for graph in subgraphs:
            for operator in graph[2]:
                codes.setdefault((operator.builtin, operator.version), len(codes))
        buffers = [self._buffer(None)]
        tables = [
            self._subgraph(*graph, unknown_batch, buffers, codes)
            for graph in subgraphs
        ]
        root = self._table(
            "Model",
            version=3,
            operator_codes=self._tables([self._code(*code) for code in codes]),
            subgraphs=self._tables(tables),
            description=self._string(description),
            buffers=self._tables(buffers),
        )
        self._builder.Finish(root, b"TFL3")
        return bytes(self._builder.Output())

    def _subgraph(
        self,
        name: str,
        tensors: Sequence[_Tensor],
        operators: Sequence[_Operator],
        inputs: Sequence[int],
        outputs: Sequence[int],
        unknown_batch: bool,
        buffers: list[int],
        codes: Mapping[tuple[str, int], int],
    ) -> int:
        """A subgraph; the contents of its constants are added to the buffers."""
        used = len(buffers)
        constants = [tensor.data for tensor in tensors if tensor.data is not None]
        buffers += map(self._buffer, constants)
        tensor_tables: list[int] = []
        for tensor in tensors:
            buffer = 0 if tensor.data is None else used
            used += tensor.data is not None
            tensor_tables.append(self._tensor(tensor, buffer, unknown_batch))
        operator_tables = [
            self._operator(operator, codes[operator.builtin, operator.version])
            for operator in operators
        ]
        return self._table(
            "SubGraph",
            tensors=self._tables(tensor_tables),
            inputs=self._ints(inputs),
            outputs=self._ints(outputs),
            operators=self._tables(operator_tables),
            name=self._string(name),
        )

    def _code(self, builtin: str, version: int) -> int:
        code: int = getattr(_SCHEMA.BuiltinOperator, builtin)
        return self._table(
            "OperatorCode",
            deprecated_builtin_code=min(code, 127),
            version=version,
            builtin_code=code,
        )

    def _operator(self, operator: _Operator, code: int) -> int:
        name = OPERATOR_KINDS[operator.builtin].options
        fields = {
            field: self._option(value) for field, value in operator.options.items()
        }
        if name is not None:
            fields = {
                "builtin_options_type": getattr(_SCHEMA.BuiltinOptions, name),
                "builtin_options": self._table(name, **fields),
            }
        return self._table(
            "Operator",
            opcode_index=code,
            inputs=self._ints(operator.inputs),
            outputs=self._ints(operator.outputs),
            **fields,
        )

    def _option(self, value: Option) -> int | float:
        if isinstance(value, str):
            return self._string(value)
        return self._ints(value) if isinstance(value, Sequence) else value

    def _tensor(self, tensor: _Tensor, buffer: int, unknown_batch: bool) -> int:
        fields: dict[str, int] = {}
        if unknown_batch and tensor.data is None and len(tensor.shape) > 1:
            fields["shape_signature"] = self._ints((-1, *tensor.shape[1:]))
        if tensor.scales:
            fields["quantization"] = self._table(
                "QuantizationParameters",
                scale=self._vector(np.array(tensor.scales, "<f4")),
                zero_point=self._vector(np.array(tensor.zero_points, "<i8")),
                quantized_dimension=tensor.quantized_dimension,
            )
        return self._table(
            "Tensor",
            shape=self._ints(tensor.shape),
            type=getattr(_SCHEMA.TensorType, _TENSOR_TYPES[tensor.dtype]),
            buffer=buffer,
            name=self._string(tensor.name),
            has_rank=True,
            is_variable=tensor.is_variable,
            **fields,
        )

    def _buffer(self, data: bytes | None) -> int:
        if data is None:
            return self._table("Buffer")
        return self._table("Buffer", data=self._bytes(data))

    def _bytes(self, data: bytes) -> int:
        """A vector of bytes whose first byte is aligned in the file."""
        builder = self._builder
        builder.StartVector(1, len(data), _BUFFER_ALIGNMENT)
        builder.head -= len(data)
        builder.Bytes[builder.head : builder.head + len(data)] = data
        return builder.EndVector()

    def _table(self, name: str, /, **fields: Any) -> int:
        getattr(_SCHEMA, f"{name}Start")(self._builder)
        for field, value in fields.items():
            getattr(_SCHEMA, _adder(name, field))(self._builder, value)
        return getattr(_SCHEMA, f"{name}End")(self._builder)

    def _ints(self, values: Sequence[int]) -> int:
        return self._vector(np.array(values, "<i4"))

    def _vector(self, values: Array) -> int:
        return self._builder.CreateNumpyVector(values)

    def _string(self, text: str) -> int:
        return self._builder.CreateString(text)

    def _tables(self, tables: Sequence[int]) -> int:
        self._builder.StartVector(4, len(tables), 4)
        for table in reversed(tables):
            self._builder.PrependUOffsetTRelative(table)
        return self._builder.EndVector()


def _adder(table: str, field: str) -> str:
    """The name of the function of the schema that sets a field, by its schema name."""
    camel_case = "".join(word[:1].upper() + word[1:] for word in field.split("_"))
    return f"{table}Add{camel_case}"


def _scales(scales: npt.ArrayLike) -> tuple[float, ...]:
    """Scales rounded to float32, as the file stores them."""
    values = tuple(float(scale) for scale in np.asarray(scales, np.float32).ravel())
    for scale in values:
        if not (math.isfinite(scale) and scale > 0):
            raise ValueError(f"scale {scale} is not a positive float32")
    return values


def _check_array(what: str, array: Array, dtype: npt.DTypeLike, rank: int) -> None:
    if array.dtype != dtype or array.ndim != rank:
        raise ValueError(
            f"{what} are {array.dtype.name} of rank {array.ndim}, "
            f"expected {np.dtype(dtype).name} of rank {rank}"
        )


def _axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ValueError(f"axis {axis} of a tensor of rank {rank}")
    return axis % rank


def _window(
    size: tuple[int, int],
    kernel: Sequence[int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: Padding,
) -> tuple[int, int]:
    """The (height, width) of the output of a 2-D window."""
    _padding(padding)
    if min(*kernel, *stride, *dilation) < 1:
        raise ValueError("kernel, stride and dilation are at least 1")
    return (
        window_output(size[0], kernel[0], stride[0], dilation[0], padding),
        window_output(size[1], kernel[1], stride[1], dilation[1], padding),
    )


def _padding(padding: Padding) -> int:
    if padding not in ("SAME", "VALID"):
        raise ValueError(f"padding {padding!r} is neither SAME nor VALID")
    return getattr(_SCHEMA.Padding, padding)


def _activation(activation: Activation) -> int:
    if activation not in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1"):
        raise ValueError(f"unknown fused activation {activation!r}")
    return getattr(_SCHEMA.ActivationFunctionType, activation)


def _resolve_shape(shape: Sequence[int], new_shape: Sequence[int]) -> tuple[int, ...]:
    """`new_shape` with its -1, if any, replaced by what the elements leave."""
    message = f"reshape of {tuple(shape)} to {tuple(new_shape)}"
    elements = math.prod(shape)
    if list(new_shape).count(-1) > 1 or any(s < 1 and s != -1 for s in new_shape):
        raise ValueError(message)
    known = math.prod(size for size in new_shape if size != -1)
    if elements % known or (-1 not in new_shape and elements != known):
        raise ValueError(message)
    return tuple(elements // known if size == -1 else size for size in new_shape)
