"""`fuse-rows`: a convolution and one or two after it become one op of a few rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, StringAttr, i64
from xdsl.ir import Operation
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from tinyts_dialect.attributes import PairAttr, QuantAttr
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.kept_rows import KeptRows, most_kept
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.fused_pixels import FusedPixelsOp
from tinyts_dialect.ops.fused_rows import FusedRowsOp
from tinyts_dialect.tensors import quant_of, shape_of, tensor_type
from tinyts_dialect.windows import NO_PADS

ConvolutionOp: TypeAlias = Conv2DOp | DepthwiseConv2DOp

KINDS = ("rows", "pixels", "block")


class FusionError(Exception):
    """Why an op cannot be fused with its reader."""


def consumer_of(op: TensorOp, kind: str) -> ConvolutionOp:
    """The only reader of `op`, with which it may be fused; FusionError otherwise.

    In a `block` that is a depthwise convolution, which in turn may be fused by pixels.
    """
    if kind not in KINDS:
        raise FusionError(f"fuse = '{kind}' is not one of {', '.join(KINDS)}")
    if kind == "block":
        consumer_of(consumer_of(op, "rows"), "pixels")
        kind = "rows"
    if not isinstance(op, ConvolutionOp if kind == "rows" else DepthwiseConv2DOp):
        wanted = "convolution" if kind == "rows" else "depthwise convolution"
        raise FusionError(f"it is no {wanted}")
    readers = [use.operation for use in op.output().uses]
    if len(readers) != 1:
        raise FusionError(f"its result has {len(readers)} readers, not one")
    reader = readers[0]
    if kind == "rows" and not isinstance(reader, DepthwiseConv2DOp):
        raise FusionError(f"its reader is {reader.name}, no depthwise convolution")
    if kind == "pixels" and not _is_pointwise(reader):
        raise FusionError(f"its reader is {reader.name}, no convolution of 1x1 pixels")
    if reader.operands[0] != op.output():
        raise FusionError("its reader does not read it as its input")
    if op.rect is not None or reader.rect is not None:
        raise FusionError("it or its reader is cut already; fuse before the split")
    return reader


def _is_pointwise(op: Operation) -> bool:
    if not isinstance(op, Conv2DOp):
        return False
    window = op.window.data
    return (window.kernel, window.stride, window.pads) == ((1, 1), (1, 1), NO_PADS)


def fused_rows(
    producer: ConvolutionOp, consumer: DepthwiseConv2DOp, group: int, keep: int | None
) -> FusedRowsOp:
    """Both as one op that computes all rows; without `keep` nothing is recomputed."""
    window = consumer.window.data
    height = shape_of(producer.result)[1]
    most = most_kept(window)
    kept = most if keep is None else min(keep, most)
    rows = KeptRows(window.extent(0), window.stride[0], window.pads.top, height, kept)
    computed = rows.computed(0, shape_of(consumer.result)[1])
    channels = shape_of(producer.result)[3]
    return FusedRowsOp.build(
        operands=[
            [],
            [producer.input],
            producer.weights,
            producer.bias,
            consumer.weights,
            consumer.bias,
            [],
            [],
        ],
        result_types=[consumer.result.type, []],
        properties={
            **_kept_properties(consumer),
            "producer": StringAttr(producer.name.removeprefix("tinyts.")),
            "producer_window": producer.window,
            "producer_clamp": producer.clamp,
            "producer_scales": producer.weight_scales,
            "input_type": tensor_type(producer.input),
            "middle_quant": QuantAttr(quant_of(producer.result)),
            "middle_layer": producer.layer,
            "middle_rows": PairAttr(computed),
            "group": IntegerAttr(min(group, channels), i64),
            "keep": IntegerAttr(kept, i64),
        },
        attributes=consumer.attributes,
    )


def fused_block(pair: FusedRowsOp, project: Conv2DOp) -> FusedRowsOp:
    """A pair that computes all rows, and the 1x1 convolution that reads its result."""
    return FusedRowsOp.build(
        operands=[
            [],
            [pair.input] if pair.input is not None else [],
            pair.producer_weights,
            pair.producer_bias,
            pair.weights,
            pair.bias,
            [project.weights],
            [project.bias],
        ],
        result_types=[project.result.type, []],
        properties={
            **{n: v for n, v in _kept_properties(project).items() if n not in _LAYER},
            **{n: v for n, v in pair.properties.items() if n in _PAIR | _LAYER},
            "project_clamp": project.clamp,
            "project_scales": project.weight_scales,
            "depthwise_quant": QuantAttr(quant_of(pair.result)),
            "depthwise_layer": pair.layer,
        },
        attributes=project.attributes,
    )


def fused_pixels(producer: DepthwiseConv2DOp, consumer: Conv2DOp) -> FusedPixelsOp:
    """Both as one op over the window of the depthwise convolution."""
    return FusedPixelsOp.build(
        operands=[
            producer.input,
            producer.weights,
            producer.bias,
            consumer.weights,
            consumer.bias,
        ],
        result_types=[consumer.result.type],
        properties={
            **_kept_properties(consumer),
            "window": producer.window,
            "producer_clamp": producer.clamp,
            "producer_scales": producer.weight_scales,
            "middle_quant": QuantAttr(quant_of(producer.result)),
            "middle_layer": producer.layer,
        },
        attributes=consumer.attributes,
    )


_LAYER = frozenset({"window", "clamp", "weight_scales"})
"""Properties of a convolution that a block has for its depthwise one alone."""

_PAIR = frozenset(
    {
        "producer",
        "producer_window",
        "producer_clamp",
        "producer_scales",
        "input_type",
        "middle_quant",
        "middle_layer",
        "middle_rows",
        "group",
        "keep",
    }
)
"""Properties that a block takes from the pair of its first two ops."""


def _kept_properties(consumer: ConvolutionOp) -> dict[str, object]:
    """The consumer's own: its window, its layer, and where it stands in the plan."""
    return {name: v for name, v in consumer.properties.items() if name != "fuse"}


@dataclass(frozen=True)
class FuseRows(ModulePass):
    """Fuses every op whose attribute `fuse` says so with the one reader of its result.

    With `all` it fuses every pair of a convolution and a depthwise convolution that can
    be, from the top down. `group` is the number of channels of the middle that are
    computed at a time; the attributes `group` and `keep` of an op go before it.
    """

    name = "fuse-rows"

    group: int = 8
    all: bool = False

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if self.group < 1:
            raise PassFailedException(
                f"fuse-rows: group is {self.group}; it must be at least 1"
            )
        for producer in list(op.walk()):
            if not isinstance(producer, TensorOp) or producer.parent is None:
                continue  # no op of the dialect, or the second of a pair
            if producer.fuse is not None:
                self._fuse(producer, producer.fuse.data)
            elif self.all:
                self._fuse_if_possible(producer)

    def _fuse_if_possible(self, producer: TensorOp) -> None:
        try:
            consumer = consumer_of(producer, "rows")
        except FusionError:
            return
        if consumer.fuse is None:
            self._fuse(producer, "rows")

    def _fuse(self, producer: TensorOp, kind: str) -> None:
        consumer = self._checked(producer, kind)
        if isinstance(consumer, DepthwiseConv2DOp):
            group = _number(producer, "group", least=1)
            keep = _number(producer, "keep", least=0)
            fused = fused_rows(
                producer, consumer, self.group if group is None else group, keep
            )
        else:
            fused = fused_pixels(producer, consumer)
        _replace(consumer, fused)
        _erase(producer)
        if kind == "block":
            project = next(iter(fused.result.uses)).operation
            _replace(project, fused_block(fused, project))
            _erase(fused)

    def _checked(self, producer: TensorOp, kind: str) -> ConvolutionOp:
        try:
            consumer = consumer_of(producer, kind)
            readers = [consumer]
            if kind == "block":
                readers.append(consumer_of(consumer, "pixels"))
            if any(reader.fuse is not None for reader in readers):
                raise FusionError(
                    "its reader has an attribute 'fuse' too; one op belongs to one pair"
                )
        except FusionError as error:
            raise PassFailedException(
                f"fuse-rows: {producer.name} of layer {producer.layer_text()} cannot "
                f"be fused: {error}"
            ) from error
        return consumer


def _replace(op: ConvolutionOp, fused: TensorOp) -> None:
    """Puts the fused op in the place of the consumer."""
    fused.location = op.location
    fused.output().name_hint = op.result.name_hint
    op.parent_block().insert_op_before(fused, op)
    op.result.replace_all_uses_with(fused.output())
    _erase(op)


def _erase(op: Operation) -> None:
    op.detach()
    op.erase()


def _number(op: TensorOp, name: str, least: int) -> int | None:
    """An integer attribute of an op, None where it has none."""
    attribute = op.attributes.get(name)
    if attribute is None:
        return None
    if not isinstance(attribute, IntegerAttr) or attribute.value.data < least:
        raise PassFailedException(
            f"fuse-rows: attribute '{name}' of {op.name} of layer {op.layer_text()} is "
            f"no integer of at least {least}"
        )
    return attribute.value.data


PASS = FuseRows
