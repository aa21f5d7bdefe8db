"""`tinyts.strided_slice`: TFLite's STRIDED_SLICE, SPLIT, UNPACK, as a copy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import PairAttr, WindowAttr
from tinyts_dialect.interfaces import Array, WindowedOp
from tinyts_dialect.reference import pad_image
from tinyts_dialect.tensors import quant_of, shape_of, verify_image
from tinyts_dialect.windows import Window


@irdl_op_definition
class StridedSliceOp(WindowedOp):
    """Every n-th row, column and channel of a part of a [1, H, W, C] tensor.

    `window` is one pixel that moves by the strides; its negative pads crop. `channels`
    is the first channel and the stride from one to the next.
    """

    name = "tinyts.strided_slice"

    input = operand_def(TensorType)
    window = prop_def(WindowAttr)
    channels = prop_def(PairAttr)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def get_window(self) -> Window:
        return self.window.data

    def window_property(self, window: Window) -> Mapping[str, Attribute]:
        return {"window": WindowAttr(window)}

    def verify_(self) -> None:
        shape, window = verify_image(self.input), self.window.data
        if quant_of(self.input) != quant_of(self.result):
            raise VerifyException("input and result differ in quantization")
        if window.kernel != (1, 1) or window.dilation != (1, 1):
            raise VerifyException("the window of a slice is one pixel")
        if max(window.pads) > 0:
            raise VerifyException("a slice must lie in its input: pads crop")
        first, stride = self.channels.data
        count = shape_of(self.result)[-1]
        if first < 0 or stride < 1 or first + (count - 1) * stride >= shape[3]:
            raise VerifyException(
                f"{count} channels from {first} by {stride} are not in {shape[3]}"
            )
        sizes = [window.output_size(axis, shape[1 + axis]) for axis in (0, 1)]
        self.verify_output((1, *sizes, count))

    def evaluate(self, *operands: Array) -> Array:
        window, (first, stride) = self.window.data, self.channels.data
        cropped = pad_image(operands[0].astype(np.int64), window.pads, 0)
        picked = cropped[:, :: window.stride[0], :: window.stride[1], first::stride]
        return picked[..., : shape_of(self.result)[-1]].astype(np.int8)


OPERATIONS = (StridedSliceOp,)
