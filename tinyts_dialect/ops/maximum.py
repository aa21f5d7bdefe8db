"""`tinyts.maximum`: TFLite's MAXIMUM."""

from __future__ import annotations

import numpy as np
from xdsl.irdl import irdl_op_definition

from tinyts_dialect.interfaces import Array
from tinyts_dialect.pairs import PairOp


@irdl_op_definition
class MaximumOp(PairOp):
    """The greater of two stored values, whatever their quantization."""

    name = "tinyts.maximum"

    def evaluate(self, *operands: Array) -> Array:
        return np.maximum(*operands)


OPERATIONS = (MaximumOp,)
