"""`tinyts.minimum`: TFLite's MINIMUM."""

from __future__ import annotations

import numpy as np
from xdsl.irdl import irdl_op_definition

from tinyts_dialect.interfaces import Array
from tinyts_dialect.pairs import PairOp


@irdl_op_definition
class MinimumOp(PairOp):
    """The lesser of two stored values, whatever their quantization."""

    name = "tinyts.minimum"

    def evaluate(self, *operands: Array) -> Array:
        return np.minimum(*operands)


OPERATIONS = (MinimumOp,)
