"""Constant sub-graphs of a model file, computed at import.

Converters leave arithmetic on shapes behind (SHAPE, STRIDED_SLICE, PACK before a
RESHAPE), and anchors that are tiled and joined. An operator whose inputs are all
constant, or a SHAPE of a tensor of static shape, is replaced by the constant that it
computes; batch is 1, as `shape` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import tflite

from tools.operator_options import OptionsError, OptionsT, options_of
from tools.tflite_file import (
    DAMAGE,
    MAX_FILE_BYTES,
    OperatorInfo,
    TensorInfo,
    TFLiteFile,
)

Array: TypeAlias = npt.NDArray[Any]

FOLDED_TYPES = ("int8", "uint8", "int16", "int32", "int64", "float32")

MAX_FOLDED_BYTES = MAX_FILE_BYTES
"""Operators are folded until their results have so many bytes."""


class _UnfitError(Exception):
    """An operator is not folded: of another kind, of unknown options."""


class Folding:
    """One operator whose inputs are constant; None stands for one that is left out."""

    def __init__(
        self,
        operator: OperatorInfo,
        infos: Sequence[TensorInfo | None],
        outputs: Sequence[TensorInfo],
    ) -> None:
        self.operator, self.infos, self.outputs = operator, infos, outputs

    def options(self, kind: type[OptionsT]) -> OptionsT:
        """The operator's options."""
        return options_of(self.operator, kind)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the file gives the first output."""
        return self.outputs[0].shape

    def info(self, position: int) -> TensorInfo:
        """An input's tensor."""
        if position >= len(self.infos) or (info := self.infos[position]) is None:
            raise _UnfitError
        return info

    def array(self, position: int) -> Array:
        """An input's contents."""
        data = self.info(position).data
        if data is None:
            raise _UnfitError
        return data

    def arrays(self) -> list[Array]:
        """The contents of all inputs."""
        return [self.array(position) for position in range(len(self.infos))]

    def numbers(self, position: int) -> list[int]:
        """The contents of an input as integers."""
        return [int(value) for value in self.array(position).reshape(-1)]

    def axis(self, axis: int, rank: int) -> int:
        """An axis counted from the front."""
        if not -rank <= axis < rank:
            raise _UnfitError
        return axis % rank


Fold: TypeAlias = Callable[[Folding], "Array | Sequence[Array]"]


def fold_constants(file: TFLiteFile) -> TFLiteFile:
    """The file without the operators that compute constants, which have data now.

    What cannot be folded stays as it is.
    """
    tensors = list(file.tensors)
    kept: list[OperatorInfo] = []
    room = MAX_FOLDED_BYTES
    for operator in file.operators:
        outputs = [tensors[index] for index in operator.outputs]
        values = _computed(operator, tensors, outputs, room)
        if values is None:
            kept.append(operator)
            continue
        for tensor, value in zip(outputs, values, strict=True):
            room -= value.nbytes
            tensors[tensor.index] = replace(tensor, data=value)
    return replace(file, tensors=tuple(tensors), operators=tuple(kept))


def _computed(
    operator: OperatorInfo,
    tensors: Sequence[TensorInfo],
    outputs: Sequence[TensorInfo],
    room: int,
) -> list[Array] | None:
    """The contents of an operator's outputs; None where they are not constant."""
    fold = _FOLDS.get(operator.builtin)
    if fold is None or operator.has_custom_options:
        return None
    if not operator.inputs or not outputs:
        return None
    infos = [tensors[index] if index >= 0 else None for index in operator.inputs]
    constant = all(info is None or info.data is not None for info in infos)
    if not constant and operator.builtin != "SHAPE":
        return None
    if any(tensor.data is not None for tensor in outputs):
        return None
    if any(tensor.type not in FOLDED_TYPES for tensor in outputs):
        return None
    if sum(prod(t.shape) * np.dtype(t.type).itemsize for t in outputs) > room:
        return None
    try:
        results = fold(Folding(operator, infos, outputs))
    except (_UnfitError, OptionsError, *DAMAGE):
        return None
    single = isinstance(results, np.ndarray | np.generic)  # of scalars a scalar
    values = [np.asarray(results)] if single else list(results)
    fits = len(values) == len(outputs) and all(
        value.dtype == np.dtype(tensor.type) and value.shape == tensor.shape
        for value, tensor in zip(values, outputs, strict=False)
    )
    return [np.array(value, order="C") for value in values] if fits else None


# --- One function an operator -------------------------------------------------------


def _shape(folding: Folding) -> Array:
    return np.array(folding.info(0).shape, folding.outputs[0].type)


def _reshape(folding: Folding) -> Array:
    return folding.array(0).reshape(folding.shape)


def _pack(folding: Folding) -> Array:
    axis = folding.options(tflite.PackOptions).Axis()
    rank = len(folding.info(0).shape) + 1
    return np.stack(folding.arrays(), folding.axis(axis, rank))


def _unpack(folding: Folding) -> list[Array]:
    x = folding.array(0)
    axis = folding.axis(folding.options(tflite.UnpackOptions).Axis(), x.ndim)
    return [np.take(x, i, axis) for i in range(x.shape[axis])]


def _concatenation(folding: Folding) -> Array:
    options = folding.options(tflite.ConcatenationOptions)
    if options.FusedActivationFunction() != tflite.ActivationFunctionType.NONE:
        raise _UnfitError
    scales = {_quantization(info) for info in (*folding.infos, folding.outputs[0])}
    if len(scales) != 1:
        raise _UnfitError
    arrays = folding.arrays()
    return np.concatenate(arrays, folding.axis(options.Axis(), arrays[0].ndim))


def _quantization(info: TensorInfo | None) -> tuple[bytes, bytes]:
    if info is None:
        raise _UnfitError
    return info.scales.tobytes(), info.zero_points.tobytes()


def _tile(folding: Folding) -> Array:
    x, multiples = folding.array(0), folding.numbers(1)
    sizes = tuple(a * b for a, b in zip(x.shape, multiples, strict=True))
    if sizes != folding.shape:
        raise _UnfitError
    return np.tile(x, multiples)


def _fill(folding: Folding) -> Array:
    if tuple(folding.numbers(0)) != folding.shape or folding.array(1).size != 1:
        raise _UnfitError
    return np.full(folding.shape, folding.array(1).reshape(-1)[0])


def _transpose(folding: Folding) -> Array:
    return folding.array(0).transpose(folding.numbers(1))


def _gather(folding: Folding) -> Array:
    options = folding.options(tflite.GatherOptions)
    x, indices = folding.array(0), folding.array(1)
    if options.BatchDims() or (indices.size and indices.min() < 0):
        raise _UnfitError
    axis = folding.axis(options.Axis(), x.ndim)
    if x.shape[:axis] + indices.shape + x.shape[axis + 1 :] != folding.shape:
        raise _UnfitError
    return np.take(x, indices, axis)


def _split(folding: Folding) -> list[Array]:
    x, (axis,) = folding.array(1), folding.numbers(0)
    return np.split(x, len(folding.outputs), folding.axis(axis, x.ndim))


def _split_v(folding: Folding) -> list[Array]:
    x, sizes, (axis,) = folding.array(0), folding.numbers(1), folding.numbers(2)
    axis = folding.axis(axis, x.ndim)
    sizes = [tensor.shape[axis] for tensor in folding.outputs]
    if sum(sizes) != x.shape[axis]:
        raise _UnfitError
    return np.split(x, np.cumsum(sizes)[:-1], axis)


def _slice(folding: Folding) -> Array:
    x, begins, sizes = folding.array(0), folding.numbers(1), folding.numbers(2)
    parts: list[slice] = []
    for begin, size, whole in zip(begins, sizes, x.shape, strict=True):
        stop = whole if size == -1 else begin + size
        if not 0 <= begin <= stop <= whole:
            raise _UnfitError
        parts.append(slice(begin, stop))
    return x[tuple(parts)]


def _strided_slice(folding: Folding) -> Array:
    ranges, dropped = slice_ranges(
        folding.options(tflite.StridedSliceOptions),
        folding.info(0).shape,
        folding.numbers(1),
        folding.numbers(2),
        folding.numbers(3),
    )
    index = tuple(np.array(r, np.intp) for r in ranges)
    part = folding.array(0)[np.ix_(*index)] if index else folding.array(0)
    return np.squeeze(part, tuple(dropped))


def slice_ranges(
    options: Any,
    shape: Sequence[int],
    begins: Sequence[int],
    ends: Sequence[int],
    strides: Sequence[int],
) -> tuple[list[range], list[int]]:
    """The indices that a STRIDED_SLICE takes along each axis, and the axes it drops.

    Raises ValueError for ellipses, new axes, and lists that do not fit the shape.
    """
    if options.EllipsisMask() or options.NewAxisMask():
        raise ValueError("an ellipsis or a new axis is not supported")
    counts = {len(begins), len(ends), len(strides)}
    if len(counts) != 1 or len(begins) > len(shape):
        raise ValueError("begins, ends and strides do not fit the input's rank")
    ranges: list[range] = []
    dropped: list[int] = []
    for axis, size in enumerate(shape):
        if axis >= len(begins):
            ranges.append(range(size))
            continue
        bit = 1 << axis
        begin = None if options.BeginMask() & bit else begins[axis]
        end = None if options.EndMask() & bit else ends[axis]
        if strides[axis] == 0:
            raise ValueError("a stride of 0")
        if options.ShrinkAxisMask() & bit:
            index = begins[axis] + (size if begins[axis] < 0 else 0)
            if not 0 <= index < size:
                raise ValueError(f"index {begins[axis]} of an axis of size {size}")
            ranges.append(range(index, index + 1))
            dropped.append(axis)
            continue
        ranges.append(range(*slice(begin, end, strides[axis]).indices(size)))
    return ranges, dropped


def _dequantize(folding: Folding) -> Array:
    info = folding.info(0)
    if len(info.scales) != 1:
        raise _UnfitError
    centered = folding.array(0).astype(np.int64) - info.zero_points[0]
    return centered.astype(np.float32) * np.float32(info.scales[0])


def _cast(folding: Folding) -> Array:
    if folding.array(0).dtype.kind == "f":
        raise _UnfitError
    return folding.array(0).astype(folding.outputs[0].type)


def _arithmetic(function: Callable[[Array, Array], Array], options: Any) -> Fold:
    """Of integers that are no quantized values, without a fused activation."""

    def fold(folding: Folding) -> Array:
        if folding.info(0).type not in ("int32", "int64"):
            raise _UnfitError
        if options is not None:
            activation = folding.options(options).FusedActivationFunction()
            if activation != tflite.ActivationFunctionType.NONE:
                raise _UnfitError
        a, b = folding.array(0), folding.array(1)
        if np.broadcast_shapes(a.shape, b.shape) != folding.shape:
            raise _UnfitError
        return function(a, b)

    return fold


def _reduce_prod(folding: Folding) -> Array:
    if folding.info(0).type not in ("int32", "int64"):
        raise _UnfitError
    x = folding.array(0)
    axes = tuple({folding.axis(axis, x.ndim) for axis in folding.numbers(1)})
    product = x.prod(axes, dtype=x.dtype)
    return np.asarray(product).reshape(folding.shape)


_FOLDS: dict[str, Fold] = {
    "ADD": _arithmetic(np.add, tflite.AddOptions),
    "CAST": _cast,
    "CONCATENATION": _concatenation,
    "DEQUANTIZE": _dequantize,
    "EXPAND_DIMS": _reshape,
    "FILL": _fill,
    "GATHER": _gather,
    "MAXIMUM": _arithmetic(np.maximum, None),
    "MINIMUM": _arithmetic(np.minimum, None),
    "MUL": _arithmetic(np.multiply, tflite.MulOptions),
    "PACK": _pack,
    "REDUCE_PROD": _reduce_prod,
    "RESHAPE": _reshape,
    "SHAPE": _shape,
    "SLICE": _slice,
    "SPLIT": _split,
    "SPLIT_V": _split_v,
    "SQUEEZE": _reshape,
    "STRIDED_SLICE": _strided_slice,
    "SUB": _arithmetic(np.subtract, tflite.SubOptions),
    "TILE": _tile,
    "TRANSPOSE": _transpose,
    "UNPACK": _unpack,
}
