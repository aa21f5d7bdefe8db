"""`fold-transposes`: changes of layout that a converter leaves behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp, i64
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tinyts_dialect.attributes import PadsAttr, PairAttr
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.add import AddOp
from tinyts_dialect.ops.maximum import MaximumOp
from tinyts_dialect.ops.mean import MeanOp
from tinyts_dialect.ops.minimum import MinimumOp
from tinyts_dialect.ops.mul import MulOp
from tinyts_dialect.ops.pad import PadOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.ops.sub import SubOp
from tinyts_dialect.ops.table import TableOp
from tinyts_dialect.ops.transpose import TransposeOp
from tinyts_dialect.pooling import PoolOp
from tinyts_dialect.tensors import (
    activation_type,
    dense,
    is_activation,
    quant_of,
    shape_of,
    to_array,
)
from tinyts_dialect.windows import Pads, Window

Permutation = tuple[int, ...]

BY_VALUE = (TableOp, AddOp, SubOp, MulOp, MinimumOp, MaximumOp)
"""Operations whose values depend on the values at their own places."""

SWAPPED = (0, 2, 1, 3)
"""Rows and columns change places, channels stay."""


def inverse(perm: Permutation) -> Permutation:
    """The permutation that undoes another one."""
    return tuple(perm.index(axis) for axis in range(len(perm)))


def permuted(sizes: Sequence[int], perm: Permutation) -> tuple[int, ...]:
    """Sizes, of which that at place i comes from place `perm[i]`."""
    return tuple(sizes[axis] for axis in perm)


def moves_data(shape: Sequence[int], perm: Permutation) -> bool:
    """Whether axes of more than one element change their order."""
    moved = [axis for axis in perm if shape[axis] != 1]
    return moved != sorted(moved)


def transposed(
    value: SSAValue, perm: Permutation, like: TensorOp
) -> TransposeOp | ReshapeOp:
    """The value transposed to be the result of another operation; a reshape if it can.

    It computes that operation's tensor of the file.
    """
    properties: dict[str, Attribute] = {}
    if like.layer is not None:
        properties["layer"] = like.layer
    kind: type[TransposeOp] | type[ReshapeOp] = ReshapeOp
    if moves_data(shape_of(value), perm):
        kind = TransposeOp
        axes = [IntegerAttr(axis, i64) for axis in perm]
        properties["perm"] = ArrayAttr(axes)
    return kind.create(
        operands=[value],
        result_types=[like.output().type],
        properties=properties,
        location=like.location,
    )


class FoldPair(RewritePattern):
    """A transpose of a transpose is one, or nothing."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: TransposeOp, rewriter: PatternRewriter) -> None:
        inner = op.input.owner
        if not isinstance(inner, TransposeOp) or not _is_whole(op, inner):
            return
        perm = permuted(inner.permutation(), op.permutation())
        if perm == tuple(range(len(perm))):
            rewriter.replace(op, (), [inner.input])
        else:
            rewriter.replace(op, transposed(inner.input, perm, op))


class DropReshape(RewritePattern):
    """A reshape that changes nothing hides no transpose behind which others stand.

    In the file it changes the rank: networks of one dimension have one on either side
    of a batch normalization.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ReshapeOp, rewriter: PatternRewriter) -> None:
        same = op.input.type == op.result.type and _is_whole(op)
        near = [op.input.owner, *(use.operation for use in op.result.uses)]
        inside = all(isinstance(other, TensorOp) for other in near)
        if same and inside and any(isinstance(other, TransposeOp) for other in near):
            rewriter.replace(op, (), [op.input])


class SinkTranspose(RewritePattern):
    """What a transpose reads is computed first, where that brings two together."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, TensorOp) or not _is_whole(op):
            return
        source = _only_transpose(op)
        if source is None or not _pays(op):
            return
        perm = source.permutation()
        operands = _operands_before(op, perm, rewriter)
        change = _properties_before(op, perm)
        shape = permuted(shape_of(op.output()), inverse(perm))
        if operands is None or change is None or (len(perm) == 4 and shape[0] != 1):
            return
        properties = {**op.properties, **change}
        properties.pop("layer", None)
        moved = type(op).create(
            operands=operands,
            result_types=[activation_type(shape, quant_of(op.output()))],
            properties=properties,
            attributes=op.attributes,
            location=op.location,
        )
        after = transposed(moved.results[0], perm, op)
        rewriter.replace(op, [moved, after], [after.results[0]])


def _is_whole(*ops: TensorOp) -> bool:
    return all(
        op.rect is None and (not isinstance(op, TransposeOp) or op.first_row is None)
        for op in ops
    )


def _only_transpose(op: TensorOp) -> TransposeOp | None:
    """The transpose that alone an operation, which alone reads it, stands behind."""
    if not isinstance(op, (*BY_VALUE, MeanOp, PadOp, PoolOp)):
        return None
    found = [
        value.owner
        for value in op.operands
        if isinstance(value.owner, TransposeOp) and value.has_one_use()
    ]
    same = {transpose.permutation() for transpose in found}
    return found[0] if len(same) == 1 and _is_whole(*found) else None


def _pays(op: TensorOp) -> bool:
    """Whether what follows is a mean, which leaves less to move, or a transpose."""
    while not isinstance(op, MeanOp):
        if not op.output().has_one_use():
            return False
        (use,) = op.output().uses
        if isinstance(use.operation, TransposeOp):
            return True
        if not isinstance(use.operation, (*BY_VALUE, MeanOp, PadOp, PoolOp)):
            return False
        op = use.operation
    return True


def _operands_before(
    op: TensorOp, perm: Permutation, rewriter: PatternRewriter
) -> list[SSAValue] | None:
    """The operands before the transpose; None where one of them has no such form."""
    operands: list[SSAValue] = []
    for value in op.operands:
        owner = value.owner
        if not is_activation(value):
            operands.append(value)
        elif isinstance(owner, TransposeOp):
            operands.append(owner.input)
        elif isinstance(owner, ConstantOp) and len(shape_of(value)) == len(perm):
            array = to_array(owner.value).transpose(inverse(perm))
            data = dense(array)
            type_ = activation_type(array.shape, quant_of(value))
            constant = ConstantOp(type(data)(type_, data.data))
            operands.append(rewriter.insert(constant).result)
        else:
            return None
    return operands


def _properties_before(
    op: TensorOp, perm: Permutation
) -> Mapping[str, Attribute] | None:
    """The properties that change where the axes are those before the transpose."""
    if isinstance(op, MeanOp):
        axes = sorted(perm[axis] for axis in op.reduced_axes())
        return {"axes": ArrayAttr([IntegerAttr(axis, i64) for axis in axes])}
    if isinstance(op, PadOp):
        return _pads_before(op, perm)
    if isinstance(op, PoolOp):
        if perm != SWAPPED:
            return None
        return op.window_property(_swapped(op.get_window()))
    return {}


def _pads_before(op: PadOp, perm: Permutation) -> Mapping[str, Attribute] | None:
    if len(perm) != 4 or perm[0] != 0:
        return None
    pads = op.pads.data
    channels = (0, 0) if op.channel_pads is None else op.channel_pads.data
    widths = [(0, 0), pads[:2], pads[2:], channels]
    before = [widths[axis] for axis in inverse(perm)]
    properties: dict[str, Attribute] = {"pads": PadsAttr(Pads(*before[1], *before[2]))}
    if before[3] != (0, 0) or op.channel_pads is not None:
        properties["channel_pads"] = PairAttr((before[3][0], before[3][1]))
    return properties


def _swapped(window: Window) -> Window:
    """A window with rows and columns exchanged."""
    pads = window.pads
    return Window(
        window.kernel[::-1],
        window.stride[::-1],
        Pads(pads.left, pads.right, pads.top, pads.bottom),
        window.dilation[::-1],
    )


@dataclass(frozen=True)
class FoldTransposes(ModulePass):
    """Brings transposes together, where they cancel, and behind means."""

    name = "fold-transposes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns = GreedyRewritePatternApplier(
            [DropReshape(), FoldPair(), SinkTranspose()]
        )
        PatternRewriteWalker(patterns).rewrite_module(op)


PASS = FoldTransposes
