"""`tinyts.concatenation`: TFLite's CONCATENATION, a copy of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, TensorType
from xdsl.ir import Attribute
from xdsl.irdl import irdl_op_definition, prop_def, result_def, var_operand_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.interfaces import (
    NOTHING,
    Array,
    SplittableOpInterface,
    TensorOp,
)
from tinyts_dialect.tensors import dtype_of, end_quant_of, image_shape, shape_of
from tinyts_dialect.windows import Rect

JOINED = ("int8", "float32")
"""Types of what is joined: activations, or outputs of the network."""


@irdl_op_definition
class ConcatenationOp(TensorOp, SplittableOpInterface):
    """Joins int8 of one quantization, or floats, along an axis (0 is the outermost)."""

    name = "tinyts.concatenation"

    inputs = var_operand_def(TensorType)
    axis = prop_def(IntegerAttr)
    result = result_def(TensorType)

    assembly_format = "$inputs attr-dict `:` functional-type(operands, results)"

    def axis_index(self) -> int:
        """The axis, counted from the outermost dimension."""
        return self.axis.value.data

    def verify_(self) -> None:
        shapes = [shape_of(value) for value in self.inputs]
        axis = self.axis_index()
        if not shapes or not 0 <= axis < len(shapes[0]):
            raise VerifyException(f"axis {axis} does not exist in the inputs")
        first = max(0, len(shapes[0]) - 3)  # what the kernel sees as rows
        if axis < first or (axis == first and prod(shapes[0][:first]) != 1):
            raise VerifyException(
                f"axis {axis} of {list(shapes[0])} is not among the last three, or "
                "dimensions before these are not 1"
            )
        for value, shape in zip(self.inputs, shapes, strict=True):
            rest = shape[:axis] + shape[axis + 1 :]
            if rest != shapes[0][:axis] + shapes[0][axis + 1 :]:
                raise VerifyException(
                    f"shapes {list(shapes[0])} and {list(shape)} do not join on "
                    f"axis {axis}"
                )
            if dtype_of(value) != dtype_of(self.result):
                raise VerifyException("inputs and result differ in their type")
            if end_quant_of(value) != end_quant_of(self.result):
                raise VerifyException("inputs and result differ in quantization")
        if dtype_of(self.result).name not in JOINED:
            raise VerifyException(
                f"values of {dtype_of(self.result).name} are not joined, only "
                f"{' and '.join(JOINED)}"
            )
        total = sum(shape[axis] for shape in shapes)
        self.verify_shape((*shapes[0][:axis], total, *shapes[0][axis + 1 :]))

    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        axis = self.axis_index()
        if axis not in (1, 2):
            return (output,) * len(self.inputs)
        rects: list[Rect | None] = []
        start = 0
        for value in self.inputs:
            height, width, _ = image_shape(shape_of(value))
            place = (start, 0) if axis == 1 else (0, start)
            here = Rect(place[0], place[0] + height, place[1], place[1] + width)
            common = here.intersection(output)
            rects.append(
                common.shifted(-place[0], -place[1]) if common else NOTHING
            )
            start += height if axis == 1 else width
        return tuple(rects)

    def properties_for(self, output: Rect) -> Mapping[str, Attribute]:
        return {}

    def evaluate(self, *operands: Array) -> Array:
        return np.concatenate(operands, axis=self.axis_index())


OPERATIONS = (ConcatenationOp,)
