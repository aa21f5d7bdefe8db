"""Reading a `.tflite` file into plain Python objects, whatever its bytes are.

The generated flatbuffer accessors trust their input; this module is where a truncated
or corrupted file becomes one clear error.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tflite
from flatbuffers.table import Table

FILE_IDENTIFIER = b"TFL3"
MAX_ELEMENTS = 1 << 28
"""Largest tensor, in elements, that is taken for real."""

_TYPE_NAMES: dict[int, str] = {
    value: name.lower()
    for name, value in vars(tflite.TensorType).items()
    if isinstance(value, int)
}
_BUILTIN_NAMES: dict[int, str] = {
    value: name
    for name, value in vars(tflite.BuiltinOperator).items()
    if isinstance(value, int)
}
_DTYPES = {
    name: np.dtype(name).newbyteorder("<")
    for name in ("int8", "uint8", "int16", "int32", "int64", "float32")
}
_DAMAGE = (
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    OverflowError,
    UnicodeDecodeError,
    AttributeError,
    MemoryError,
)


class TFLiteError(Exception):
    """A model that cannot be read or compiled; the message is one line for the user."""


@dataclass(frozen=True)
class TensorInfo:
    """One tensor of the file."""

    index: int
    name: str
    shape: tuple[int, ...]
    type: str
    """Element type in lower case: int8, int32, float32, ..."""
    scales: npt.NDArray[np.float32]
    zero_points: npt.NDArray[np.int64]
    quantized_dimension: int
    data: npt.NDArray[np.generic] | None
    """Contents of a constant, in the tensor's shape; None for an activation."""


@dataclass(frozen=True)
class OperatorInfo:
    """One operator of the file."""

    index: int
    builtin: str
    """Name in the schema's BuiltinOperator; for a custom operator its own name."""
    inputs: tuple[int, ...]
    """Tensor indices, -1 for an input that is left out."""
    outputs: tuple[int, ...]
    options: Table | None
    """The table of options, to be read by the class that the operator calls for."""


@dataclass(frozen=True)
class TFLiteFile:
    """The only subgraph of a model file."""

    tensors: tuple[TensorInfo, ...]
    operators: tuple[OperatorInfo, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def read_tflite(data: bytes) -> TFLiteFile:
    """The model in `data`; raises TFLiteError for anything that is not one."""
    if len(data) < 8:
        raise TFLiteError("not a TensorFlow Lite model: the file is empty or too short")
    if data[4:8] != FILE_IDENTIFIER:
        raise TFLiteError(
            "not a TensorFlow Lite model: the identifier TFL3 is missing; "
            "give a .tflite file"
        )
    try:
        return _Reader(data).read()
    except _DAMAGE as error:
        raise TFLiteError(
            "the TensorFlow Lite model is damaged or truncated; export it again"
        ) from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        self.model = tflite.Model.GetRootAs(data, 0)

    def read(self) -> TFLiteFile:
        subgraphs = self.model.SubgraphsLength()
        if subgraphs != 1:
            raise TFLiteError(
                f"the model has {subgraphs} subgraphs; "
                "only models with one subgraph are supported"
            )
        graph = self.model.Subgraphs(0)
        count = self._length(graph.TensorsLength())
        tensors = tuple(self._tensor(graph.Tensors(i), i) for i in range(count))
        operators = tuple(
            self._operator(graph.Operators(i), i, count)
            for i in range(self._length(graph.OperatorsLength()))
        )
        inputs = self._indices(graph.InputsAsNumpy(), count)
        outputs = self._indices(graph.OutputsAsNumpy(), count)
        if not inputs or not outputs:
            raise TFLiteError("the model has no inputs or no outputs")
        return TFLiteFile(tensors, operators, inputs, outputs)

    def _length(self, length: int) -> int:
        if not 0 <= length <= self.size:
            raise ValueError(f"vector of {length} elements")
        return length

    def _indices(
        self, values: npt.NDArray[np.int32] | int, count: int, least: int = 0
    ) -> tuple[int, ...]:
        indices = tuple(int(value) for value in np.atleast_1d(values).ravel())
        if isinstance(values, int):
            indices = ()
        if not all(least <= index < count for index in indices):
            raise ValueError("tensor index out of range")
        return indices

    def _tensor(self, tensor: tflite.Tensor, index: int) -> TensorInfo:
        raw_shape = tensor.ShapeAsNumpy()
        shape = () if isinstance(raw_shape, int) else tuple(int(d) for d in raw_shape)
        elements = int(np.prod(shape, dtype=object)) if shape else 1
        if any(size < 0 for size in shape) or elements > MAX_ELEMENTS or len(shape) > 8:
            raise ValueError(f"shape {shape}")
        name = (tensor.Name() or b"").decode("utf-8", "replace")
        type_ = _TYPE_NAMES[tensor.Type()]
        quantization = tensor.Quantization()
        scales = np.zeros(0, np.float32)
        zero_points = np.zeros(0, np.int64)
        dimension = 0
        if quantization is not None and quantization.ScaleLength():
            scales = np.array(quantization.ScaleAsNumpy(), np.float32)
            dimension = quantization.QuantizedDimension()
            zero_points = np.zeros(len(scales), np.int64)
            if quantization.ZeroPointLength():
                zero_points = np.array(quantization.ZeroPointAsNumpy(), np.int64)
        return TensorInfo(
            index=index,
            name=name,
            shape=shape,
            type=type_,
            scales=scales,
            zero_points=zero_points,
            quantized_dimension=dimension,
            data=self._data(tensor, name, shape, type_),
        )

    def _data(
        self, tensor: tflite.Tensor, name: str, shape: tuple[int, ...], type_: str
    ) -> npt.NDArray[np.generic] | None:
        if not 0 <= tensor.Buffer() < self.model.BuffersLength():
            raise ValueError("buffer index out of range")
        buffer = self.model.Buffers(tensor.Buffer())
        if buffer.DataLength() == 0 or type_ not in _DTYPES:
            return None
        raw = buffer.DataAsNumpy().tobytes()
        dtype = _DTYPES[type_]
        expected = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        if len(raw) != expected:
            raise TFLiteError(
                f"tensor '{name}' holds {len(raw)} bytes, its shape needs {expected}; "
                "the model is damaged"
            )
        return np.frombuffer(raw, dtype).reshape(shape)

    def _operator(
        self, operator: tflite.Operator, index: int, tensors: int
    ) -> OperatorInfo:
        if not 0 <= operator.OpcodeIndex() < self.model.OperatorCodesLength():
            raise ValueError("operator code out of range")
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        name = _BUILTIN_NAMES[builtin]
        if name == "CUSTOM":
            name = (code.CustomCode() or b"CUSTOM").decode("utf-8", "replace")
        return OperatorInfo(
            index=index,
            builtin=name,
            inputs=self._indices(operator.InputsAsNumpy(), tensors, least=-1),
            outputs=self._indices(operator.OutputsAsNumpy(), tensors),
            options=operator.BuiltinOptions(),
        )


def read_tflite_path(path: Path) -> bytes:
    """The bytes of a model file; TFLiteError where there is none to read."""
    if path.is_dir():
        raise TFLiteError("is a directory; give a .tflite file")
    try:
        return path.read_bytes()
    except OSError as error:
        raise TFLiteError(f"cannot be read: {error.strerror}") from error
