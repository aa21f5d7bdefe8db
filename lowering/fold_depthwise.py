"""`fold-depthwise`: a depthwise convolution of one channel is a convolution.

Its output channels all read the one input channel there is: the same products, with the
weights [1, h, w, M] as [M, h, w, 1]. Convolutions have kernels that compute several
output channels at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import dense, shape_of, to_array


class FoldDepthwise(RewritePattern):
    """Replaces an op whose input has one channel, if its weights are constant."""

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: DepthwiseConv2DOp, rewriter: PatternRewriter
    ) -> None:
        weights = op.weights.owner
        if shape_of(op.input)[3] != 1 or not isinstance(weights, ConstantOp):
            return
        by_output = np.moveaxis(to_array(weights.value), 3, 0)
        turned = rewriter.insert(
            ConstantOp(dense(np.ascontiguousarray(by_output).transpose(0, 2, 3, 1)))
        )
        folded = Conv2DOp.create(
            operands=[op.input, turned.result, op.bias],
            result_types=op.result_types,
            properties=op.properties,
            attributes=op.attributes,
            location=op.location,
        )
        rewriter.replace(op, folded)


@dataclass(frozen=True)
class FoldDepthwisePass(ModulePass):
    """Makes `tinyts.conv_2d` of each `tinyts.depthwise_conv_2d` of one channel."""

    name = "fold-depthwise"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(FoldDepthwise(), apply_recursively=False).rewrite_module(
            op
        )


PASS = FoldDepthwisePass
