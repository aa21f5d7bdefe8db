"""Inputs, outputs and tensors of a `.tflite` file, as the oracles name them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_TYPES = ("INT8", "UINT8", "INT16", "INT32", "INT64", "FLOAT32", "BOOL")
"""Tensor types that both interpreters hand out; others (resources) have no bytes."""


class OracleError(RuntimeError):
    """An oracle did not give a result; the message is one line for the user."""


@dataclass(frozen=True)
class TensorInfo:
    """A tensor of the file: its index, name, shape and NumPy type.

    `dtype` is None for types without bytes to compare, such as resources.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any] | None


@dataclass(frozen=True)
class ModelSignature:
    """The inputs and outputs of a model, and its computed tensors.

    `computed` has the index of every input and of every tensor that an operator
    writes, in rising order, without those that have no bytes to compare.
    """

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    computed: tuple[int, ...]


def read_model(model_path: Path) -> Any:
    """The root of a `.tflite` file, as the classes of PyPI `tflite` present it.

    Raises `OracleError` where the file cannot be read or is no TFLite model.
    """
    try:
        data = model_path.read_bytes()
    except OSError as error:
        raise OracleError(f"{model_path}: {error.strerror or error}") from error
    if data[4:8] != b"TFL3":
        raise OracleError(f"{model_path}: not a TFLite model")
    return _schema().Model.GetRootAs(data, 0)


def read_signature(model_path: Path) -> ModelSignature:
    """Read the signature of the main subgraph of a `.tflite` file.

    Raises `OracleError` where the file cannot be read or is no TFLite model.
    """
    model = read_model(model_path)
    try:
        return _signature(model.Subgraphs(0))
    except Exception as error:
        # What flatbuffers raises on damaged bytes is not specified.
        raise OracleError(f"{model_path}: damaged TFLite model") from error


def tensor_info(subgraph: Any, index: int) -> TensorInfo:
    """The tensor of this index in a subgraph of `read_model`."""
    tensor = subgraph.Tensors(index)
    name: bytes = tensor.Name() or b""
    return TensorInfo(
        index=index,
        name=name.decode(errors="replace"),
        shape=tuple(int(tensor.Shape(axis)) for axis in range(tensor.ShapeLength())),
        dtype=_dtype(tensor.Type()),
    )


@cache
def _schema() -> Any:
    """The schema's classes; loading them would double the start of the process."""
    import tflite  # pyright: ignore[reportMissingTypeStubs]

    return tflite


def _dtype(code: int) -> np.dtype[Any] | None:
    types = _schema().TensorType
    for name in _TYPES:
        if getattr(types, name) == code:
            return np.dtype(name.lower())
    return None


def _signature(subgraph: Any) -> ModelSignature:
    inputs = [int(subgraph.Inputs(k)) for k in range(subgraph.InputsLength())]
    outputs = [int(subgraph.Outputs(k)) for k in range(subgraph.OutputsLength())]
    computed = {*inputs, *_written_tensors(subgraph)}
    return ModelSignature(
        inputs=tuple(tensor_info(subgraph, index) for index in inputs),
        outputs=tuple(tensor_info(subgraph, index) for index in outputs),
        computed=tuple(
            index
            for index in sorted(computed)
            if tensor_info(subgraph, index).dtype is not None
        ),
    )


def _written_tensors(subgraph: Any) -> Iterator[int]:
    for number in range(subgraph.OperatorsLength()):
        operator = subgraph.Operators(number)
        for position in range(operator.OutputsLength()):
            index = int(operator.Outputs(position))
            if index >= 0:
                yield index
