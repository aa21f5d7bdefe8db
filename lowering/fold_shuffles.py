"""`fold-shuffles`: reshapes and transposes that only move the channels of a pixel."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import DenseArrayBase, ModuleOp, i32
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.gather_channels import GatherChannelsOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.strided_slice import StridedSliceOp
from tinyts_dialect.ops.transpose import TransposeOp
from tinyts_dialect.tensors import is_activation, quant_of, shape_of

MAX_ELEMENTS = 1 << 22
"""Of a tensor whose elements are followed through a chain."""

Mover = ReshapeOp | TransposeOp


class FoldShuffle(RewritePattern):
    """A chain that moves no element to another pixel reorders channels.

    The shuffle of a ShuffleNet is one: [1, H, W, C] as [1, H, W, G, C / G], transposed,
    and back. Its rows depend on the same rows of its input.
    """

    def match_and_rewrite(self, op: Operation, rewriter: PatternRewriter) -> None:
        if not isinstance(op, ReshapeOp | TransposeOp) or not _is_image(op.result):
            return
        chain = _chain(op)
        if not any(isinstance(part, TransposeOp) for part in chain):
            return
        source = chain[0].input
        channels = channel_order(chain)
        if channels is None or quant_of(source) != quant_of(op.result):
            return
        if channels == list(range(len(channels))):
            rewriter.replace(op, (), [source])
            return
        rewriter.replace(op, _gathered(source, channels, op))


class FoldSlice(RewritePattern):
    """A slice of the channels of every pixel, behind a gather, gathers fewer itself."""

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: StridedSliceOp, rewriter: PatternRewriter) -> None:
        inner, shape = op.input.owner, shape_of(op.result)
        if not isinstance(inner, GatherChannelsOp) or op.rect or inner.rect:
            return
        if shape_of(op.input)[:3] != shape[:3]:
            return
        first, stride = op.channels.data
        channels = list(inner.channels.get_values())[first::stride][: shape[3]]
        rewriter.replace(op, _gathered(inner.input, channels, op))


def _gathered(source: SSAValue, channels: list[int], like: TensorOp) -> TensorOp:
    """Gathers what another operation computes: its tensor of the file."""
    properties: dict[str, Attribute] = {
        "channels": DenseArrayBase.from_list(i32, channels)
    }
    if like.layer is not None:
        properties["layer"] = like.layer
    return GatherChannelsOp.create(
        operands=[source],
        result_types=[like.output().type],
        properties=properties,
        location=like.location,
    )


def _is_image(value: SSAValue) -> bool:
    if not is_activation(value):
        return False
    shape = shape_of(value)
    return len(shape) == 4 and shape[0] == 1 and prod(shape) <= MAX_ELEMENTS


def _chain(op: Mover) -> list[Mover]:
    """The movers from the last tensor of this shape to an op, each read by the next."""
    shape = shape_of(op.result)
    chain: list[Mover] = [op]
    longest: list[Mover] = []
    while True:
        value = chain[0].input
        if shape_of(value) == shape:
            longest = list(chain)
        before = value.owner
        if not isinstance(before, ReshapeOp | TransposeOp) or not value.has_one_use():
            return longest
        chain.insert(0, before)


def channel_order(chain: list[Mover]) -> list[int] | None:
    """For each channel behind a chain the one before it; None where pixels mix."""
    shape = shape_of(chain[0].input)
    moved: npt.NDArray[np.int64] = np.arange(prod(shape)).reshape(shape)
    for op in chain:
        if isinstance(op, TransposeOp):
            moved = moved.transpose(op.permutation())
        moved = moved.reshape(shape_of(op.result))
    pixels = moved.reshape(-1, shape[3])
    order = pixels[0]
    firsts = np.arange(len(pixels))[:, None] * shape[3]
    if not (pixels == firsts + order).all():
        return None
    return [int(channel) for channel in order]


@dataclass(frozen=True)
class FoldShuffles(ModulePass):
    """Makes `tinyts.gather_channels` of reshapes and transposes that are no more.

    Slices of its channels gather them themselves.
    """

    name = "fold-shuffles"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns: list[RewritePattern] = [FoldShuffle(), FoldSlice()]
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)


PASS = FoldShuffles
