"""`split-height`: tensors are computed a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i64
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
)
from xdsl.utils.exceptions import PassFailedException

from tinyts_dialect.interfaces import (
    NOTHING,
    ChainedOpInterface,
    SplittableOpInterface,
    TensorOp,
    build_part,
    is_splittable,
)
from tinyts_dialect.ops.structure import ConcatOp, SliceOp
from tinyts_dialect.tensors import shape_of, whole_rect
from tinyts_dialect.tsbuf import ArenaOp
from tinyts_dialect.windows import Rect

MAX_SLICES = 1 << 17
"""Most slices of a module: what can be lowered in minutes."""


def rows_of(whole: Rect, height: int) -> Iterator[Rect]:
    """`whole` cut from the top into rectangles of `height` rows; the last may be less.

    A height of 0 does not cut.
    """
    step = height or whole.height
    for y in range(whole.y0, whole.y1, step):
        yield Rect(y, min(y + step, whole.y1), whole.x0, whole.x1)


def split_into(
    op: TensorOp, parts: list[Rect], rewriter: PatternRewriter
) -> None:
    """Replaces an op by one op for each part of its result, joined again."""
    results = [_compute_part(op, part, rewriter) for part in parts]
    joined = ConcatOp(results, parts, op.output().type)
    joined.location = op.location
    rewriter.replace(op, joined)


def split_chain(
    op: TensorOp, parts: list[Rect], rewriter: PatternRewriter
) -> None:
    """Replaces an op by parts of its result that hand state on, joined again."""
    if not isinstance(op, ChainedOpInterface):
        raise TypeError(f"{op.name} is no chain")
    chain = op.build_chain(parts)
    joined = ConcatOp(chain.outputs, parts, op.output().type)
    joined.location = op.location
    results = [joined.result, *chain.state]
    rewriter.replace(op, [*chain.operations, joined], results)


def _compute_part(op: TensorOp, part: Rect, rewriter: PatternRewriter) -> SSAValue:
    if not isinstance(op, SplittableOpInterface):
        raise TypeError(f"{op.name} is not splittable")
    operands: list[SSAValue] = []
    for operand, rect in zip(op.operands, op.operand_rects(part), strict=True):
        if rect == NOTHING:
            continue
        if rect is not None and rect != whole_rect(shape_of(operand)):
            operand = rewriter.insert(SliceOp(operand, rect)).result
        operands.append(operand)
    return rewriter.insert(build_part(op, part, operands)).output()


@dataclass
class SplitRows(RewritePattern):
    """Cuts an op whose result has more rows than its slices are to have."""

    height: int | None
    """Rows of a slice; None for what each op's attribute `slice` says."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, TensorOp):
            return
        parts = parts_of(op, self.height)
        if len(parts) < 2:
            return
        split = split_chain if isinstance(op, ChainedOpInterface) else split_into
        split(op, parts, rewriter)


def parts_of(op: TensorOp, height: int | None) -> list[Rect]:
    """The rectangles into which an op is cut; a single one where it stays whole."""
    whole = whole_rect(shape_of(op.output()))
    if height is None:
        height = 0 if op.slice is None else op.slice.data[0]
    if height == 0 or not (isinstance(op, ChainedOpInterface) or is_splittable(op)):
        return [whole]
    return list(rows_of(whole, height))


def number_layers(module: ModuleOp) -> None:
    """Gives a number to every op that has none, so that its slices stay together.

    None that an op, an input or an output has, which may be a folded constant.
    """
    ops = [op for op in module.walk() if isinstance(op, TensorOp)]
    taken = [op.layer.value.data for op in ops if op.layer is not None]
    taken += [number for op in module.walk() for number in _port_numbers(op)]
    free = count(max(taken, default=-1) + 1)
    for op in ops:
        if op.layer is None:
            op.layer = IntegerAttr(next(free), i64)


def _port_numbers(op: Operation) -> Iterator[int]:
    """The numbers of a function's arguments and results, where they have one."""
    if not isinstance(op, FuncOp):
        return
    for attributes in (*(op.arg_attrs or ()), *(op.res_attrs or ())):
        number = attributes.data.get("tinyts.layer")
        if isinstance(number, IntegerAttr):
            yield number.value.data


def slice_count(module: ModuleOp, height: int | None) -> int:
    """Operations that those of a module become."""
    return sum(
        len(parts_of(op, height)) for op in module.walk() if isinstance(op, TensorOp)
    )


def _planned_height(module: ModuleOp) -> int | None:
    """None where attributes say how ops are cut, else one row.

    An op of a stage that has no slices is whole as planned.
    """
    planned = False
    for op in module.walk():
        if not isinstance(op, TensorOp):
            continue
        planned = planned or op.slice is not None or op.stage is not None
        if op.slice is not None and op.slice.data[0] < 1:
            raise PassFailedException(
                f"split-height: slice {list(op.slice.data)} of {op.name} of layer "
                f"{op.layer_text()} has no rows; give at least 1"
            )
    return None if planned else 1


@dataclass(frozen=True)
class SplitHeight(ModulePass):
    """Cuts the result of every op that can be cut into slices of `height` rows.

    Without a height each op is cut as its attribute `slice` says and stays whole where
    it has none; in a module without an attribute `slice` or `stage` the height is 1.
    """

    name = "split-height"

    height: int | None = None

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if self.height is not None and self.height < 1:
            raise PassFailedException(
                f"split-height: height is {self.height}; it must be at least 1"
            )
        number_layers(op)
        if any(isinstance(inner, ArenaOp) for inner in op.body.block.ops):
            raise PassFailedException(
                "split-height: the module is already lowered to tsbuf; run it before "
                "convert-tinyts-to-tsbuf"
            )
        height = _planned_height(op) if self.height is None else self.height
        slices = slice_count(op, height)
        if slices > MAX_SLICES:
            what = "the plan" if height is None else f"height {height}"
            raise PassFailedException(
                f"split-height: {what} makes {slices} slices, more than "
                f"{MAX_SLICES}; use a larger height"
            )
        PatternRewriteWalker(
            SplitRows(height), apply_recursively=False
        ).rewrite_module(op)


PASS = SplitHeight
