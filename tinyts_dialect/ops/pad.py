"""`tinyts.pad`: TFLite's PAD and PADV2 on rows, columns and channels."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, TensorType
from xdsl.ir import Attribute
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
)
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import PadsAttr, PairAttr
from tinyts_dialect.interfaces import Array, WindowedOp
from tinyts_dialect.reference import pad_image
from tinyts_dialect.tensors import quant_of, verify_image
from tinyts_dialect.windows import Pads, Window


@irdl_op_definition
class PadOp(WindowedOp):
    """Adds pixels, and channels before and after, that hold one value.

    Negative pads of rows and columns crop: a part that lies wholly in the padding still
    reads one input pixel, and none of it arrives.
    """

    name = "tinyts.pad"

    input = operand_def(TensorType)
    pads = prop_def(PadsAttr)
    channel_pads = opt_prop_def(PairAttr)
    value = opt_prop_def(IntegerAttr)
    """What the padding holds; the zero point where absent."""
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def get_window(self) -> Window:
        return Window((1, 1), pads=self.pads.data)

    def window_property(self, window: Window) -> Mapping[str, Attribute]:
        return {"pads": PadsAttr(window.pads)}

    def channels_before_and_after(self) -> tuple[int, int]:
        """Channels added in front and behind."""
        return (0, 0) if self.channel_pads is None else self.channel_pads.data

    def padding_value(self) -> int:
        """The stored value of what is added."""
        if self.value is None:
            return quant_of(self.result).zero_point
        return self.value.value.data

    def is_identity(self) -> bool:
        """Whether nothing is added."""
        return (
            self.pads.data == Pads(0, 0, 0, 0)
            and self.channels_before_and_after() == (0, 0)
        )

    def verify_(self) -> None:
        shape = verify_image(self.input)
        if quant_of(self.input) != quant_of(self.result):
            raise VerifyException("input and result differ in quantization")
        before, after = self.channels_before_and_after()
        if before < 0 or after < 0:
            raise VerifyException("channel pads must not be negative")
        if not -128 <= self.padding_value() <= 127:
            raise VerifyException(f"value {self.padding_value()} is not an int8")
        pads = self.pads.data
        self.verify_output(
            (
                shape[0],
                shape[1] + pads.top + pads.bottom,
                shape[2] + pads.left + pads.right,
                shape[3] + before + after,
            )
        )

    def evaluate(self, *operands: Array) -> Array:
        value = self.padding_value()
        grown = pad_image(operands[0].astype(np.int64), self.pads.data, value)
        widths = ((0, 0), (0, 0), (0, 0), self.channels_before_and_after())
        return np.pad(grown, widths, constant_values=value).astype(np.int8)


OPERATIONS = (PadOp,)
