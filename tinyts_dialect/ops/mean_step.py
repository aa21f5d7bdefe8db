"""`tinyts.mean_step`: a mean or sum over rows and columns, some rows at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import UnitAttr
from xdsl.irdl import irdl_op_definition, opt_prop_def

from tinyts_dialect.attributes import Clamp
from tinyts_dialect.interfaces import Array, verifying_multipliers
from tinyts_dialect.multipliers import Multiplier, requantize
from tinyts_dialect.ops.mean import mean_multiplier, verify_sum
from tinyts_dialect.reference import Int64Array, clamped
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tensors import quant_of, shape_of


@irdl_op_definition
class MeanStepOp(StepOp):
    """One sum a channel, of the differences to the zero point."""

    name = "tinyts.mean_step"

    sum = opt_prop_def(UnitAttr)
    """The sum instead of the mean, as in `tinyts.mean`."""

    assembly_format = (
        "(`sums` `(` $accumulator^ `)`)? `input` `(` $input `)` attr-dict "
        "`:` functional-type(operands, results)"
    )

    def accumulators(self) -> int:
        return shape_of(self.input)[3]

    def verify_last(self) -> None:
        with verifying_multipliers():
            multiplier = self.multiplier()
        verify_sum(self.count(), multiplier)

    def count(self) -> int:
        """How many elements of the whole input make one of the result."""
        return self.height.value.data * shape_of(self.input)[2]

    def multiplier(self) -> Multiplier:
        """As that of the whole mean; only the last step knows the result's scale."""
        divisor = self.count() if self.sum is None else 1
        return mean_multiplier(quant_of(self.input), quant_of(self.result), divisor)

    def add_rows(self, sums: Int64Array, *operands: Array) -> Int64Array:
        x = operands[0].astype(np.int64) - quant_of(self.input).zero_point
        return sums + x.sum(axis=(0, 1, 2))

    def finish(self, sums: Int64Array) -> npt.NDArray[np.int8]:
        scaled = requantize(sums, *self.multiplier())
        return clamped(scaled + quant_of(self.result).zero_point, Clamp(-128, 127))


OPERATIONS = (MeanStepOp,)
