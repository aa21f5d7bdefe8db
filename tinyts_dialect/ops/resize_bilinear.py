"""`tinyts.resize_bilinear`: TFLite's RESIZE_BILINEAR in integers."""

from __future__ import annotations

import numpy as np
from xdsl.irdl import irdl_op_definition
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.interfaces import Array
from tinyts_dialect.resizing import ONE, ResizeOp, bilinear_indices

MAX_SIZE = 1 << 15
"""Most rows or columns: positions are kept in 32 bits."""


@irdl_op_definition
class ResizeBilinearOp(ResizeOp):
    """Interpolates between two rows and two columns; halves away from zero."""

    name = "tinyts.resize_bilinear"

    def verify_(self) -> None:
        super().verify_()
        if max(*self.sizes.data, *self.output_sizes.data) > MAX_SIZE:
            raise VerifyException(f"sizes must be at most {MAX_SIZE}")

    def reads(self, axis: int, first: int, last: int) -> tuple[int, int]:
        lower, upper, _ = bilinear_indices(self.axis(axis))
        low = int(lower[first:last].min())
        return low, max(int(upper[first:last].max()), int(lower[last - 1])) + 1

    def evaluate(self, *operands: Array) -> Array:
        here, start = self.output_rect(), self.start()
        y0, y1, wy = (a[here.y0 : here.y1] for a in bilinear_indices(self.axis(0)))
        x0, x1, wx = (a[here.x0 : here.x1] for a in bilinear_indices(self.axis(1)))
        x = operands[0].astype(np.int64)
        upper, lower = x[:, y0 - start[0]], x[:, y1 - start[0]]
        rows, columns = wy[:, None, None].astype(np.int64), wx[:, None].astype(np.int64)
        left, right = x0 - start[1], x1 - start[1]
        total = (
            upper[:, :, left] * (ONE - rows) * (ONE - columns)
            + lower[:, :, left] * rows * (ONE - columns)
            + upper[:, :, right] * (ONE - rows) * columns
            + lower[:, :, right] * rows * columns
        )
        rounded = total + np.where(total > 0, ONE * ONE // 2, -ONE * ONE // 2)
        quotient = np.abs(rounded) // (ONE * ONE) * np.sign(rounded)
        return quotient.astype(np.int8)


OPERATIONS = (ResizeBilinearOp,)
