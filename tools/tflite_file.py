"""Reading a `.tflite` file into plain Python objects, whatever its bytes are.

The generated flatbuffer accessors trust their input; this module is where a truncated
or corrupted file becomes one clear error. What is kept refers to the bytes of the file
instead of copying them, so that a small file cannot ask for much memory.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite
from flatbuffers.number_types import Int32Flags
from flatbuffers.table import Table

FILE_IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3
MAX_ELEMENTS = 1 << 26
"""Largest tensor, in elements; a microcontroller has memory for far less."""

MAX_RANK = 8
MAX_TENSORS = 1 << 16
MAX_OPERANDS = 1 << 10
"""Most inputs or outputs of one operator, and of the model."""

MAX_SUBGRAPHS = 16
"""Most subgraphs of a file."""

MAX_NAME_BYTES = 1 << 12
"""A longer name is cut."""

MAX_SHOWN = 80
"""Characters of a name that an error shows."""

MAX_FILE_BYTES = 1 << 28
"""A larger file is not read."""

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
DAMAGE = (
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
"""What the accessors raise on offsets and lengths that lead out of the file."""


class TFLiteError(Exception):
    """A model that cannot be read or compiled; the message is one line for the user."""


@dataclass(frozen=True)
class TensorInfo:
    """One tensor of the file."""

    index: int
    name: str
    """The file's name; what cannot be printed in one line is replaced."""
    shape: tuple[int, ...]
    type: str
    """Element type in lower case: int8, int32, float32, ..."""
    scales: npt.NDArray[np.float32]
    zero_points: npt.NDArray[np.int64]
    quantized_dimension: int
    data: npt.NDArray[np.generic] | None
    """Contents of a constant, in the tensor's shape; None for an activation."""
    is_variable: bool = False
    """Whether an operator keeps its contents from run to run."""

    @property
    def label(self) -> str:
        """The tensor as an error names it."""
        return f"tensor {self.index} '{shown(self.name)}'"


@dataclass(frozen=True)
class Dilation:
    """What three operators of a file do to a convolution, which is one of them."""

    sides: tuple[int, int]
    """Rows and columns from one tap to the next."""
    pads: tuple[int, int, int, int]
    """Top, bottom, left, right."""


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
    options_type: int
    """Which table that is: a value of the schema's BuiltinOptions."""
    has_custom_options: bool
    dilation: Dilation | None = None
    """Of a convolution that stands for a spread one; see dilated_convolution.py."""


@dataclass(frozen=True)
class TFLiteFile:
    """The main subgraph of a model file, or another one."""

    tensors: tuple[TensorInfo, ...]
    operators: tuple[OperatorInfo, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    others: tuple[TFLiteFile, ...] = ()
    """Subgraphs 1, 2, ... of the file, of which CALL_ONCE may name one."""


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
    except DAMAGE as error:
        raise TFLiteError(
            "the TensorFlow Lite model is damaged or truncated; export it again"
        ) from error


def printable(name: bytes) -> str:
    """A name as text of one line: what cannot be printed becomes U+FFFD."""
    text = name[:MAX_NAME_BYTES].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def shown(name: str) -> str:
    """A name as an error shows it: cut where it is long."""
    return name if len(name) <= MAX_SHOWN else f"{name[:MAX_SHOWN]}..."


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        self.model: Any = tflite.Model.GetRootAs(data, 0)

    def read(self) -> TFLiteFile:
        if self.model.Version() != SCHEMA_VERSION:
            raise TFLiteError(
                f"the model has schema version {self.model.Version()}; only version "
                f"{SCHEMA_VERSION} is supported; export it again"
            )
        subgraphs = self.model.SubgraphsLength()
        if not 1 <= subgraphs <= MAX_SUBGRAPHS:
            raise TFLiteError(
                f"the model has {subgraphs} subgraphs; only 1 to {MAX_SUBGRAPHS} are "
                "supported; export it without control flow"
            )
        others = tuple(self._subgraph(index) for index in range(1, subgraphs))
        main = self._subgraph(0)
        if not main.inputs or not main.outputs:
            raise TFLiteError(
                "the model has no inputs or no outputs; export it with both"
            )
        return replace(main, others=others)

    def _subgraph(self, index: int) -> TFLiteFile:
        graph = self.model.Subgraphs(index)
        count = self._length(graph.TensorsLength())
        tensors = tuple(self._tensor(graph.Tensors(i), i) for i in range(count))
        operators = tuple(
            self._operator(graph.Operators(i), i, count)
            for i in range(self._length(graph.OperatorsLength()))
        )
        inputs = self._indices(graph.InputsAsNumpy(), count)
        outputs = self._indices(graph.OutputsAsNumpy(), count)
        return TFLiteFile(tensors, operators, inputs, outputs)

    def _length(self, length: int) -> int:
        """A number of tables that the file has room for."""
        if not 0 <= 4 * length <= self.size or length > MAX_TENSORS:
            raise ValueError(f"vector of {length} elements")
        return length

    def _indices(
        self, values: npt.NDArray[np.int32] | int, count: int, least: int = 0
    ) -> tuple[int, ...]:
        if isinstance(values, int):  # no vector
            return ()
        if len(values) > MAX_OPERANDS:
            raise ValueError(f"{len(values)} operands")
        indices = tuple(int(value) for value in values)
        if not all(least <= index < count for index in indices):
            raise ValueError("tensor index out of range")
        return indices

    def _tensor(self, tensor: Any, index: int) -> TensorInfo:
        name = printable(tensor.Name() or b"")
        what = f"tensor {index} '{shown(name)}'"
        if tensor.ShapeLength() > MAX_RANK:
            raise ValueError(f"rank {tensor.ShapeLength()}")
        raw_shape = tensor.ShapeAsNumpy()
        shape = () if isinstance(raw_shape, int) else tuple(int(d) for d in raw_shape)
        if any(size < 0 for size in shape):
            raise ValueError(f"shape {shape}")
        if prod(shape) > MAX_ELEMENTS:
            raise TFLiteError(
                f"{what} has {prod(shape)} elements, more than the {MAX_ELEMENTS} that "
                "are supported; export a smaller model"
            )
        if tensor.Sparsity() is not None:
            raise TFLiteError(
                f"{what} is sparse; only dense tensors are supported; export the model "
                "without sparsity"
            )
        type_ = _TYPE_NAMES[tensor.Type()]
        scales, zero_points, dimension = self._quantization(tensor)
        return TensorInfo(
            index=index,
            name=name,
            shape=shape,
            type=type_,
            scales=scales,
            zero_points=zero_points,
            quantized_dimension=dimension,
            data=self._data(tensor, what, shape, type_),
            is_variable=bool(tensor.IsVariable()),
        )

    @staticmethod
    def _quantization(
        tensor: Any,
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64], int]:
        """Scales, as many zero points, and the axis; no scales where one is missing.

        As TFLite Micro reads it: a tensor with scales but without zero points is not
        quantized, and the first zero point stands for all where their number differs.
        """
        none = np.zeros(0, np.float32), np.zeros(0, np.int64), 0
        quantization = tensor.Quantization()
        if quantization is None:
            return none
        scales = quantization.ScaleAsNumpy()
        zero_points = quantization.ZeroPointAsNumpy()
        if isinstance(scales, int) or isinstance(zero_points, int):
            return none
        if not len(scales) or not len(zero_points):
            return none
        if len(zero_points) != len(scales):
            zero_points = np.broadcast_to(zero_points[:1], scales.shape)
        return scales, zero_points, quantization.QuantizedDimension()

    def _data(
        self, tensor: Any, what: str, shape: tuple[int, ...], type_: str
    ) -> npt.NDArray[np.generic] | None:
        if not 0 <= tensor.Buffer() < self.model.BuffersLength():
            raise ValueError("buffer index out of range")
        buffer = self.model.Buffers(tensor.Buffer())
        if buffer.Offset() > 1 or buffer.Size() > 1:
            raise TFLiteError(
                f"{what} lies outside of the flatbuffer, as in models above 2 GB; "
                "export a smaller model"
            )
        if buffer.DataLength() == 0:
            return None
        raw = buffer.DataAsNumpy()
        dtype = _DTYPES.get(type_)
        if dtype is None:  # of a type that nothing reads
            return raw
        expected = prod(shape) * dtype.itemsize
        if len(raw) != expected:
            raise TFLiteError(
                f"{what} holds {len(raw)} bytes, its shape needs {expected}; "
                "the model is damaged; export it again"
            )
        return raw.view(dtype).reshape(shape)

    def _operator(
        self, operator: Any, index: int, tensors: int
    ) -> OperatorInfo:
        if not 0 <= operator.OpcodeIndex() < self.model.OperatorCodesLength():
            raise ValueError("operator code out of range")
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        builtin = max(_builtin_code(code), code.DeprecatedBuiltinCode())
        name = _BUILTIN_NAMES[builtin]
        if name == "CUSTOM":
            name = f"CUSTOM {shown(printable(code.CustomCode() or b''))}"
        return OperatorInfo(
            index=index,
            builtin=name,
            inputs=self._indices(operator.InputsAsNumpy(), tensors, least=-1),
            outputs=self._indices(operator.OutputsAsNumpy(), tensors),
            options=operator.BuiltinOptions(),
            options_type=operator.BuiltinOptionsType(),
            has_custom_options=not operator.CustomOptionsIsNone(),
        )


def _builtin_code(code: Any) -> int:
    """The field builtin_code; its accessor gives the deprecated one below 127."""
    table: Any = code._tab
    offset = table.Offset(10)
    return table.Get(Int32Flags, offset + table.Pos) if offset else 0


def read_tflite_path(path: Path) -> bytes:
    """The bytes of a model file; TFLiteError where there is none to read."""
    try:
        if path.is_dir():
            raise TFLiteError("is a directory; give a .tflite file")
        if not path.exists():
            raise TFLiteError("there is no such file; give a .tflite file")
        if not path.is_file():
            raise TFLiteError("is not a regular file; give a .tflite file")
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise TFLiteError(
                f"has {size} bytes, more than the {MAX_FILE_BYTES} that are supported; "
                "export a smaller model"
            )
        return path.read_bytes()
    except OSError as error:
        raise TFLiteError(
            f"cannot be read: {error.strerror or error}; give a .tflite file"
        ) from error
