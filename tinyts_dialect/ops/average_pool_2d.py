"""`tinyts.average_pool_2d`: TFLite's AVERAGE_POOL_2D with explicit pads."""

from __future__ import annotations

import numpy as np
from xdsl.irdl import irdl_op_definition

from tinyts_dialect.interfaces import Array
from tinyts_dialect.pooling import PoolOp
from tinyts_dialect.reference import clamped, window_taps


@irdl_op_definition
class AveragePool2DOp(PoolOp):
    """The mean of the taps inside the input, halves rounded away from zero."""

    name = "tinyts.average_pool_2d"

    def evaluate(self, *operands: Array) -> Array:
        x = operands[0].astype(np.int64)
        window = self.window.data
        sums = window_taps(x, window, 0).sum(axis=(4, 5))
        counts = window_taps(np.ones_like(x), window, 0).sum(axis=(4, 5))
        means = np.sign(sums) * ((np.abs(sums) + counts // 2) // counts)
        return clamped(means, self.clamp.data)


OPERATIONS = (AveragePool2DOp,)
