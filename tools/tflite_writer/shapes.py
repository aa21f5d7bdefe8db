"""Operators that change shapes: reductions, joints, pads, reshapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tools.tflite_writer.arguments import activation_code, axis_index, resolve_shape
from tools.tflite_writer.graph import GraphWriter
from tools.tflite_writer.model import Activation, Quant


class ShapeOperators(GraphWriter):
    """Operators whose output has another shape than its input."""

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
        shape = resolve_shape(self.shape(x), new_shape)
        table = self.constant(np.array(new_shape, np.int32), name=f"{name}/shape")
        y = self.activation(name, shape, output or self.quant(x))
        self.operator("RESHAPE", (x, table), (y,), {"new_shape": list(new_shape)})
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
        along = axis_index(axis, len(shapes[0]))
        others = {(*shape[:along], *shape[along + 1 :]) for shape in shapes}
        if len(others) != 1 or len({len(shape) for shape in shapes}) != 1:
            raise ValueError(f"concatenation of {shapes} along axis {axis}")
        floats = {self._tensor(tensor).dtype for tensor in tensors} == {"float32"}
        quants = {None if floats else self.quant(tensor) for tensor in tensors}
        if output is None and len(quants) != 1:
            raise ValueError("concatenation of tensors of different quantization")
        new_shape = list(shapes[0])
        new_shape[along] = sum(shape[along] for shape in shapes)
        dtype = "float32" if floats else "int8"
        quant = output or next(iter(quants))
        y = self.activation(name, new_shape, quant, dtype)
        fused = activation_code(activation)
        options = {"axis": axis, "fused_activation_function": fused}
        self.operator("CONCATENATION", tensors, (y,), options)
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
        reduced = {axis_index(axis, len(shape)) for axis in axes}
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

    def reduce_max(
        self,
        x: int,
        axes: Sequence[int],
        *,
        keep_dims: bool = False,
        least: bool = False,
        name: str | None = None,
    ) -> int:
        """REDUCE_MAX over `axes` (negative ones count from the last), or REDUCE_MIN."""
        builtin = "REDUCE_MIN" if least else "REDUCE_MAX"
        name = self._name(builtin.lower(), name)
        shape = self.shape(x)
        reduced = {axis_index(axis, len(shape)) for axis in axes}
        table = self.constant(np.array(axes, np.int32), name=f"{name}/axes")
        new_shape = [
            1 if axis in reduced else size
            for axis, size in enumerate(shape)
            if keep_dims or axis not in reduced
        ]
        y = self.activation(name, new_shape, self.quant(x))
        self.operator(builtin, (x, table), (y,), {"keep_dims": keep_dims})
        return y
