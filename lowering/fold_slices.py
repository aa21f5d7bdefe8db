"""`fold-slices`: a slice of joined slices is made of those that it needs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

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


class Tiling:
    """The places of a concat's parts, by their first rows."""

    def __init__(self, places: Sequence[Rect]) -> None:
        ordered = sorted(enumerate(places), key=lambda item: item[1])
        self.places = ordered
        self.firsts = [place.y0 for _, place in ordered]
        self.ends = list(accumulate((place.y1 for _, place in ordered), max))

    def near(self, rect: Rect) -> list[tuple[int, Rect]]:
        """Places that may share rows with a rectangle, each with its part's number.

        In the order of the parts.
        """
        start = bisect_right(self.ends, rect.y0)
        stop = bisect_left(self.firsts, rect.y1)
        return sorted(self.places[start:stop])


class Tilings:
    """The tiling of every concat, made when it is first asked for."""

    def __init__(self) -> None:
        self._known: dict[ConcatOp, Tiling] = {}

    def of(self, concat: ConcatOp) -> Tiling:
        """The tiling of a concat."""
        if concat not in self._known:
            self._known[concat] = Tiling(concat.rects())
        return self._known[concat]


class FoldSliceOfConcat(RewritePattern):
    """A slice of a concat joins the parts, or the slices of parts, that it covers."""

    def __init__(self) -> None:
        self._tilings = Tilings()

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: SliceOp, rewriter: PatternRewriter) -> None:
        concat = op.input.owner
        if not isinstance(concat, ConcatOp):
            return
        rect = op.rect.data
        parts: list[SSAValue] = []
        places: list[Rect] = []
        for index, place in self._tilings.of(concat).near(rect):
            part = concat.operands[index]
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
