"""What RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR share: sizes, parts, positions.

Positions are computed as TensorFlow Lite Micro computes them: of the nearest neighbour
in single precision, of bilinear interpolation in 1/1024 of an input row or column.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import TensorType, UnitAttr
from xdsl.ir import Attribute
from xdsl.irdl import operand_def, opt_prop_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import PairAttr
from tinyts_dialect.interfaces import SplittableOpInterface, TensorOp
from tinyts_dialect.tensors import quant_of, shape_of, verify_image
from tinyts_dialect.windows import Rect

ONE = 1 << 10
"""A row or column in the units of bilinear positions."""

Indices = npt.NDArray[np.int32]


class Scale(NamedTuple):
    """How outputs of one axis lie on its inputs: output i at i * step + offset."""

    step: int
    offset: int


class Axis(NamedTuple):
    """One axis of the whole tensor."""

    inputs: int
    outputs: int
    align_corners: bool
    half_pixel_centers: bool


def bilinear_scale(axis: Axis) -> Scale:
    """Step and offset in units of 1/1024."""
    aligned = axis.align_corners and axis.outputs > 1
    inputs, outputs = axis.inputs - aligned, axis.outputs - aligned
    step = (ONE * inputs + outputs // 2) // outputs
    return Scale(step, step // 2 - ONE // 2 if axis.half_pixel_centers else 0)


@lru_cache(maxsize=256)
def nearest_indices(axis: Axis) -> Indices:
    """The input of each output."""
    single = np.float32
    if axis.align_corners and axis.outputs > 1:
        scale = single(axis.inputs - 1) / single(axis.outputs - 1)
    else:
        scale = single(axis.inputs) / single(axis.outputs)
    offset = single(0.5 if axis.half_pixel_centers else 0)
    at = (np.arange(axis.outputs, dtype=single) + offset) * scale
    # To nearest, halves away from zero: positions are not negative.
    fraction = at - np.floor(at)
    whole = np.floor(at) + (axis.align_corners & (fraction >= single(0.5)))
    return np.clip(whole, 0, axis.inputs - 1).astype(np.int32)


@lru_cache(maxsize=256)
def bilinear_indices(axis: Axis) -> tuple[Indices, Indices, Indices]:
    """Of each output the lower and upper input, and the weight of the upper."""
    scale = bilinear_scale(axis)
    at = np.arange(axis.outputs, dtype=np.int64) * scale.step + scale.offset
    lower = np.maximum(at, 0) // ONE
    upper = np.minimum((at + ONE - 1) // ONE, axis.inputs - 1)
    return tuple(a.astype(np.int32) for a in (lower, upper, at - ONE * lower))


class ResizeOp(TensorOp, SplittableOpInterface):
    """[1, H, W, C] gives [1, H', W', C] of the same quantization.

    `sizes` and `output_sizes` are rows and columns of the whole input and result;
    `origin` is the row and column at which the operand lies in the whole input.
    """

    input = operand_def(TensorType)
    sizes = prop_def(PairAttr)
    output_sizes = prop_def(PairAttr)
    origin = opt_prop_def(PairAttr)
    align_corners = opt_prop_def(UnitAttr)
    half_pixel_centers = opt_prop_def(UnitAttr)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def axis(self, number: int) -> Axis:
        """Rows (0) or columns (1) of the whole tensor."""
        return Axis(
            self.sizes.data[number],
            self.output_sizes.data[number],
            self.align_corners is not None,
            self.half_pixel_centers is not None,
        )

    def start(self) -> tuple[int, int]:
        """The row and column of the whole input at which the operand begins."""
        return (0, 0) if self.origin is None else self.origin.data

    def reads(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """The inputs [lo, hi) that outputs first..last-1 of the whole read."""
        raise NotImplementedError

    def _needed(self, output: Rect) -> Rect:
        """What a part of this op's result reads, in the whole input."""
        here = self.output_rect()
        rows = self.reads(0, here.y0 + output.y0, here.y0 + output.y1)
        columns = self.reads(1, here.x0 + output.x0, here.x0 + output.x1)
        return Rect(*rows, *columns)

    def _taken(self, output: Rect) -> Rect:
        """The part of the whole input that a part of the result gets.

        All columns of the result stand for all columns of the operand, also for those
        that are not read.
        """
        needed, start = self._needed(output), self.start()
        if output[2:] != (0, shape_of(self.result)[2]):
            return needed
        width = shape_of(self.input)[2]
        return needed._replace(x0=start[1], x1=start[1] + width)

    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        start = self.start()
        return (self._taken(output).shifted(-start[0], -start[1]),)

    def properties_for(self, output: Rect) -> Mapping[str, Attribute]:
        taken = self._taken(output)
        return {"origin": PairAttr((taken.y0, taken.x0))}

    def verify_(self) -> None:
        shape = verify_image(self.input)
        if quant_of(self.input) != quant_of(self.result):
            raise VerifyException("input and result differ in quantization")
        if min(*self.sizes.data, *self.output_sizes.data) < 1:
            raise VerifyException("sizes must be at least 1")
        if self.align_corners is not None and self.half_pixel_centers is not None:
            raise VerifyException("corners are aligned, or pixels have half centres")
        here = self.output_rect()
        self.verify_output((1, here.height, here.width, shape[3]))
        if here.y1 > self.output_sizes.data[0] or here.x1 > self.output_sizes.data[1]:
            raise VerifyException(
                f"the result ends at {(here.y1, here.x1)}, behind output_sizes "
                f"{self.output_sizes.data}"
            )
        whole = Rect(0, here.height, 0, here.width)
        needed, start = self._needed(whole), self.start()
        present = Rect(start[0], start[0] + shape[1], start[1], start[1] + shape[2])
        if not present.contains(needed):
            raise VerifyException(
                f"rectangle {tuple(needed)} is read, the input is {tuple(present)}"
            )
