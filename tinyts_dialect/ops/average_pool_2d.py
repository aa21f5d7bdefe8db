"""`tinyts.average_pool_2d`: TFLite's AVERAGE_POOL_2D with explicit pads."""

from __future__ import annotations

import numpy as np
from xdsl.irdl import irdl_op_definition
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.interfaces import Array
from tinyts_dialect.pooling import PoolOp
from tinyts_dialect.reference import clamped, window_taps
from tinyts_dialect.tensors import shape_of


@irdl_op_definition
class AveragePool2DOp(PoolOp):
    """The mean of the taps inside the input, halves rounded away from zero."""

    name = "tinyts.average_pool_2d"

    def verify_(self) -> None:
        super().verify_()
        window, shape = self.window.data, shape_of(self.input)
        for axis in (0, 1):
            size, before = shape[axis + 1], window.pads[2 * axis]
            last = (window.output_size(axis, size) - 1) * window.stride[axis] - before
            if not (-size < before < window.kernel[axis] and last < size):
                raise VerifyException("a window lies wholly in the padding")

    def evaluate(self, *operands: Array) -> Array:
        x = operands[0].astype(np.int64)
        window = self.window.data
        sums = window_taps(x, window, 0).sum(axis=(4, 5))
        counts = window_taps(np.ones_like(x), window, 0).sum(axis=(4, 5))
        means = np.sign(sums) * ((np.abs(sums) + counts // 2) // counts)
        return clamped(means, self.clamp.data)


OPERATIONS = (AveragePool2DOp,)
