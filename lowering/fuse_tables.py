"""`fuse-tables`: a table of a table is one table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import ReturnOp
from xdsl.ir import SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tinyts_dialect.activation_tables import STORED
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.ops.table import TableOp, apply_table, table_values
from tinyts_dialect.tensors import dense


def has_one_reader(value: SSAValue) -> bool:
    """Whether a single operand reads the value, and no caller."""
    uses = list(value.uses)
    return len(uses) == 1 and not isinstance(uses[0].operation, ReturnOp)


class FuseTableIntoTable(RewritePattern):
    """The tables of a chain whose inner values nobody else reads become one."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: TableOp, rewriter: PatternRewriter) -> None:
        inner = op.input.owner
        if not isinstance(inner, TableOp) or not has_one_reader(inner.result):
            return
        first, second = table_values(inner.values), table_values(op.values)
        if first is None or second is None:
            return
        values = rewriter.insert(ConstantOp(dense(apply_table(second, first))))
        fused = TableOp.create(
            operands=[inner.input, values.result],
            result_types=op.result_types,
            properties=op.properties,
            attributes=op.attributes,
            location=op.location,
        )
        rewriter.replace(op, fused)


class EraseIdentityTable(RewritePattern):
    """A table that changes neither a value nor what it means is its input."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: TableOp, rewriter: PatternRewriter) -> None:
        values = table_values(op.values)
        if values is None or op.input.type != op.result.type:
            return
        if np.array_equal(values, STORED):
            rewriter.replace(op, (), [op.input])


@dataclass(frozen=True)
class FuseTables(ModulePass):
    """Makes one `tinyts.table` of each chain of them, and none of an identity."""

    name = "fuse-tables"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns = [EraseIdentityTable(), FuseTableIntoTable()]
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)


PASS = FuseTables
