"""`fold-reshapes`: bytes that keep their order are reshaped at most once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp, TensorType
from xdsl.ir import Block, BlockArgument, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.pattern_rewriter import (
    GreedyRewritePatternApplier,
    PatternRewriter,
    PatternRewriteWalker,
    RewritePattern,
    op_type_rewrite_pattern,
)

from tinyts_dialect.interfaces import PointwiseOp, TensorOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.quantize import QuantizeOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.table import TableOp
from tinyts_dialect.tensors import quant_of, shape_of, tensor_type
from tinyts_dialect.windows import Window


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


class ReshapeAroundPixels(RewritePattern):
    """What is computed pixel by pixel between two reshapes is computed on the image.

    A dense layer over the channels of an image has its pixels as rows of one pixel:
    [1, H, W, C] is reshaped to [1, H * W, 1, C], and back. Without the two a slice of
    the result depends on the same rows of the image. Of the tensors of the file the
    last one remains.
    """

    @op_type_rewrite_pattern
    def match_and_rewrite(self, op: ReshapeOp, rewriter: PatternRewriter) -> None:
        image = shape_of(op.result)
        if op.layer is None or len(image) != 4 or not _keeps_pixels(op):
            return
        if image[1] == 1:  # there may be rows between the two
            return
        chain: list[TensorOp] = []
        value: SSAValue = op.input
        while _used_once(value) and _is_by_pixel(value.owner):
            if isinstance(value.owner, ReshapeOp):
                if chain and shape_of(value.owner.input)[:-1] == image[:3]:
                    break
            else:
                chain.append(value.owner)
            value = value.owner.operands[0]
        before = value.owner
        if not chain or not isinstance(before, ReshapeOp):
            return
        if not _used_once(value) or not _keeps_pixels(before):
            return
        if shape_of(before.input)[:-1] != image[:3]:
            return
        moved: list[TensorOp] = []
        value = before.input
        for old in reversed(chain):
            result = tensor_type(old.output())
            shape = (*image[:3], shape_of(old.output())[-1])
            type_ = TensorType(result.element_type, shape, result.encoding)
            properties = {k: v for k, v in old.properties.items() if k != "layer"}
            if old is chain[0]:
                properties["layer"] = op.layer
            new = type(old).create(
                operands=[value, *old.operands[1:]],
                result_types=[type_],
                properties=properties,
                attributes=old.attributes,
                location=op.location,
            )
            value = new.output()
            moved.append(new)
        rewriter.replace(op, moved, [value])


def _is_by_pixel(op: Operation | Block) -> TypeGuard[TensorOp]:
    """Whether channels depend on those at the same place of the first operand alone."""
    if not isinstance(op, TensorOp) or op.rect is not None:
        return False
    if isinstance(op, ReshapeOp):
        return _keeps_pixels(op)
    if isinstance(op, Conv2DOp):
        return op.window.data == Window((1, 1))
    one_operand = len(op.operands) == 1 or isinstance(op, TableOp)
    return isinstance(op, PointwiseOp) and one_operand


def _keeps_pixels(op: ReshapeOp) -> bool:
    """Whether the channels of a pixel stay together, and what they mean."""
    given, made = tensor_type(op.input), tensor_type(op.result)
    return (
        given.get_shape()[-1] == made.get_shape()[-1]
        and (given.element_type, given.encoding) == (made.element_type, made.encoding)
    )


def _used_once(value: SSAValue) -> bool:
    return len(list(value.uses)) == 1


@dataclass(frozen=True)
class FoldReshapes(ModulePass):
    """Folds chains of `tinyts.reshape` and erases those that change nothing.

    What is done to an input before anything else is done before its QUANTIZE, and what
    is done to single pixels is done to images.
    """

    name = "fold-reshapes"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        patterns: list[RewritePattern] = [
            EraseIdentityReshape(),
            FoldReshapeOfReshape(),
            ReshapeBeforeQuantize(),
            ReshapeAroundPixels(),
        ]
        PatternRewriteWalker(GreedyRewritePatternApplier(patterns)).rewrite_module(op)


PASS = FoldReshapes
