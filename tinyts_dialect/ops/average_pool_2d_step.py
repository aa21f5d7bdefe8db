"""`tinyts.average_pool_2d_step`: an average over all pixels, some rows at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from xdsl.irdl import irdl_op_definition, prop_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ClampAttr, WindowAttr
from tinyts_dialect.interfaces import Array
from tinyts_dialect.reference import Int64Array, clamped
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tensors import quant_of, shape_of
from tinyts_dialect.windows import Window


def covers(window: Window, height: int, width: int) -> bool:
    """Whether a window has one position, from which it sees the whole input."""
    return all(
        window.output_size(axis, size) == 1
        and window.dilation[axis] == 1
        and 0 <= window.pads[2 * axis]
        and size <= window.kernel[axis] - window.pads[2 * axis]
        for axis, size in enumerate((height, width))
    )


@irdl_op_definition
class AveragePool2DStepOp(StepOp):
    """One sum a channel; `window` is that of the pool and covers the whole input."""

    name = "tinyts.average_pool_2d_step"

    window = prop_def(WindowAttr)
    clamp = prop_def(ClampAttr)

    assembly_format = (
        "(`sums` `(` $accumulator^ `)`)? `input` `(` $input `)` attr-dict "
        "`:` functional-type(operands, results)"
    )

    def accumulators(self) -> int:
        return shape_of(self.input)[3]

    def verify_step(self) -> None:
        height, width = self.height.value.data, shape_of(self.input)[2]
        if not covers(self.window.data, height, width):
            raise VerifyException(
                f"the window does not cover an input of {height}x{width} at once"
            )

    def verify_last(self) -> None:
        if quant_of(self.input) != quant_of(self.result):
            raise VerifyException("a pool's input and result differ in quantization")

    def add_rows(self, sums: Int64Array, *operands: Array) -> Int64Array:
        return sums + operands[0].astype(np.int64).sum(axis=(0, 1, 2))

    def finish(self, sums: Int64Array) -> npt.NDArray[np.int8]:
        count = self.height.value.data * shape_of(self.input)[2]
        means = np.sign(sums) * ((np.abs(sums) + count // 2) // count)
        return clamped(means, self.clamp.data)


OPERATIONS = (AveragePool2DStepOp,)
