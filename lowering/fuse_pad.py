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
from tinyts_dialect.interfaces import WindowedOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.max_pool_2d import MaxPool2DOp
from tinyts_dialect.ops.pad import PadOp
from tinyts_dialect.tensors import quant_of
from tinyts_dialect.windows import Pads, Window

LEAST = -128
"""The least int8."""


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
        if pad.padding_value() != quant_of(pad.input).zero_point:
            return
        if crops_into_padding(op.window.data, pad.pads.data):
            return
        rewriter.replace(op, _reading_through(op, pad))


class FusePadIntoMaxPool(RewritePattern):
    """A pool skips what lies outside its input: as good as the least value."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: MaxPool2DOp, rewriter: PatternRewriter) -> None:
        pad = op.input.owner
        if not isinstance(pad, PadOp) or pad.channel_pads is not None:
            return
        if pad.padding_value() != LEAST or crops_into_padding(
            op.window.data, pad.pads.data
        ):
            return
        rewriter.replace(op, _reading_through(op, pad))


def _reading_through(op: WindowedOp, pad: PadOp) -> WindowedOp:
    """The window on what a pad reads, with the pad among its own."""
    return type(op).create(
        operands=[pad.input, *op.operands[1:]],
        result_types=op.result_types,
        properties={
            **op.properties,
            "window": WindowAttr(padded_window(op.get_window(), pad.pads.data)),
        },
        attributes=op.attributes,
        location=op.location,
    )


class EraseIdentityPad(RewritePattern):
    """A pad that adds nothing is its input."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: PadOp, rewriter: PatternRewriter) -> None:
        if op.is_identity():
            rewriter.replace(op, (), [op.input])


@dataclass(frozen=True)
class FusePad(ModulePass):
    """Moves pads of rows and columns into the windows that read them."""

    name = "fuse-pad"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns: list[RewritePattern] = [
            EraseIdentityPad(),
            FusePadIntoConvolution(),
            FusePadIntoMaxPool(),
        ]
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)


PASS = FusePad
