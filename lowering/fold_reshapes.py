"""`fold-reshapes`: bytes that keep their order are reshaped at most once."""

from __future__ import annotations

from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import BlockArgument, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tinyts_dialect.ops.quantize import QuantizeOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import quant_of, shape_of, tensor_type


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


class ReshapeBeforeQuantize(RewritePattern):
    """An input of the network is reshaped before it is quantized, not after.

    There it needs no copy, and the quantization is one of rows. The tensor of the file
    between the two exists no more.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ReshapeOp, rewriter: PatternRewriter) -> None:
        quantize = op.input.owner
        if not isinstance(quantize, QuantizeOp) or quantize.rect is not None:
            return
        if not isinstance(quantize.input, BlockArgument) or not _used_once(op.input):
            return
        if quant_of(op.input) != quant_of(op.result):
            return
        given = tensor_type(quantize.input)
        shaped = TensorType(given.element_type, shape_of(op.result), given.encoding)
        before = ReshapeOp.create(
            operands=[quantize.input], result_types=[shaped], location=op.location
        )
        after = QuantizeOp.create(
            operands=[before.result],
            result_types=op.result_types,
            location=quantize.location,
        )
        rewriter.replace(op, [before, after])


def _used_once(value: SSAValue) -> bool:
    return len(list(value.uses)) == 1


@dataclass(frozen=True)
class FoldReshapes(ModulePass):
    """Folds chains of `tinyts.reshape` and erases those that change nothing.

    What is done to an input before anything else is done before its QUANTIZE.
    """

    name = "fold-reshapes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns: list[RewritePattern] = [
            EraseIdentityReshape(),
            FoldReshapeOfReshape(),
            ReshapeBeforeQuantize(),
        ]
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)


PASS = FoldReshapes
