"""Reading and building the tensor types of the `tinyts` dialect."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import (
    BytesAttr,
    DenseIntOrFPElementsAttr,
    IntegerType,
    Signedness,
    TensorType,
    f32,
    i8,
    i16,
    i32,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Quant, QuantAttr
from tinyts_dialect.windows import Rect

ui8 = IntegerType(8, Signedness.UNSIGNED)

DTYPES = {
    i8: np.dtype("<i1"),
    ui8: np.dtype("<u1"),
    i16: np.dtype("<i2"),
    i32: np.dtype("<i4"),
    f32: np.dtype("<f4"),
}
"""NumPy types of the element types that the dialect knows."""

QUANTIZED_TYPES = (i8, ui8, i16, i32)
"""Element types of quantized tensors; all but int8 occur only at a network's ends."""

MAX_ELEMENTS = 1 << 26
"""Largest tensor, in elements; a microcontroller has memory for far less."""


def is_activation(value: SSAValue) -> bool:
    """Whether a value is a quantized or float tensor, not weights or a bias."""
    type_ = value.type
    return isinstance(type_, TensorType) and (
        isinstance(type_.encoding, QuantAttr) or type_.element_type == f32
    )


def activation_type(
    shape: Sequence[int], quant: Quant | None, dtype: str = "int8"
) -> TensorType[Attribute]:
    """The type of an activation tensor; float32 has no quantization."""
    element = next(type_ for type_ in DTYPES if DTYPES[type_].name == dtype)
    if quant is None:
        return TensorType(element, shape)
    return TensorType(element, shape, QuantAttr(quant))


def tensor_type(value: SSAValue | Attribute) -> TensorType[Attribute]:
    """The tensor type of a value; VerifyException for anything else."""
    type_ = value.type if isinstance(value, SSAValue) else value
    if not isinstance(type_, TensorType):
        raise VerifyException(f"expected a tensor, found {type_}")
    return type_


def shape_of(value: SSAValue | Attribute) -> tuple[int, ...]:
    """The shape of a tensor value."""
    return tensor_type(value).get_shape()


def quant_of(value: SSAValue | Attribute) -> Quant:
    """The quantization of an int8 activation; VerifyException where it has none."""
    type_ = tensor_type(value)
    if type_.element_type != i8 or not isinstance(type_.encoding, QuantAttr):
        raise VerifyException(f"expected a quantized int8 tensor, found {type_}")
    verify_size(type_.get_shape())
    quant = type_.encoding.data
    if not -128 <= quant.zero_point <= 127:
        raise VerifyException(f"zero point {quant.zero_point} is not an int8")
    return quant


def verify_depth(value: SSAValue, most: int, reason: str) -> None:
    """VerifyException if the last dimension is none, or more than `most`.

    `reason` ends the sentence "the most ...".
    """
    shape = shape_of(value)
    if not shape or shape[-1] > most:
        raise VerifyException(
            f"shape {list(shape)} has no last dimension of 1 to {most}, "
            f"the most {reason}"
        )


def end_quant_of(value: SSAValue | Attribute) -> Quant | None:
    """The quantization of what may be a network's input or output; None of floats.

    VerifyException for anything that is neither quantized as int8, uint8, int16 or
    int32 nor float32.
    """
    type_ = tensor_type(value)
    if type_.element_type == i8:
        return quant_of(type_)
    verify_size(type_.get_shape())
    if type_.element_type == f32 and not isinstance(type_.encoding, QuantAttr):
        return None
    if type_.element_type not in QUANTIZED_TYPES or not isinstance(
        type_.encoding, QuantAttr
    ):
        raise VerifyException(
            f"expected a quantized integer tensor or a float32 tensor, "
            f"found {type_}"
        )
    quant = type_.encoding.data
    limits = np.iinfo(DTYPES[type_.element_type])
    if not limits.min <= quant.zero_point <= limits.max:
        raise VerifyException(
            f"zero point {quant.zero_point} is not an {limits.dtype.name}"
        )
    return quant


def dtype_of(value: SSAValue | Attribute) -> np.dtype[np.generic]:
    """The NumPy type of a tensor's elements."""
    return DTYPES[tensor_type(value).element_type]


def verify_size(shape: Sequence[int]) -> None:
    """Raises VerifyException where a dimension is unknown or 0, or all are too much."""
    if any(size < 1 for size in shape):
        known = ", ".join("?" if size < 0 else str(size) for size in shape)
        raise VerifyException(
            f"shape [{known}] has an unknown or empty dimension; every dimension must "
            "be at least 1"
        )
    if prod(shape) > MAX_ELEMENTS:
        raise VerifyException(
            f"shape {list(shape)} has more than {MAX_ELEMENTS} elements"
        )


def is_image(shape: Sequence[int]) -> bool:
    """Whether a shape is [1, H, W, C]."""
    return len(shape) == 4 and shape[0] == 1


def verify_image(value: SSAValue) -> tuple[int, ...]:
    """The shape of a [1, H, W, C] tensor; VerifyException for others."""
    shape = shape_of(value)
    if len(shape) == 4 and shape[0] != 1:
        raise VerifyException(f"batch is {shape[0]}; only batch 1 is supported")
    if not is_image(shape):
        raise VerifyException(f"input has shape {list(shape)}, expected [1, H, W, C]")
    return shape


def image_shape(shape: Sequence[int]) -> tuple[int, int, int]:
    """Height, width and channels of a tensor, as the kernels see it.

    [1, H, W, C], [H, W, C], [W, C] and [C] are images; leading dimensions of higher
    ranks are rows.
    """
    padded = (1,) * max(0, 3 - len(shape)) + tuple(shape)
    return prod(padded[:-2]), padded[-2], padded[-1]


def byte_image(value: SSAValue | Attribute) -> tuple[int, int, int]:
    """Height, width and bytes of a pixel of a tensor."""
    height, width, channels = image_shape(shape_of(value))
    return height, width, channels * dtype_of(value).itemsize


def whole_rect(shape: Sequence[int]) -> Rect:
    """All rows and columns of a tensor of that shape."""
    height, width, _ = image_shape(shape)
    return Rect(0, height, 0, width)


def with_rect(type_: TensorType[Attribute], rect: Rect) -> TensorType[Attribute]:
    """The type of a rectangle of a rank-4 tensor."""
    return _resized(type_, rect.height, rect.width)


@lru_cache(maxsize=1024)
def _resized(
    type_: TensorType[Attribute], height: int, width: int
) -> TensorType[Attribute]:
    """One type for all slices of a size: there are thousands of few sizes."""
    batch, _, _, channels = type_.get_shape()
    shape = (batch, height, width, channels)
    return TensorType(type_.element_type, shape, type_.encoding)


def dense(array: npt.NDArray[np.generic]) -> DenseIntOrFPElementsAttr:
    """A constant of the array's shape and type, one of `DTYPES`."""
    element = next(type_ for type_, dtype in DTYPES.items() if dtype == array.dtype)
    data = np.ascontiguousarray(array, DTYPES[element]).tobytes()
    return DenseIntOrFPElementsAttr(TensorType(element, array.shape), BytesAttr(data))


def verify_constant(
    attribute: DenseIntOrFPElementsAttr, *types: Attribute
) -> None:
    """Raises VerifyException where a constant is of another type or incomplete."""
    element = attribute.get_element_type()
    known = types or tuple(DTYPES)
    if element not in known:
        raise VerifyException(
            f"a constant of type {element}; expected "
            f"{' or '.join(str(type_) for type_ in known)}"
        )
    if not attribute.shape_is_complete:
        raise VerifyException("the value does not fill its shape")


def to_array(attribute: DenseIntOrFPElementsAttr) -> npt.NDArray[np.generic]:
    """The contents of a constant, read-only."""
    dtype = DTYPES[attribute.get_element_type()]
    return np.frombuffer(attribute.data.data, dtype).reshape(attribute.get_shape())
