"""The inputs of `tinyts-run`: generated ones (`--random`) and files (`--data`).

One input of the model is one array here: the leading axis is the run, the other axes
and the type are the tensor's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from tools.model_signature import OracleError, read_model, read_signature, tensor_info

Array: TypeAlias = npt.NDArray[Any]
Floats: TypeAlias = npt.NDArray[np.float64]

INT8: np.dtype[Any] = np.dtype(np.int8)

SUPPORTED_TYPES = ("int8", "uint8", "int16", "int32", "float32")

FLOAT_OVERSHOOT = 1 / 8
"""Float inputs leave the quantized range by this share of its width, on each side."""

UNQUANTIZED_FLOATS = (-8.0, 8.0)
"""Range of float inputs of which no quantization is known."""

SMOOTH_POINTS = (2, 6)
"""Least and most random points along an axis of a smooth input."""

_QUANTIZE = 114
"""BuiltinOperator.QUANTIZE of the TFLite schema."""


class InputError(ValueError):
    """The inputs do not fit the model; the message is one line for the user."""


@dataclass(frozen=True)
class InputDetail:
    """What the generators and the reader need to know of one model input.

    `shape` is the tensor's, with its batch of 1. `scale` and `zero_point` are those of
    the tensor, for a float32 input those of the tensor of type `quantized_dtype` that
    a QUANTIZE makes of it; None where there are none.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float | None = None
    zero_point: int | None = None
    quantized_dtype: np.dtype[Any] = INT8

    def __post_init__(self) -> None:
        if self.dtype.name not in SUPPORTED_TYPES:
            raise InputError(
                f"input {self.name!r}: type {self.dtype} is not supported, "
                f"only {', '.join(SUPPORTED_TYPES)}"
            )

    @property
    def limits(self) -> tuple[float, float]:
        """Least and greatest value to generate."""
        if self.dtype.kind != "f":
            limits = np.iinfo(self.dtype)
            return float(limits.min), float(limits.max)
        if not self.scale:
            return UNQUANTIZED_FLOATS
        limits = np.iinfo(self.quantized_dtype)
        low = (limits.min - (self.zero_point or 0)) * self.scale
        high = (limits.max - (self.zero_point or 0)) * self.scale
        margin = (high - low) * FLOAT_OVERSHOOT
        return low - margin, high + margin


def input_details(model_path: Path) -> list[InputDetail]:
    """The details of the inputs of a `.tflite` file, in its order.

    Raises `OracleError` where the file cannot be read or is no TFLite model,
    `InputError` where an input has a type without a generator.
    """
    signature = read_signature(model_path)
    model = read_model(model_path)
    details: list[InputDetail] = []
    for info in signature.inputs:
        if info.dtype is None:
            raise InputError(f"input {info.name!r}: its type is not supported")
        detail = InputDetail(info.name, info.shape, info.dtype)
        try:
            details.append(_quantized_detail(model, info.index, detail))
        except Exception as error:
            # What flatbuffers raises on damaged bytes is not specified.
            raise OracleError(f"{model_path}: damaged TFLite model") from error
    return details


def random_inputs(details: Sequence[InputDetail], seed: int, count: int) -> list[Array]:
    """`count` runs of every input, cycling through the kinds of `GENERATORS`.

    Run k of a seed is the same whatever `count` is. Raises `InputError` where `count`
    is below 1 or `seed` is negative.
    """
    if count < 1:
        raise InputError(f"the number of runs must be at least 1, not {count}")
    if seed < 0:
        raise InputError(f"the seed must not be negative, not {seed}")
    return [
        np.stack([_generate(detail, seed, run, position) for run in range(count)])
        for position, detail in enumerate(details)
    ]


def load_inputs(paths: Sequence[Path], details: Sequence[InputDetail]) -> list[Array]:
    """Read one `.npy` file for each input, in the order of the inputs.

    The leading axis is the run; the batch of 1 that follows may be missing. The arrays
    returned have it. Raises `InputError` where a file cannot be read, has another type
    or shape than the model's, or another number of runs than the first.
    """
    if len(paths) != len(details):
        names = ", ".join(detail.name for detail in details)
        raise InputError(
            f"the model has {len(details)} inputs ({names}), "
            f"got {len(paths)} data files"
        )
    arrays = [
        _load_input(path, detail) for path, detail in zip(paths, details, strict=True)
    ]
    for path, array in zip(paths, arrays, strict=True):
        if len(array) != len(arrays[0]):
            raise InputError(
                f"{path}: {len(array)} runs, but {paths[0]} has {len(arrays[0])}"
            )
    return arrays


# --- Generators: one run of one input, as float64 of the tensor's shape --------


def uniform(detail: InputDetail, random: np.random.Generator) -> Floats:
    """Independent values over the whole range.

    A quarter of the floats lies half-way between two quantized values, where a
    quantization shows how it rounds.
    """
    low, high = detail.limits
    if detail.dtype.kind != "f":
        values = random.integers(int(low), int(high), detail.shape, endpoint=True)
        return values.astype(np.float64)
    values = random.uniform(low, high, detail.shape)
    if not detail.scale:
        return values
    halves = (np.floor(values / detail.scale) + 0.5) * detail.scale
    return np.where(random.random(detail.shape) < 0.25, halves, values)


def smooth(detail: InputDetail, random: np.random.Generator) -> Floats:
    """Low frequencies: a coarse random grid, interpolated linearly along every axis.

    The values span the range. Axes of few elements (colours) are left random.
    """
    least, most = SMOOTH_POINTS
    points = int(random.integers(least, most, endpoint=True))
    values = np.asarray(random.random([min(size, points) for size in detail.shape]))
    for axis, size in enumerate(detail.shape):
        values = _interpolate(values, axis, size)
    low, high = detail.limits
    if values.size == 0 or values.min() == values.max():
        return low + values * (high - low)
    return np.interp(values, (values.min(), values.max()), (low, high))


def minimum(detail: InputDetail, random: np.random.Generator) -> Floats:
    """The least value everywhere."""
    return np.full(detail.shape, detail.limits[0])


def maximum(detail: InputDetail, random: np.random.Generator) -> Floats:
    """The greatest value everywhere."""
    return np.full(detail.shape, detail.limits[1])


def zero_point(detail: InputDetail, random: np.random.Generator) -> Floats:
    """The value that means zero everywhere: a picture that is all padding."""
    zero = 0 if detail.dtype.kind == "f" else detail.zero_point or 0
    return np.full(detail.shape, float(zero))


GENERATORS: tuple[Callable[[InputDetail, np.random.Generator], Floats], ...] = (
    uniform,
    smooth,
    minimum,
    maximum,
    zero_point,
)
"""Run k is of kind k modulo 5."""


def _generate(detail: InputDetail, seed: int, run: int, position: int) -> Array:
    random = np.random.default_rng([seed, run, position])
    values = GENERATORS[run % len(GENERATORS)](detail, random)
    if detail.dtype.kind == "f":
        return values.astype(detail.dtype)
    limits = np.iinfo(detail.dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(detail.dtype)


def _interpolate(values: Floats, axis: int, size: int) -> Floats:
    """Stretch one axis to `size` elements, linearly from the first to the last."""
    points = values.shape[axis]
    if points == size:
        return values
    if points == 1:
        return np.repeat(values, size, axis)
    position: Floats = np.arange(size) * ((points - 1) / (size - 1))
    left = np.minimum(np.floor(position), points - 2.0)
    shape = [1] * values.ndim
    shape[axis] = size
    weight = (position - left).reshape(shape)
    first = np.take(values, left.astype(np.intp), axis)
    second = np.take(values, left.astype(np.intp) + 1, axis)
    return first + (second - first) * weight


def _load_input(path: Path, detail: InputDetail) -> Array:
    try:
        # A path that is no .npy file may hold anything: never unpickle it.
        loaded: Any = np.load(path, allow_pickle=False)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (ValueError, EOFError) as error:
        raise InputError(f"{path}: not a .npy file of numbers") from error
    if not isinstance(loaded, np.ndarray):
        loaded.close()
        raise InputError(f"{path}: an .npz archive; give one .npy file for each input")
    array: Array = cast(Array, loaded)
    shape = detail.shape
    unbatched = shape[1:] if shape[:1] == (1,) else shape
    native = array.dtype.newbyteorder("=")
    if native != detail.dtype or array.shape[1:] not in (shape, unbatched):
        accepted = " or ".join(dict.fromkeys(map(_runs_of, (unbatched, shape))))
        raise InputError(
            f"{path}: input {detail.name!r} expects {detail.dtype} of shape "
            f"{accepted}, got {array.dtype} of shape {_text(array.shape)}"
        )
    if array.ndim == 0 or len(array) == 0:
        raise InputError(f"{path}: no run; the leading axis counts the runs")
    return np.ascontiguousarray(array, dtype=detail.dtype).reshape(-1, *shape)


def _runs_of(shape: tuple[int, ...]) -> str:
    return f"({', '.join(['RUNS', *map(str, shape)])})"


def _text(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))})"


def _quantized_detail(model: Any, index: int, detail: InputDetail) -> InputDetail:
    """`detail` with the quantization of tensor `index`, or of what QUANTIZE makes."""
    quantized = _quantized(model, index) if detail.dtype.kind == "f" else index
    if quantized is None:
        return detail
    subgraph = model.Subgraphs(0)
    parameters = subgraph.Tensors(quantized).Quantization()
    dtype = tensor_info(subgraph, quantized).dtype
    if dtype is None or parameters is None or not parameters.ScaleLength():
        return detail
    return replace(
        detail,
        scale=float(parameters.Scale(0)),
        zero_point=int(parameters.ZeroPoint(0)) if parameters.ZeroPointLength() else 0,
        quantized_dtype=dtype,
    )


def _quantized(model: Any, index: int) -> int | None:
    """The tensor that the first QUANTIZE of tensor `index` writes."""
    subgraph = model.Subgraphs(0)
    for number in range(subgraph.OperatorsLength()):
        operator = subgraph.Operators(number)
        code = model.OperatorCodes(operator.OpcodeIndex())
        builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if builtin == _QUANTIZE and int(operator.Inputs(0)) == index:
            return int(operator.Outputs(0))
    return None
