"""`fold-constant-channels`: channels that are constant, or that nothing reads, go.

Works on whole tensors, so before a pass that splits them; run again, it finds nothing
more. What was removed stands in the property `constant_channels` of each operation that
computes less than its layer's tensor, by the channel's number in that tensor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
)

from lowering.channels.channel_edits import Edit, plan_edits
from tinyts_dialect.ops.structure import ConstantOp


@dataclass
class RemoveChannels(RewritePattern):
    """Replaces an operation by one on fewer channels, with constants of its own."""

    edits: Mapping[Operation, Edit]

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        edit = self.edits.get(op)
        if edit is None:
            return
        operands = list(op.operands)
        for position, value in edit.constants.items():
            constant = rewriter.insert(ConstantOp(value))
            if isinstance(old := operands[position].owner, ConstantOp):
                constant.location = old.location
            operands[position] = constant.result
        narrow = type(op).create(
            operands=operands,
            result_types=[edit.result_type],
            properties=edit.properties,
            attributes=op.attributes,
            location=op.location,
        )
        rewriter.replace(op, narrow)


@dataclass(frozen=True)
class FoldConstantChannels(ModulePass):
    """Removes channels whose value is known, or does not matter, from whole tensors."""

    name = "fold-constant-channels"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        edits: dict[Operation, Edit] = {}
        for function in op.walk():
            if isinstance(function, FuncOp):
                edits.update(plan_edits(list(function.walk())))
        if not edits:
            return
        patterns: list[RewritePattern] = [RemoveChannels(edits)]
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)


PASS = FoldConstantChannels
