"""Dilated convolutions that a converter has written as convolutions of a batch.

Pixels that lie a dilation apart become images of a batch (SPACE_TO_BATCH_ND), which are
convolved, and put back (BATCH_TO_SPACE_ND). The three are one convolution with that
dilation, whose batch is 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import tflite
from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import SSAValue

from tinyts_dialect.attributes import ClampAttr, PadsAttr, WindowAttr
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.pad import PadOp
from tinyts_dialect.tensors import dense, quant_of, shape_of
from tinyts_dialect.windows import NO_PADS, Pads, Window
from tools.operator_entry import with_output_shape
from tools.operator_options import OptionsError, options_of
from tools.operator_reader import OperatorReader
from tools.tflite_file import Dilation, OperatorInfo, TFLiteFile
from tools.view_building import reshaped

CONVOLUTIONS = {
    "CONV_2D": tflite.Conv2DOptions,
    "DEPTHWISE_CONV_2D": tflite.DepthwiseConv2DOptions,
}
RESHAPES = ("EXPAND_DIMS", "RESHAPE", "SQUEEZE")


@dataclass(frozen=True)
class _Group:
    """The operators of one dilated convolution, and what stands for them."""

    inside: frozenset[int]
    """Those before the last, by their index in the file."""
    last: int
    convolution: OperatorInfo


def fold_dilations(file: TFLiteFile) -> TFLiteFile:
    """The file with one operator for each dilated convolution that is spread out.

    What reads or writes a batch in another way stays as it is.
    """
    writers = {t: operator for operator in file.operators for t in operator.outputs}
    groups = [
        group
        for operator in file.operators
        if operator.builtin == "BATCH_TO_SPACE_ND"
        and (group := _group(file, writers, operator)) is not None
    ]
    groups = _closed(file, groups)
    if not groups:
        return file
    gone = frozenset[int]().union(*(group.inside for group in groups))
    made = {group.last: group.convolution for group in groups}
    operators = tuple(
        made.get(operator.index, operator)
        for operator in file.operators
        if operator.index not in gone
    )
    return replace(file, operators=operators)


def _closed(file: TFLiteFile, groups: list[_Group]) -> list[_Group]:
    """The groups whose inner tensors nothing else reads."""
    while True:
        inside = frozenset[int]().union(*(group.inside for group in groups))
        members = inside | {group.last for group in groups}
        read = set(file.outputs)
        for operator in file.operators:
            if operator.index not in members:
                read.update(operator.inputs)
        open_ = {
            operator.index
            for operator in file.operators
            if operator.index in inside and read.intersection(operator.outputs)
        }
        kept = [group for group in groups if not group.inside & open_]
        if len(kept) == len(groups):
            return kept
        groups = kept


def _group(
    file: TFLiteFile, writers: Mapping[int, OperatorInfo], last: OperatorInfo
) -> _Group | None:
    """The group that ends with an operator; None where it is no convolution's."""
    behind, convolution = _before(writers, last)
    if convolution is None or convolution.builtin not in CONVOLUTIONS:
        return None
    ahead, first = _before(writers, convolution)
    if first is None or first.builtin != "SPACE_TO_BATCH_ND":
        return None
    dilation = _dilation(file, first, convolution, last)
    if dilation is None:
        return None
    inside = {first.index, convolution.index, *ahead, *behind}
    merged = replace(
        convolution,
        index=last.index,
        inputs=(first.inputs[0], *convolution.inputs[1:]),
        outputs=last.outputs,
        dilation=dilation,
    )
    return _Group(frozenset(inside), last.index, merged)


def _before(
    writers: Mapping[int, OperatorInfo], operator: OperatorInfo
) -> tuple[list[int], OperatorInfo | None]:
    """The reshapes before an operator's first input, and what writes their input."""
    passed: list[int] = []
    found = writers.get(operator.inputs[0]) if operator.inputs else None
    while found is not None and found.builtin in RESHAPES:
        passed.append(found.index)
        found = writers.get(found.inputs[0])
    return passed, found


def _dilation(
    file: TFLiteFile, first: OperatorInfo, convolution: OperatorInfo, last: OperatorInfo
) -> Dilation | None:
    """How the convolution is dilated; None where the three are more than that."""
    try:
        options = options_of(convolution, CONVOLUTIONS[convolution.builtin])
    except OptionsError:
        return None
    plain = (options.StrideH(), options.StrideW()) == (1, 1)
    plain &= (options.DilationHFactor(), options.DilationWFactor()) == (1, 1)
    if not plain or options.Padding() != tflite.Padding.VALID:
        return None
    blocks, pads = _numbers(file, first)
    other_blocks, crops = _numbers(file, last)
    if blocks is None or pads is None or crops is None or blocks != other_blocks:
        return None
    if not _same_numbers(file, first.inputs[0], convolution.inputs[0]):
        return None
    if not _same_numbers(file, convolution.outputs[0], last.outputs[0]):
        return None
    spread = file.tensors[first.outputs[0]].shape
    image = file.tensors[convolution.inputs[0]].shape
    if len(image) != 4 or spread[:1] != image[:1] or image[0] != prod(blocks):
        return None
    axes = _axes(spread, image)
    if axes is None or len(axes) != len(blocks):
        return None
    sides, borders = [1, 1], [(0, 0), (0, 0)]
    for axis, side, pad, crop in zip(axes, blocks, pads, crops, strict=True):
        sides[axis] = side
        borders[axis] = pad[0] - crop[0], pad[1] - crop[1]
    if min(*borders[0], *borders[1]) < 0:
        return None
    return Dilation((sides[0], sides[1]), (*borders[0], *borders[1]))


def _numbers(
    file: TFLiteFile, operator: OperatorInfo
) -> tuple[list[int] | None, list[list[int]] | None]:
    """The sides of the blocks, and what is padded or cropped on their axes."""
    tensors = [file.tensors[index] for index in operator.inputs[1:]]
    if len(tensors) != 2 or any(tensor.data is None for tensor in tensors):
        return None, None
    blocks, pairs = (np.asarray(tensor.data) for tensor in tensors)
    if blocks.ndim != 1 or pairs.shape != (len(blocks), 2) or (blocks < 1).any():
        return None, None
    return blocks.tolist(), pairs.tolist()


def _same_numbers(file: TFLiteFile, a: int, b: int) -> bool:
    """Whether two tensors have the same quantization."""
    one, other = file.tensors[a], file.tensors[b]
    return (
        one.scales.tolist() == other.scales.tolist()
        and one.zero_points.tolist() == other.zero_points.tolist()
    )


def _axes(spread: Sequence[int], image: Sequence[int]) -> list[int] | None:
    """Which axes of the convolution, rows (0) or columns (1), are spread out."""
    if tuple(spread) == tuple(image):
        return [0, 1]
    if len(spread) != 3 or spread[2] != image[3] or 1 not in image[1:3]:
        return None
    return [1] if image[1] == 1 else [0]


def read_dilated(reader: OperatorReader, dilation: Dilation) -> SSAValue:
    """One convolution in the place of a group."""
    depthwise = reader.operator.builtin == "DEPTHWISE_CONV_2D"
    options = reader.options(CONVOLUTIONS[reader.operator.builtin])
    weights, scales = reader.weights(1, rank=4, channel_axis=3 if depthwise else 0)
    shape = shape_of(weights)
    channels = shape[3] if depthwise else shape[0]
    input = reader.activation(0)
    rows_only = dilation.sides[0] > 1
    input = reshaped(reader, input, _as_image(shape_of(input), rows_only))
    pads = Pads(*dilation.pads)
    if any(pads) and quant_of(input).zero_point != 0:
        input, pads = _padded(reader, input, pads), NO_PADS
    image = shape_of(input)
    window = Window((shape[1], shape[2]), pads=pads, dilation=dilation.sides)
    sizes = [window.output_size(axis, image[1 + axis]) for axis in (0, 1)]
    result = reader.build(
        DepthwiseConv2DOp if depthwise else Conv2DOp,
        [input, weights, reader.bias(2, channels)],
        {
            "window": WindowAttr(window),
            "clamp": ClampAttr(reader.clamp(options.FusedActivationFunction())),
            "weight_scales": dense(np.resize(scales, channels)),
        },
        shape=(1, *sizes, channels),
    )
    return with_output_shape(reader, result)


def _padded(reader: OperatorReader, input: SSAValue, pads: Pads) -> SSAValue:
    """TensorFlow Lite Micro spreads images out with stored zeros around them.

    A convolution pads with the zero point.
    """
    _, height, width, channels = shape_of(input)
    return reader.build(
        PadOp,
        [input],
        {"pads": PadsAttr(pads), "value": IntegerAttr(0, i64)},
        shape=(
            1,
            height + pads.top + pads.bottom,
            width + pads.left + pads.right,
            channels,
        ),
        quant=quant_of(input),
        computes=False,
    )


def _as_image(shape: tuple[int, ...], rows: bool) -> tuple[int, ...]:
    """A tensor of rank 3 with its one axis as rows or as columns."""
    if len(shape) != 3:
        return shape
    batch, length, channels = shape
    return (batch, length, 1, channels) if rows else (batch, 1, length, channels)
