"""`fold-reshapes`: bytes that keep their order are reshaped at most once."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tinyts_dialect.ops.reshape import ReshapeOp


class FoldReshapeOfReshape(RewritePattern):
    """The reshape of a reshape takes the first one's input."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ReshapeOp, rewriter: PatternRewriter) -> None:
        inner = op.input.owner
        if not isinstance(inner, ReshapeOp):
            return
        folded = ReshapeOp.create(
            operands=[inner.input],
            result_types=op.result_types,
            properties=op.properties,
            attributes=op.attributes,
            location=op.location,
        )
        rewriter.replace(op, folded)


class EraseIdentityReshape(RewritePattern):
    """A reshape to the type that its input has is its input."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ReshapeOp, rewriter: PatternRewriter) -> None:
        if op.input.type == op.result.type:
            rewriter.replace(op, (), [op.input])


@dataclass(frozen=True)
class FoldReshapes(ModulePass):
    """Folds chains of `tinyts.reshape` and erases those that change nothing."""

    name = "fold-reshapes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns = [EraseIdentityReshape(), FoldReshapeOfReshape()]
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)


PASS = FoldReshapes
