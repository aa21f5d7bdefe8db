"""`tinyts.transpose_conv`: TFLite's TRANSPOSE_CONV with a bias and an activation."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType
from xdsl.ir import Attribute
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ClampAttr, WindowAttr
from tinyts_dialect.convolution import (
    channel_multipliers,
    verify_bias_and_scales,
    verify_kernel,
    verify_multipliers,
)
from tinyts_dialect.interfaces import Array, SplittableOpInterface, TensorOp
from tinyts_dialect.multipliers import requantize
from tinyts_dialect.reference import Int64Array, clamped
from tinyts_dialect.tensors import quant_of, shape_of
from tinyts_dialect.windows import Pads, Rect, Window


@irdl_op_definition
class TransposeConvOp(TensorOp, SplittableOpInterface):
    """[1, H, W, I] with weights [O, kh, kw, I] and bias [O] gives [1, H', W', O].

    Input pixel (y, x) adds to the output pixels from (y * stride - pad top, x * stride
    - pad left) on, as many as the kernel has. Of the pads those at the top and left
    count; what lies outside the result is dropped. Weights have one scale a channel.
    """

    name = "tinyts.transpose_conv"

    input = operand_def(TensorType)
    weights = operand_def(TensorType)
    bias = operand_def(TensorType)
    window = prop_def(WindowAttr)
    clamp = prop_def(ClampAttr)
    weight_scales = prop_def(DenseIntOrFPElementsAttr)
    result = result_def(TensorType)

    assembly_format = (
        "$input `weights` `(` $weights `,` $bias `)` attr-dict "
        "`:` functional-type(operands, results)"
    )

    def verify_(self) -> None:
        outputs, *_, inputs = verify_kernel(self.weights, self.window.data)
        shape, result = shape_of(self.input), shape_of(self.result)
        quant_of(self.input)
        if len(shape) != 4 or shape[0] != 1 or shape[3] != inputs:
            raise VerifyException(
                f"input has shape {list(shape)}, expected [1, H, W, {inputs}]"
            )
        if self.window.data.dilation != (1, 1):
            raise VerifyException("a transposed convolution has no dilation")
        if len(result) != 4:
            raise VerifyException(f"result has rank {len(result)}, expected 4")
        self.verify_output((1, *result[1:3], outputs))
        verify_bias_and_scales(self.bias, self.weight_scales, outputs)
        verify_multipliers(self.input, self.weight_scales, self.result)

    def macs(self) -> int:
        return prod(shape_of(self.input)) * prod(shape_of(self.weights)[:3])

    def _inputs(self, axis: int, first: int, last: int) -> tuple[int, int]:
        """Inputs that add to outputs first..last-1 along an axis; at least one."""
        window, size = self.window.data, shape_of(self.input)[1 + axis]
        stride, pad = window.stride[axis], window.pads[2 * axis]
        low = -((window.kernel[axis] - 1 - pad - first) // stride)
        high = (last - 1 + pad) // stride + 1
        low = min(max(low, 0), size - 1)
        return low, max(min(high, size), low + 1)

    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        rows = self._inputs(0, output.y0, output.y1)
        return Rect(*rows, *self._inputs(1, output.x0, output.x1)), None, None

    def properties_for(self, output: Rect) -> Mapping[str, Attribute]:
        window, (inputs, *_) = self.window.data, self.operand_rects(output)
        if inputs is None:
            return {}
        top = window.pads.top + output.y0 - inputs.y0 * window.stride[0]
        left = window.pads.left + output.x0 - inputs.x0 * window.stride[1]
        pads = Pads(top, 0, left, 0)
        return {"window": WindowAttr(Window(window.kernel, window.stride, pads))}

    def evaluate(self, *operands: Array) -> Array:
        x, weights, bias = (operand.astype(np.int64) for operand in operands)
        sums = self._sums(x[0] - quant_of(self.input).zero_point, weights)
        quants = channel_multipliers(
            quant_of(self.input), self.weight_scales, quant_of(self.result)
        )
        scaled = requantize(sums[np.newaxis] + bias, *quants)
        return clamped(scaled + quant_of(self.result).zero_point, self.clamp.data)

    def _sums(self, x: Int64Array, weights: Int64Array) -> Int64Array:
        """What all pixels of an [H, W, I] input add up to."""
        window = self.window.data
        _, height, width, outputs = shape_of(self.result)
        sums = np.zeros((height, width, outputs), np.int64)
        for y, x_, ky, kx in np.ndindex(*x.shape[:2], *window.kernel):
            row = y * window.stride[0] - window.pads.top + ky
            column = x_ * window.stride[1] - window.pads.left + kx
            if 0 <= row < height and 0 <= column < width:
                sums[row, column] += weights[:, ky, kx] @ x[y, x_]
        return sums


OPERATIONS = (TransposeConvOp,)
