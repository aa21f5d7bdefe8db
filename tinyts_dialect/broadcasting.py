"""What element-wise operations on two tensors share."""

from __future__ import annotations

from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.tensors import image_shape, quant_of, shape_of


def broadcast_shape(lhs: SSAValue, rhs: SSAValue) -> tuple[int, ...]:
    """The result's shape: dimensions are equal or 1; missing ones in front are 1."""
    left, right = shape_of(lhs), shape_of(rhs)
    quant_of(lhs)
    quant_of(rhs)
    rank = max(len(left), len(right))
    left = (1,) * (rank - len(left)) + left
    right = (1,) * (rank - len(right)) + right
    for a, b in zip(left, right, strict=True):
        if a != b and 1 not in (a, b):
            raise VerifyException(
                f"shapes {list(left)} and {list(right)} do not broadcast"
            )
    shape = tuple(max(a, b) for a, b in zip(left, right, strict=True))
    for operand in (left, right):
        pairs = zip(image_shape(operand), image_shape(shape), strict=True)
        if any(size not in (1, whole) for size, whole in pairs):
            raise VerifyException(
                f"shape {list(operand)} broadcasts to {list(shape)} in a dimension "
                "before the last three"
            )
    return shape
