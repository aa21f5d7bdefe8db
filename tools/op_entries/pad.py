"""Entries of PAD and PADV2."""

from __future__ import annotations

import numpy as np
from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import Attribute, SSAValue

from tinyts_dialect.attributes import PadsAttr, PairAttr
from tinyts_dialect.ops.pad import PadOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import quant_of, shape_of
from tinyts_dialect.windows import Pads
from tools.operator_entry import OperatorEntry, with_output_shape
from tools.operator_reader import OperatorReader, tensor_quant


def _read_padv2(reader: OperatorReader) -> SSAValue:
    value = reader.constant(2, "int8").reshape(-1)
    info = reader.input_info(2)
    if value.size != 1 or tensor_quant(info) != tensor_quant(reader.output):
        reader.fail(
            "its padding must be one value of the output's quantization; convert the "
            "model with full integer quantization"
        )
    return _read(reader, {"value": IntegerAttr(int(value[0]), i64)})


def _read_pad(reader: OperatorReader) -> SSAValue:
    return _read(reader, {})


def _read(reader: OperatorReader, value: dict[str, Attribute]) -> SSAValue:
    input = reader.activation(0)
    paddings = reader.constant(1, "int32", "int64")
    shape = shape_of(input)
    if len(shape) > 4 or paddings.shape != (len(shape), 2):
        reader.fail("only PAD of tensors up to rank 4 is supported; reshape its input")
    ones = (1,) * (4 - len(shape))
    if ones:
        paddings = np.pad(paddings, ((len(ones), 0), (0, 0)))
        input = reader.build(
            ReshapeOp,
            [input],
            shape=(*ones, *shape),
            quant=quant_of(input),
            computes=False,
        )
    batch, rows, columns, channels = (tuple(map(int, row)) for row in paddings)
    if batch != (0, 0):
        reader.fail("PAD of the batch is not supported; pad rows and columns only")
    if paddings.min() < 0:
        reader.fail("negative paddings are not supported; use a slice of the input")
    properties = {"pads": PadsAttr(Pads(*rows, *columns)), **value}
    if channels != (0, 0):
        properties["channel_pads"] = PairAttr((channels[0], channels[1]))
    padded = (*ones, *reader.output.shape)
    result = reader.build(PadOp, [input], properties, shape=padded)
    return with_output_shape(reader, result)


SUPPORTS = "up to rank 4: rows, columns and channels, or nothing"

ENTRIES = (
    OperatorEntry("PAD", PadOp, _read_pad, SUPPORTS, (2, 2)),
    OperatorEntry(
        "PADV2", PadOp, _read_padv2, f"{SUPPORTS}; any constant value", (3, 3)
    ),
)
