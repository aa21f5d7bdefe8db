"""What the pools share."""

from __future__ import annotations

from collections.abc import Mapping

from xdsl.dialects.builtin import TensorType
from xdsl.ir import Attribute
from xdsl.irdl import operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ClampAttr, WindowAttr
from tinyts_dialect.convolution import verify_window_output
from tinyts_dialect.interfaces import WindowedOp
from tinyts_dialect.tensors import quant_of
from tinyts_dialect.windows import Window


class PoolOp(WindowedOp):
    """[1, H, W, C] gives [1, H', W', C] of the same quantization."""

    input = operand_def(TensorType)
    window = prop_def(WindowAttr)
    clamp = prop_def(ClampAttr)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def get_window(self) -> Window:
        return self.window.data

    def window_property(self, window: Window) -> Mapping[str, Attribute]:
        return {"window": WindowAttr(window)}

    def verify_(self) -> None:
        window = self.window.data
        verify_window_output(self, self.input, window)
        if window.dilation != (1, 1):
            raise VerifyException("pools have no dilation")
        if quant_of(self.input) != quant_of(self.result):
            raise VerifyException("a pool's input and result differ in quantization")
