"""Entries of PAD and PADV2."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import Attribute, SSAValue

from tinyts_dialect.attributes import PadsAttr, PairAttr
from tinyts_dialect.ops.pad import PadOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import is_image, quant_of, shape_of
from tinyts_dialect.windows import Pads
from tools.import_state import tensor_quant
from tools.operator_entry import (
    OperatorEntry,
    check_output_shape,
    with_output_shape,
)
from tools.operator_reader import OperatorReader
from tools.view_building import IMAGE_RANK, around, reshaped


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
    if paddings.shape != (len(shape), 2):
        reader.fail(f"paddings do not fit rank {len(shape)}; export the model again")
    if paddings.min(initial=0) < 0:
        reader.fail("negative paddings are not supported; use a slice of the input")
    pairs = [(int(before), int(after)) for before, after in paddings]
    check_output_shape(
        reader, [size + sum(pair) for size, pair in zip(shape, pairs, strict=True)]
    )
    ones = (1,) * (IMAGE_RANK - len(shape))
    image, pairs_of_image = (*ones, *shape), [*((0, 0) for _ in ones), *pairs]
    if is_image(image) and pairs_of_image[0] == (0, 0):
        input = reshaped(reader, input, image)
        return with_output_shape(reader, _pad(reader, input, pairs_of_image, value))
    return _pad_axes(reader, input, pairs, value)


def _pad_axes(
    reader: OperatorReader,
    value: SSAValue,
    pairs: Sequence[tuple[int, int]],
    properties: dict[str, Attribute],
) -> SSAValue:
    """One axis after the other, each as the columns of an image."""
    shape = list(shape_of(value))
    padded = [axis for axis, pair in enumerate(pairs) if pair != (0, 0)]
    if not padded:
        return reader.build(ReshapeOp, [value])
    for axis in padded:
        value = reshaped(reader, value, around(shape, axis))
        columns = [(0, 0), (0, 0), pairs[axis], (0, 0)]
        value = _pad(reader, value, columns, properties, axis == padded[-1])
        shape[axis] += sum(pairs[axis])
    return with_output_shape(reader, value)


def _pad(
    reader: OperatorReader,
    image: SSAValue,
    pairs: Sequence[tuple[int, int]],
    value: dict[str, Attribute],
    computes: bool = True,
) -> SSAValue:
    """Pads rows, columns and channels of an image."""
    _, rows, columns, channels = pairs
    properties = {"pads": PadsAttr(Pads(*rows, *columns)), **value}
    if channels != (0, 0):
        properties["channel_pads"] = PairAttr(channels)
    sizes = zip(shape_of(image), pairs, strict=True)
    shape = tuple(size + sum(pair) for size, pair in sizes)
    if not computes:
        quant = quant_of(image)
        return reader.build(
            PadOp, [image], properties, shape=shape, quant=quant, computes=False
        )
    return reader.build(PadOp, [image], properties, shape=shape)


SUPPORTS = "any axes of any rank, or nothing"

ENTRIES = (
    OperatorEntry("PAD", PadOp, _read_pad, SUPPORTS, (2, 2)),
    OperatorEntry(
        "PADV2", PadOp, _read_padv2, f"{SUPPORTS}; any constant value", (3, 3)
    ),
)
