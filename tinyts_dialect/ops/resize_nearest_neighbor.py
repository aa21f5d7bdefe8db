"""`tinyts.resize_nearest_neighbor`: TFLite's RESIZE_NEAREST_NEIGHBOR."""

from __future__ import annotations

from xdsl.irdl import irdl_op_definition

from tinyts_dialect.interfaces import Array
from tinyts_dialect.resizing import Indices, ResizeOp, nearest_indices


@irdl_op_definition
class ResizeNearestNeighborOp(ResizeOp):
    """Each pixel is one of the input."""

    name = "tinyts.resize_nearest_neighbor"

    def reads(self, axis: int, first: int, last: int) -> tuple[int, int]:
        indices = nearest_indices(self.axis(axis))
        return int(indices[first]), int(indices[last - 1]) + 1

    def taps(self, axis: int) -> Indices:
        """The row or column of the whole input that each output of the whole is."""
        return nearest_indices(self.axis(axis))

    def evaluate(self, *operands: Array) -> Array:
        here, start = self.output_rect(), self.start()
        rows = self.taps(0)[here.y0 : here.y1] - start[0]
        columns = self.taps(1)[here.x0 : here.x1] - start[1]
        return operands[0][:, rows][:, :, columns]


OPERATIONS = (ResizeNearestNeighborOp,)
