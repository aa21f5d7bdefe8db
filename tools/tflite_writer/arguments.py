"""Checks of arguments, and what follows from them; wrong ones are a `ValueError`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tools.tflite_writer.model import SCHEMA, Activation, Array, Padding


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


def window_size(
    size: tuple[int, int],
    kernel: Sequence[int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: Padding,
) -> tuple[int, int]:
    """The (height, width) of the output of a 2-D window."""
    padding_code(padding)
    if min(*kernel, *stride, *dilation) < 1:
        raise ValueError("kernel, stride and dilation are at least 1")
    return (
        window_output(size[0], kernel[0], stride[0], dilation[0], padding),
        window_output(size[1], kernel[1], stride[1], dilation[1], padding),
    )


def padding_code(padding: Padding) -> int:
    if padding not in ("SAME", "VALID"):
        raise ValueError(f"padding {padding!r} is neither SAME nor VALID")
    return getattr(SCHEMA.Padding, padding)


def activation_code(activation: Activation) -> int:
    if activation not in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1"):
        raise ValueError(f"unknown fused activation {activation!r}")
    return getattr(SCHEMA.ActivationFunctionType, activation)


def check_array(what: str, array: Array, dtype: npt.DTypeLike, rank: int) -> None:
    if array.dtype != dtype or array.ndim != rank:
        raise ValueError(
            f"{what} are {array.dtype.name} of rank {array.ndim}, "
            f"expected {np.dtype(dtype).name} of rank {rank}"
        )


def axis_index(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ValueError(f"axis {axis} of a tensor of rank {rank}")
    return axis % rank


def resolve_shape(shape: Sequence[int], new_shape: Sequence[int]) -> tuple[int, ...]:
    """`new_shape` with its -1, if any, replaced by what the elements leave."""
    message = f"reshape of {tuple(shape)} to {tuple(new_shape)}"
    elements = math.prod(shape)
    if list(new_shape).count(-1) > 1 or any(s < 1 and s != -1 for s in new_shape):
        raise ValueError(message)
    known = math.prod(size for size in new_shape if size != -1)
    if elements % known or (-1 not in new_shape and elements != known):
        raise ValueError(message)
    return tuple(elements // known if size == -1 else size for size in new_shape)
