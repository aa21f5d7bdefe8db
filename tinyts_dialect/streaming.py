"""What the steps of a reduction that consumes its input by rows share."""

from __future__ import annotations

import abc

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import IntegerAttr, TensorType, i32
from xdsl.irdl import operand_def, opt_operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import PairAttr
from tinyts_dialect.interfaces import Array, TensorOp
from tinyts_dialect.reference import Int64Array
from tinyts_dialect.tensors import quant_of, shape_of


class StepOp(TensorOp):
    """Adds rows of a [1, `height`, W, C] input to an accumulator tensor<1x1x1xNxi32>.

    `rows` says which. The first step has no accumulator and begins one; the last step's
    result is that of the whole reduction; all others return the accumulator. It is the
    first operand, so that depth first the steps before come before the input.
    """

    accumulator = opt_operand_def(TensorType)
    input = operand_def(TensorType)
    rows = prop_def(PairAttr)
    height = prop_def(IntegerAttr)
    """Rows of the whole input."""
    result = result_def(TensorType)

    def is_first(self) -> bool:
        """Whether the step begins the accumulator."""
        return self.rows.data[0] == 0

    def is_last(self) -> bool:
        """Whether the step's result is that of the whole reduction."""
        return self.rows.data[1] == self.height.value.data

    @abc.abstractmethod
    def accumulators(self) -> int:
        """Number of int32 in the accumulator."""

    def final_shape(self) -> tuple[int, ...]:
        """The shape of the last step's result."""
        return (1, 1, 1, self.accumulators())

    @abc.abstractmethod
    def add_rows(self, sums: Int64Array, *operands: Array) -> Int64Array:
        """The accumulator [N] and the input's rows, added up."""

    @abc.abstractmethod
    def finish(self, sums: Int64Array) -> npt.NDArray[np.int8]:
        """The result [N] of the complete accumulator."""

    def verify_(self) -> None:
        first, last = self.rows.data
        height = self.height.value.data
        if not 0 <= first < last <= height:
            raise VerifyException(
                f"rows [{first}, {last}) do not exist in an input of {height} rows"
            )
        shape = shape_of(self.input)
        quant_of(self.input)
        if len(shape) != 4 or shape[:2] != (1, last - first):
            raise VerifyException(
                f"input has shape {list(shape)}, expected [1, {last - first}, W, C]"
            )
        if self.rect is not None:
            raise VerifyException("a step computes no part of its result: no rect")
        if (self.accumulator is None) != self.is_first():
            raise VerifyException(
                "only the first step has no accumulator"
                if self.accumulator is None
                else "the first step begins the accumulator; it is given none"
            )
        self.verify_step()
        expected = TensorType(i32, (1, 1, 1, self.accumulators()))
        if self.accumulator is not None and self.accumulator.type != expected:
            raise VerifyException(
                f"accumulator has type {self.accumulator.type}, not {expected}"
            )
        if self.is_last():
            self.verify_output(self.final_shape())
            self.verify_last()
        elif self.result.type != expected:
            raise VerifyException(
                f"result has type {self.result.type}; before the last row it is the "
                f"accumulator {expected}"
            )

    def verify_step(self) -> None:
        """Checks what holds for every step."""

    def verify_last(self) -> None:
        """Checks what holds for the last step, whose result is quantized."""

    def evaluate(self, *operands: Array) -> Array:
        sums = np.zeros(self.accumulators(), np.int64)
        if self.accumulator is not None:
            sums = operands[0].reshape(-1).astype(np.int64)
            operands = operands[1:]
        sums = self.add_rows(sums, *operands).astype(np.int32)  # modulo 2**32
        if not self.is_last():
            return sums.reshape(1, 1, 1, -1)
        return self.finish(sums.astype(np.int64)).reshape(self.final_shape())
