"""Entries of RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""

from __future__ import annotations

from collections.abc import Callable

import tflite
from xdsl.dialects.builtin import UnitAttr
from xdsl.ir import SSAValue

from tinyts_dialect.attributes import PairAttr
from tinyts_dialect.ops.resize_bilinear import ResizeBilinearOp
from tinyts_dialect.ops.resize_nearest_neighbor import ResizeNearestNeighborOp
from tinyts_dialect.resizing import ResizeOp
from tinyts_dialect.tensors import shape_of
from tools.operator_entry import OperatorEntry
from tools.operator_reader import OperatorReader

Options = (
    type[tflite.ResizeBilinearOptions] | type[tflite.ResizeNearestNeighborOptions]
)

SUPPORTS = "any sizes, align_corners or half_pixel_centers or neither"


def _reader_of(
    kind: type[ResizeOp], table: Options
) -> Callable[[OperatorReader], SSAValue]:
    def read(reader: OperatorReader) -> SSAValue:
        options = reader.options(table)
        input = reader.activation(0)
        sizes = [int(size) for size in reader.constant(1, "int32").reshape(-1)]
        shape = shape_of(input)
        if len(shape) != 4 or len(sizes) != 2:
            reader.fail("its input must be an image, its sizes two; export it again")
        if reader.output.shape != (shape[0], *sizes, shape[3]):
            reader.fail(
                f"its output has shape {list(reader.output.shape)}, its sizes are "
                f"{sizes}; export the model again"
            )
        properties = {
            "sizes": PairAttr((shape[1], shape[2])),
            "output_sizes": PairAttr((sizes[0], sizes[1])),
        }
        if options.AlignCorners():
            properties["align_corners"] = UnitAttr()
        if options.HalfPixelCenters():
            properties["half_pixel_centers"] = UnitAttr()
        return reader.build(kind, [input], properties)

    return read


ENTRIES = (
    OperatorEntry(
        "RESIZE_BILINEAR",
        ResizeBilinearOp,
        _reader_of(ResizeBilinearOp, tflite.ResizeBilinearOptions),
        SUPPORTS,
        (2, 2),
    ),
    OperatorEntry(
        "RESIZE_NEAREST_NEIGHBOR",
        ResizeNearestNeighborOp,
        _reader_of(ResizeNearestNeighborOp, tflite.ResizeNearestNeighborOptions),
        SUPPORTS,
        (2, 2),
    ),
)
