"""`split-width`: tensors are computed a few columns at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from xdsl.context import Context
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, ModuleOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
)
from xdsl.utils.exceptions import PassFailedException

from lowering.operators import takes_tiles
from lowering.split_height import MAX_SLICES, number_layers, split_into
from tinyts_dialect.interfaces import TensorOp, is_splittable
from tinyts_dialect.tensors import shape_of, whole_rect
from tinyts_dialect.tsbuf import ArenaOp
from tinyts_dialect.windows import Rect

BORDERS = "borders"
"""Attribute of an op: where columns of its tensor end, if not all are equally wide."""


def columns_of(whole: Rect, borders: Iterable[int]) -> Iterator[Rect]:
    """`whole` cut at those of the borders that lie inside, from left to right."""
    left = whole.x0
    for border in (*borders, whole.x1):
        if left < border <= whole.x1:
            yield Rect(whole.y0, whole.y1, left, border)
            left = border


def tiles_of(op: TensorOp, width: int | None) -> list[Rect]:
    """The columns into which an op is cut; a single one where it stays whole.

    Borders are counted in the layer's tensor, rectangles in the op's own result.
    """
    whole, left = whole_rect(shape_of(op.output())), op.output_rect().x0
    if not (takes_tiles(type(op)) and is_splittable(op)):
        return [whole]
    if width is None and BORDERS in op.attributes:
        return list(columns_of(whole, [x - left for x in planned_borders(op)]))
    if width is None:
        width = 0 if op.slice is None else op.slice.data[1]
    if not width:
        return [whole]
    first = left // width * width + width
    return list(columns_of(whole, range(first - left, whole.x1, width)))


def planned_borders(op: TensorOp) -> list[int]:
    """Where columns of the op's tensor end, as its attribute `borders` says."""
    attribute = op.attributes.get(BORDERS)
    borders = attribute.data if isinstance(attribute, ArrayAttr) else ()
    found = [x.value.data for x in borders if isinstance(x, IntegerAttr)]
    ascending = all(left < right for left, right in pairwise([0, *found]))
    if not found or len(found) != len(borders) or not ascending:
        raise PassFailedException(
            f"split-width: borders of {op.name} of layer {op.layer_text()} are no "
            "ascending columns; give integers from 1 on"
        )
    return found


@dataclass
class SplitColumns(RewritePattern):
    """Cuts an op whose result has more columns than its tiles are to have."""

    width: int | None
    """Columns of a tile; None for what each op's attribute `slice` says."""

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, TensorOp):
            return
        parts = tiles_of(op, self.width)
        if len(parts) > 1:
            split_into(op, parts, rewriter)


def _check_planned(module: ModuleOp) -> None:
    for op in module.walk():
        if not isinstance(op, TensorOp) or op.slice is None:
            continue
        if op.slice.data[1] < 1:
            raise PassFailedException(
                f"split-width: slice {list(op.slice.data)} of {op.name} of layer "
                f"{op.layer_text()} has no columns; give at least 1"
            )


@dataclass(frozen=True)
class SplitWidth(ModulePass):
    """Cuts the result of every op whose kernel takes tiles into `width` columns.

    Runs after `split-height`, whose slices become tiles, or alone. Without a width each
    op is cut where its attribute `borders` says, else into as many columns as `slice`
    says, and stays whole where it has neither.
    """

    name = "split-width"

    width: int | None = None

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if self.width is not None and self.width < 1:
            raise PassFailedException(
                f"split-width: width is {self.width}; it must be at least 1"
            )
        number_layers(op)
        if any(isinstance(inner, ArenaOp) for inner in op.body.block.ops):
            raise PassFailedException(
                "split-width: the module is already lowered to tsbuf; run it before "
                "convert-tinyts-to-tsbuf"
            )
        if self.width is None:
            _check_planned(op)
        tiles = sum(
            len(tiles_of(inner, self.width))
            for inner in op.walk()
            if isinstance(inner, TensorOp)
        )
        if tiles > MAX_SLICES:
            what = "the plan" if self.width is None else f"width {self.width}"
            raise PassFailedException(
                f"split-width: {what} makes {tiles} slices, more than {MAX_SLICES}; "
                "use a larger width"
            )
        PatternRewriteWalker(
            SplitColumns(self.width), apply_recursively=False
        ).rewrite_module(op)


PASS = SplitWidth
