"""`fold-depthwise`: a depthwise convolution of a few channels is a convolution.

Where there is one input channel, all output channels read it: the same products, with
the weights [1, h, w, M] as [M, h, w, 1]. Where each of a few input channels has several
output channels, the convolution has weights of zero for the other input channels.
Convolutions have kernels that compute several output channels at once; of depthwise
convolutions only those of as many output channels as input channels have fast ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
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

Int8Array = npt.NDArray[np.int8]

MAX_CHANNELS = 12
"""Input channels up to which products with zero cost less than a portable kernel."""


def convolution_weights(weights: Int8Array, channels: int) -> Int8Array:
    """Weights [1, h, w, O] of `channels` input channels as [O, h, w, channels].

    Output channel o reads input channel o // (O // channels).
    """
    by_output = np.moveaxis(weights[0], 2, 0)
    outputs = np.arange(len(by_output))
    spread = np.zeros((*by_output.shape, channels), np.int8)
    spread[outputs, :, :, outputs // (len(outputs) // channels)] = by_output
    return spread


class FoldDepthwise(RewritePattern):
    """Replaces an op with constant weights, of one channel or of a few with several
    output channels each."""

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: DepthwiseConv2DOp, rewriter: PatternRewriter
    ) -> None:
        weights, channels = op.weights.owner, shape_of(op.input)[3]
        if not isinstance(weights, ConstantOp):
            return
        if channels > 1 and (op.channel_multiplier() == 1 or channels > MAX_CHANNELS):
            return
        spread = convolution_weights(to_array(weights.value), channels)
        turned = rewriter.insert(ConstantOp(dense(spread)))
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
    """Makes `tinyts.conv_2d` of `tinyts.depthwise_conv_2d` of few channels."""

    name = "fold-depthwise"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        PatternRewriteWalker(FoldDepthwise(), apply_recursively=False).rewrite_module(
            op
        )


PASS = FoldDepthwisePass
