"""Entry of REDUCE_MAX: max pools whose window is all of the reduced axes."""

from __future__ import annotations

from math import prod

from xdsl.ir import SSAValue

from tinyts_dialect.attributes import Clamp, ClampAttr, WindowAttr
from tinyts_dialect.ops.max_pool_2d import MaxPool2DOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import quant_of, shape_of
from tinyts_dialect.windows import Window
from tools.operator_entry import OperatorEntry, with_output_shape
from tools.operator_reader import OperatorReader, tensor_quant


def _read(reader: OperatorReader) -> SSAValue:
    value = reader.activation(0)
    shape = shape_of(value)
    rank = len(shape)
    axes = sorted({int(axis) for axis in reader.constant(1, "int32").reshape(-1)})
    if not axes or not all(-rank <= axis < rank for axis in axes):
        reader.fail(f"axes {axes} do not exist in rank {rank}; export the model again")
    if quant_of(value) != tensor_quant(reader.output):
        reader.fail(
            "input and output differ in quantization, which TensorFlow Lite Micro "
            "refuses; convert the model again"
        )
    reduced = {axis % rank for axis in axes}
    if rank == 4 and reduced <= {1, 2}:
        return _with_pool(reader, value, (1 in reduced, 2 in reduced))
    for axis in sorted(reduced):
        outer, inner = prod(shape[:axis]), prod(shape[axis + 1 :])
        value = _reshaped(reader, value, (1, outer, shape[axis], inner))
        value = _pool(reader, value, (1, shape[axis]), axis == max(reduced))
        shape = (*shape[:axis], 1, *shape[axis + 1 :])
    return with_output_shape(reader, value)


def _with_pool(
    reader: OperatorReader, value: SSAValue, over: tuple[bool, bool]
) -> SSAValue:
    """Of rows, columns or both of an image."""
    _, height, width, _ = shape_of(value)
    kernel = height if over[0] else 1, width if over[1] else 1
    return with_output_shape(reader, _pool(reader, value, kernel, True))


def _pool(
    reader: OperatorReader, value: SSAValue, kernel: tuple[int, int], last: bool
) -> SSAValue:
    _, height, width, channels = shape_of(value)
    return reader.build(
        MaxPool2DOp,
        [value],
        {"window": WindowAttr(Window(kernel)), "clamp": ClampAttr(Clamp(-128, 127))},
        shape=(1, height - kernel[0] + 1, width - kernel[1] + 1, channels),
        computes=last,
    )


def _reshaped(
    reader: OperatorReader, value: SSAValue, shape: tuple[int, ...]
) -> SSAValue:
    if shape_of(value) == shape:
        return value
    quant = quant_of(value)
    return reader.build(ReshapeOp, [value], shape=shape, quant=quant, computes=False)


ENTRIES = (
    OperatorEntry(
        "REDUCE_MAX", MaxPool2DOp, _read, "any axes, keep_dims or not", (2, 2)
    ),
)
