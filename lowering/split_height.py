"""`split-height`: every tensor is computed a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i64
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
    """Cuts a splittable op whose result has more rows than `height`."""

    height: int

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, TensorOp) or not is_splittable(op):
            return
        whole = whole_rect(shape_of(op.output()))
        if whole.height <= self.height:
            return
        split_into(op, list(rows_of(whole, self.height)), rewriter)


def number_layers(module: ModuleOp) -> None:
    """Gives a number to every op that has none, so that its slices stay together."""
    ops = [op for op in module.walk() if isinstance(op, TensorOp)]
    taken = [op.layer.value.data for op in ops if op.layer is not None]
    free = count(max(taken, default=-1) + 1)
    for op in ops:
        if op.layer is None:
            op.layer = IntegerAttr(next(free), i64)


def slice_count(module: ModuleOp, height: int) -> int:
    """Operations that the splittable ones of a module become."""
    return sum(
        -(-whole_rect(shape_of(op.output())).height // height)
        for op in module.walk()
        if isinstance(op, TensorOp) and is_splittable(op)
    )


@dataclass(frozen=True)
class SplitHeight(ModulePass):
    """Cuts the result of every splittable op into slices of `height` rows."""

    name = "split-height"

    height: int = 1

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if self.height < 1:
            raise PassFailedException(
                f"split-height: height is {self.height}; it must be at least 1"
            )
        number_layers(op)
        if any(isinstance(inner, ArenaOp) for inner in op.body.block.ops):
            raise PassFailedException(
                "split-height: the module is already lowered to tsbuf; run it before "
                "convert-tinyts-to-tsbuf"
            )
        slices = slice_count(op, self.height)
        if slices > MAX_SLICES:
            raise PassFailedException(
                f"split-height: height {self.height} makes {slices} slices, more than "
                f"{MAX_SLICES}; use a larger height"
            )
        PatternRewriteWalker(
            SplitRows(self.height), apply_recursively=False
        ).rewrite_module(op)


PASS = SplitHeight
