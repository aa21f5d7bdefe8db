"""One-dimensional parts of a network get their long axis as rows.

A connected part of a function whose tensors all have height 1, [1, 1, W, C] or
[1, W, C], is changed to tensors [1, W, 1, C]: the same bytes, windows with their axes
swapped. Then everything that cuts and streams rows serves it. A part stays as it is if
one of its operators does not say, by `swapped_properties`, what becomes of it. A
reshape belongs to no part: it keeps bytes, whatever shapes they have.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import singledispatch

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseIntOrFPElementsAttr,
    IntegerAttr,
    TensorType,
    i64,
)
from xdsl.ir import Attribute, Block, BlockArgument, Operation, SSAValue
from xdsl.rewriter import Rewriter

from tinyts_dialect.attributes import PadsAttr, PairAttr, WindowAttr
from tinyts_dialect.interfaces import PointwiseOp, TensorOp
from tinyts_dialect.ops.arg_max import CHANNELS, ArgMaxOp
from tinyts_dialect.ops.concatenation import ConcatenationOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.mean import MeanOp
from tinyts_dialect.ops.pad import PadOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.strided_slice import StridedSliceOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.pooling import PoolOp
from tinyts_dialect.resizing import ResizeOp
from tinyts_dialect.tensors import dense, is_activation, shape_of, to_array
from tinyts_dialect.windows import Pads, Window

Properties = Mapping[str, Attribute]
Shape = tuple[int, ...]

SWAPPED_AXES = {3: (2, 1, 3), 4: (0, 2, 1, 3)}
"""What each axis of a tensor of rank 3 or 4 becomes in [1, W, 1, C]."""


@singledispatch
def swapped_properties(op: Operation, rank: int) -> Properties | None:
    """The properties that change, of an operation on tensors of rank 3 or 4.

    None where the operation cannot have its axes swapped.
    """
    return None


@swapped_properties.register
def _(op: PointwiseOp, rank: int) -> Properties:
    return {}


@swapped_properties.register
def _(op: ArgMaxOp, rank: int) -> Properties | None:
    return {} if op.reduced_axis() == CHANNELS else None


@swapped_properties.register(Conv2DOp)
@swapped_properties.register(DepthwiseConv2DOp)
@swapped_properties.register(PoolOp)
@swapped_properties.register(StridedSliceOp)
def _(
    op: Conv2DOp | DepthwiseConv2DOp | PoolOp | StridedSliceOp, rank: int
) -> Properties:
    return {"window": WindowAttr(swapped_window(op.get_window()))}


@swapped_properties.register
def _(op: PadOp, rank: int) -> Properties:
    return {"pads": PadsAttr(swapped_pads(op.pads.data))}


@swapped_properties.register
def _(op: ResizeOp, rank: int) -> Properties:
    (height, width), (rows, columns) = op.sizes.data, op.output_sizes.data
    return {
        "sizes": PairAttr((width, height)),
        "output_sizes": PairAttr((columns, rows)),
    }


@swapped_properties.register
def _(op: ConcatenationOp, rank: int) -> Properties:
    return {"axis": IntegerAttr(SWAPPED_AXES[rank][op.axis_index()], i64)}


@swapped_properties.register
def _(op: MeanOp, rank: int) -> Properties:
    axes = sorted(SWAPPED_AXES[rank][axis] for axis in op.reduced_axes())
    return {"axes": ArrayAttr([IntegerAttr(axis, i64) for axis in axes])}


def swapped_pads(pads: Pads) -> Pads:
    """Pads of columns as pads of rows and the reverse."""
    return Pads(pads.left, pads.right, pads.top, pads.bottom)


def swapped_window(window: Window) -> Window:
    """The window with rows and columns exchanged."""
    return Window(
        window.kernel[::-1],
        window.stride[::-1],
        swapped_pads(window.pads),
        window.dilation[::-1],
    )


def swap_one_dimensional_parts(block: Block, keep: Collection[SSAValue]) -> None:
    """Gives the tensors of one-dimensional parts the shape [1, W, 1, C], in place.

    Parts that touch a value in `keep` stay. Types of arguments change as well.
    """
    for part in _parts(block, keep):
        operations = {op for value in part for op in _users(value)}
        for op in sorted(operations, key=_order(block)):
            _swap(op, part)
        for value in part:
            _retype(value)


def _retype(value: SSAValue) -> None:
    type_ = value.type
    assert isinstance(type_, TensorType)
    location = value.location if isinstance(value, BlockArgument) else None
    shape = swapped_shape(type_.get_shape())
    new = Rewriter.replace_value_with_new_type(
        value, TensorType(type_.element_type, shape, type_.encoding)
    )
    if location is not None and isinstance(new, BlockArgument):
        new.location = location


def swapped_shape(shape: Shape) -> Shape:
    """[1, 1, W, C] or [1, W, C] as [1, W, 1, C]; other ranks by their last axes."""
    whole = (1,) * (4 - len(shape)) + shape
    return whole[0], whole[2], whole[1], whole[3]


def _parts(block: Block, keep: Collection[SSAValue]) -> list[list[SSAValue]]:
    """The connected sets of values that change."""
    values = [
        *filter(_is_line, block.args),
        *(value for op in block.ops for value in op.results if _is_line(value)),
    ]
    roots = {value: value for value in values}

    def root(value: SSAValue) -> SSAValue:
        while roots[value] is not value:
            value = roots[value]
        return value

    blocked: list[SSAValue] = [value for value in values if value in keep]
    for op in block.ops:
        lines = [v for v in (*op.operands, *op.results) if v in roots]
        if not lines or not _joins(op):
            continue
        for value in lines:
            roots[root(value)] = root(lines[0])
        if not _can_swap(op, roots):
            blocked.append(lines[0])
    wrong = {root(value) for value in blocked}
    parts: dict[SSAValue, list[SSAValue]] = {}
    for value in values:
        if root(value) not in wrong:
            parts.setdefault(root(value), []).append(value)
    return [part for part in parts.values() if any(_is_long(v) for v in part)]


def _is_line(value: SSAValue) -> bool:
    """Whether a value is a tensor of height 1 whose shape would change."""
    if not isinstance(value.type, TensorType) or isinstance(value.owner, ConstantOp):
        return False
    shape = shape_of(value)
    return (len(shape) == 3 and shape[0] == 1) or (
        len(shape) == 4 and shape[:2] == (1, 1) and shape[2] > 1
    )


def _is_long(value: SSAValue) -> bool:
    return shape_of(value)[-2] > 1


def _joins(op: Operation) -> bool:
    """Whether an operation ties the shapes of what it reads and computes."""
    return isinstance(op, TensorOp) and not isinstance(op, ReshapeOp)


def _can_swap(op: Operation, lines: Collection[SSAValue]) -> bool:
    """Whether an operation works on lines, single pixels and constants alone."""
    if swapped_properties(op, 4) is None:
        return False
    return all(
        value in lines
        or isinstance(value.owner, ConstantOp)
        or shape_of(value)[:-1] == (1, 1, 1)
        for value in (*op.operands, *op.results)
    )


def _users(value: SSAValue) -> list[Operation]:
    users = [use.operation for use in value.uses]
    if isinstance(value.owner, Operation):
        users.append(value.owner)
    return [op for op in users if _joins(op)]


def _order(block: Block) -> Callable[[Operation], int]:
    numbers = {op: number for number, op in enumerate(block.ops)}
    return lambda op: numbers[op]


def _swap(op: Operation, part: Collection[SSAValue]) -> None:
    """Changes an operation's properties and its constants with rows or columns."""
    rank = next(
        len(shape_of(value)) for value in (*op.operands, *op.results) if value in part
    )
    op.properties.update(swapped_properties(op, rank) or {})
    for position, operand in enumerate(op.operands):
        if not isinstance(operand.owner, ConstantOp):
            continue
        swapped = _swapped_constant(op, position, to_array(operand.owner.value))
        if swapped is None:
            continue
        value = dense(swapped)
        if is_activation(operand):
            encoding = operand.type.encoding  # pyright: ignore
            type_ = TensorType(value.get_element_type(), swapped.shape, encoding)
            value = DenseIntOrFPElementsAttr(type_, value.data)
        constant = ConstantOp(value)
        block = op.parent_block()
        assert block is not None
        block.insert_op_before(constant, op)
        op.operands[position] = constant.result


def _swapped_constant(
    op: Operation, position: int, array: npt.NDArray[np.generic]
) -> npt.NDArray[np.generic] | None:
    """A constant operand with its axes swapped; None where it has none."""
    if isinstance(op, Conv2DOp | DepthwiseConv2DOp):
        return array.transpose(0, 2, 1, 3) if position == 1 else None
    if is_activation(op.operands[position]):
        return array.reshape(swapped_shape(array.shape))
    return None
