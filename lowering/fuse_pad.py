"""`fuse-pad`: padding that a window adds itself needs no tensor of its own."""

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

from tinyts_dialect.attributes import WindowAttr
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.pad import PadOp
from tinyts_dialect.windows import Pads, Window


def padded_window(window: Window, pads: Pads) -> Window:
    """The window on the tensor before `pads` were added to it."""
    total = Pads(*(own + added for own, added in zip(window.pads, pads, strict=True)))
    return Window(window.kernel, window.stride, total, window.dilation)


def crops_into_padding(window: Window, pads: Pads) -> bool:
    """Whether the window pads a side that `pads` crop.

    It reads the zero point there; on the tensor before the crop it would read what was
    cropped.
    """
    return any(
        own > 0 > added for own, added in zip(window.pads, pads, strict=True)
    )


class FusePadIntoConvolution(RewritePattern):
    """A convolution reads the zero point outside its input, as `tinyts.pad` adds it."""

    @op_type_rewrite_pattern
    def match_and_rewrite(
        self, op: Conv2DOp | DepthwiseConv2DOp, rewriter: PatternRewriter
    ) -> None:
        pad = op.input.owner
        if not isinstance(pad, PadOp) or pad.channel_pads is not None:
            return
        if crops_into_padding(op.window.data, pad.pads.data):
            return
        fused = type(op).create(
            operands=[pad.input, *op.operands[1:]],
            result_types=op.result_types,
            properties={
                **op.properties,
                "window": WindowAttr(padded_window(op.window.data, pad.pads.data)),
            },
            attributes=op.attributes,
            location=op.location,
        )
        rewriter.replace(op, fused)


class EraseIdentityPad(RewritePattern):
    """A pad that adds nothing is its input."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: PadOp, rewriter: PatternRewriter) -> None:
        if op.is_identity():
            rewriter.replace(op, (), [op.input])


@dataclass(frozen=True)
class FusePad(ModulePass):
    """Moves pads of rows and columns into the convolutions that read them."""

    name = "fuse-pad"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns = [EraseIdentityPad(), FusePadIntoConvolution()]
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)


PASS = FusePad
