"""`tinyts.mean_step`: a mean over rows and columns, some rows at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from xdsl.irdl import irdl_op_definition

from tinyts_dialect.attributes import Clamp
from tinyts_dialect.interfaces import Array, verifying_multipliers
from tinyts_dialect.multipliers import Multiplier, requantize
from tinyts_dialect.ops.mean import mean_multiplier
from tinyts_dialect.reference import Int64Array, clamped
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tensors import quant_of, shape_of


@irdl_op_definition
class MeanStepOp(StepOp):
    """One sum a channel, of the differences to the zero point."""

    name = "tinyts.mean_step"

    assembly_format = (
        "(`sums` `(` $accumulator^ `)`)? `input` `(` $input `)` attr-dict "
        "`:` functional-type(operands, results)"
    )

    def accumulators(self) -> int:
        return shape_of(self.input)[3]

    def verify_last(self) -> None:
        with verifying_multipliers():
            self.multiplier()

    def multiplier(self) -> Multiplier:
        """As that of the whole mean; only the last step knows the result's scale."""
        count = self.height.value.data * shape_of(self.input)[2]
        return mean_multiplier(quant_of(self.input), quant_of(self.result), count)

    def add_rows(self, sums: Int64Array, *operands: Array) -> Int64Array:
        x = operands[0].astype(np.int64) - quant_of(self.input).zero_point
        return sums + x.sum(axis=(0, 1, 2))

    def finish(self, sums: Int64Array) -> npt.NDArray[np.int8]:
        scaled = requantize(sums, *self.multiplier())
        return clamped(scaled + quant_of(self.result).zero_point, Clamp(-128, 127))


OPERATIONS = (MeanStepOp,)
