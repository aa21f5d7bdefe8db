"""Entries of ARG_MAX and ARG_MIN."""

from __future__ import annotations

from xdsl.dialects.builtin import IntegerAttr, UnitAttr, i64
from xdsl.ir import Attribute, SSAValue

from tinyts_dialect.ops.arg_max import CHANNELS, COLUMNS, INDEX_QUANT, ArgMaxOp
from tinyts_dialect.tensors import image_shape, is_image, shape_of
from tools.operator_entry import (
    OperatorEntry,
    check_output_shape,
    with_output_shape,
)
from tools.operator_reader import OperatorReader
from tools.view_building import around, reshaped


def _read_max(reader: OperatorReader) -> SSAValue:
    return _read(reader, {})


def _read_min(reader: OperatorReader) -> SSAValue:
    return _read(reader, {"least": UnitAttr()})


def _read(reader: OperatorReader, kind: dict[str, Attribute]) -> SSAValue:
    value = reader.activation(0)
    shape = shape_of(value)
    axes = [int(axis) for axis in reader.constant(1, "int32").reshape(-1)]
    if len(axes) != 1 or not -len(shape) <= axes[0] < len(shape):
        reader.fail(f"axes {axes} of a tensor of rank {len(shape)}; export it again")
    axis = axes[0] % len(shape)
    check_output_shape(reader, (*shape[:axis], *shape[axis + 1 :]))
    if reader.output.type != "int32":
        reader.fail(
            f"its indices are {reader.output.type}, TensorFlow Lite Micro has only "
            "int32; give it output_type=tf.int32"
        )
    # Along channels a search stays in a pixel; any other axis is made the columns.
    along = CHANNELS if axis == len(shape) - 1 else COLUMNS
    image = (1, *image_shape(shape)) if along == CHANNELS else around(shape, axis)
    if along == CHANNELS and is_image(shape):
        image = shape
    found = list(image)
    found[along] = 1
    result = reader.build(
        ArgMaxOp,
        [reshaped(reader, value, image)],
        {"axis": IntegerAttr(along, i64), **kind},
        shape=tuple(found),
        quant=INDEX_QUANT,
    )
    return with_output_shape(reader, result)


SUPPORTS = "one constant axis of any rank, indices of int32"

ENTRIES = (
    OperatorEntry("ARG_MAX", ArgMaxOp, _read_max, SUPPORTS, (2, 2)),
    OperatorEntry("ARG_MIN", ArgMaxOp, _read_min, SUPPORTS, (2, 2)),
)
