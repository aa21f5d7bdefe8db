"""What a model is made of while it is written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import tflite  # pyright: ignore[reportMissingTypeStubs]

Padding: TypeAlias = Literal["SAME", "VALID"]
Activation: TypeAlias = Literal["NONE", "RELU", "RELU6", "RELU_N1_TO_1"]
Option: TypeAlias = int | float | bool | str | Sequence[int]
Array: TypeAlias = npt.NDArray[Any]

NO_TENSOR = -1
"""The index of an optional input that is absent, such as a missing bias."""

SCHEMA = cast(Any, tflite)

TENSOR_TYPES = {
    "int8": "INT8",
    "uint8": "UINT8",
    "int16": "INT16",
    "int32": "INT32",
    "int64": "INT64",
    "float32": "FLOAT32",
    "resource": "RESOURCE",
}
"""The schema's name of each type of a tensor."""


def float32_scales(scales: npt.ArrayLike) -> tuple[float, ...]:
    """Scales rounded to float32, as the file stores them."""
    values = tuple(float(scale) for scale in np.asarray(scales, np.float32).ravel())
    for scale in values:
        if not (math.isfinite(scale) and scale > 0):
            raise ValueError(f"scale {scale} is not a positive float32")
    return values


@dataclass(frozen=True)
class Quant:
    """Per-tensor quantization: real value = scale * (quantized - zero_point)."""

    scale: float
    zero_point: int = 0

    def __post_init__(self) -> None:
        float32_scales([self.scale])


@dataclass(frozen=True)
class Tensor:
    """A tensor; with `data` a constant, little-endian."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    quantized_dimension: int
    data: bytes | None
    is_variable: bool = False


@dataclass(frozen=True)
class Variable:
    """A resource variable and the value that CALL_ONCE gives it."""

    name: str
    shape: tuple[int, ...]
    quant: Quant
    initial: Array | None


@dataclass(frozen=True)
class Operator:
    """An operator of tensors by their index; options by their schema names."""

    builtin: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Option]


def adder(table: str, field: str) -> str:
    """The name of the function of the schema that sets a field, by its schema name."""
    camel_case = "".join(word[:1].upper() + word[1:] for word in field.split("_"))
    return f"{table}Add{camel_case}"
