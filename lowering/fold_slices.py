"""`fold-slices`: a slice of joined slices is made of those that it needs."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tinyts_dialect.ops.structure import ConcatOp, SliceOp
from tinyts_dialect.tensors import shape_of, whole_rect
from tinyts_dialect.windows import Rect


class FoldWholeSlice(RewritePattern):
    """A slice of everything is its input."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: SliceOp, rewriter: PatternRewriter) -> None:
        if op.rect.data == whole_rect(shape_of(op.input)):
            rewriter.replace(op, (), [op.input])


class FoldSliceOfSlice(RewritePattern):
    """A slice of a slice is a slice of the tensor."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: SliceOp, rewriter: PatternRewriter) -> None:
        inner = op.input.owner
        if not isinstance(inner, SliceOp):
            return
        rect = op.rect.data.shifted(inner.rect.data.y0, inner.rect.data.x0)
        rewriter.replace(op, SliceOp(inner.input, rect))


class FoldSliceOfConcat(RewritePattern):
    """A slice of a concat joins the parts, or the slices of parts, that it covers."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: SliceOp, rewriter: PatternRewriter) -> None:
        concat = op.input.owner
        if not isinstance(concat, ConcatOp):
            return
        rect = op.rect.data
        parts: list[SSAValue] = []
        places: list[Rect] = []
        for part, place in zip(concat.parts, concat.rects(), strict=True):
            common = place.intersection(rect)
            if common is None:
                continue
            if common != place:
                inside = common.shifted(-place.y0, -place.x0)
                part = rewriter.insert(SliceOp(part, inside)).result
            parts.append(part)
            places.append(common.shifted(-rect.y0, -rect.x0))
        if len(parts) == 1:
            rewriter.replace(op, (), parts)
            return
        rewriter.replace(op, ConcatOp(parts, places, op.result.type))


class FoldConcatOfOne(RewritePattern):
    """A concat of a single part is that part."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ConcatOp, rewriter: PatternRewriter) -> None:
        if len(op.parts) == 1:
            rewriter.replace(op, (), [op.parts[0]])


@dataclass(frozen=True)
class FoldSlices(ModulePass):
    """Folds `tinyts.slice` through slices and concats; what is dead is erased."""

    name = "fold-slices"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns: list[RewritePattern] = [
            FoldWholeSlice(),
            FoldConcatOfOne(),
            FoldSliceOfSlice(),
            FoldSliceOfConcat(),
        ]
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)


PASS = FoldSlices
