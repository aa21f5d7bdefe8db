"""Tensors and operators of a model under construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tools.tflite_writer.kinds import OPERATOR_KINDS
from tools.tflite_writer.model import (
    NO_TENSOR,
    SCHEMA,
    TENSOR_TYPES,
    Array,
    Operator,
    Option,
    Quant,
    Tensor,
    Variable,
    adder,
    float32_scales,
)


class GraphWriter:
    """A subgraph: its tensors, and any operator of `OPERATOR_KINDS`.

    With `unknown_batch` the file says, as most converted files do, that the first
    dimension of every activation is unknown (`shape_signature` -1, `shape` 1).
    """

    def __init__(self, description: str = "", *, unknown_batch: bool = False) -> None:
        self.description = description
        self.unknown_batch = unknown_batch
        self.tensors: list[Tensor] = []
        self.operators: list[Operator] = []
        self.inputs: list[int] = []
        self.outputs: list[int] = []
        self._available: set[int] = set()
        self.variables: dict[int, Variable] = {}

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
        self.inputs.append(index)
        self._available.add(index)
        return index

    def output(self, *tensors: int) -> None:
        """Make tensors outputs of the model, in this order."""
        for tensor in tensors:
            self._check_available(tensor)
            self.outputs.append(tensor)

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
        values = float32_scales(scales)
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
            if table is None or not hasattr(SCHEMA, adder(table, field)):
                raise ValueError(f"{builtin} has no option {field}")
        self._available.update(outputs)
        self.operators.append(
            Operator(
                builtin,
                kind.version if version is None else version,
                tuple(inputs),
                tuple(outputs),
                fields,
            )
        )

    def _add_constant(
        self,
        data: Array,
        scales: tuple[float, ...],
        zero_points: tuple[int, ...],
        quantized_dimension: int,
        name: str,
    ) -> int:
        index = self._add_tensor(
            name or f"constant_{len(self.tensors)}",
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
        if dtype not in TENSOR_TYPES:
            raise ValueError(f"tensor {name} has the unsupported type {dtype}")
        sizes = tuple(int(size) for size in shape)
        if any(size < 1 for size in sizes):
            raise ValueError(f"tensor {name} has the shape {sizes}")
        if dtype in ("int8", "uint8"):
            limits = np.iinfo(dtype)
            for zero_point in zero_points:
                if not limits.min <= zero_point <= limits.max:
                    raise ValueError(f"zero point {zero_point} is not of type {dtype}")
        rounded = float32_scales(scales)
        self.tensors.append(
            Tensor(
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
        return len(self.tensors) - 1

    def _tensor(self, index: int) -> Tensor:
        if not 0 <= index < len(self.tensors):
            raise ValueError(f"there is no tensor {index}")
        return self.tensors[index]

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
        return name or f"{builtin}_{len(self.operators)}"
