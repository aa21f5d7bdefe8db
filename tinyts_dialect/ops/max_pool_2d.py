"""`tinyts.max_pool_2d`: TFLite's MAX_POOL_2D with explicit pads."""

from __future__ import annotations

import numpy as np
from xdsl.irdl import irdl_op_definition

from tinyts_dialect.interfaces import Array
from tinyts_dialect.pooling import PoolOp
from tinyts_dialect.reference import clamped, window_taps


@irdl_op_definition
class MaxPool2DOp(PoolOp):
    """The largest tap inside the input."""

    name = "tinyts.max_pool_2d"

    def evaluate(self, *operands: Array) -> Array:
        taps = window_taps(operands[0].astype(np.int64), self.window.data, -128)
        return clamped(taps.max(axis=(4, 5)), self.clamp.data)


OPERATIONS = (MaxPool2DOp,)
