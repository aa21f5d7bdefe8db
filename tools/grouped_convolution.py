"""CONV_2D in groups of channels, as one convolution a group."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from xdsl.ir import Attribute, SSAValue

from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import dense, shape_of, to_array
from tools.operator_reader import OperatorReader
from tools.tflite_file import MAX_OPERANDS
from tools.view_building import concatenated, part


def groups_of(reader: OperatorReader, depth: int, weights: SSAValue) -> int:
    """How many groups a convolution of `depth` channels has; 1 where it is none.

    Raises TFLiteError for groups that TensorFlow Lite Micro refuses.
    """
    outputs, _, _, inputs = shape_of(weights)
    groups, rest = divmod(depth, inputs)
    if groups <= 1 or rest:
        return 1
    if outputs % groups:
        reader.fail(
            f"{outputs} outputs are not {groups} groups of one size; export the model "
            "again"
        )
    if groups > MAX_OPERANDS:
        reader.fail(f"more than {MAX_OPERANDS} groups are not supported")
    return groups


def read_groups(
    reader: OperatorReader,
    groups: int,
    operands: tuple[SSAValue, SSAValue, SSAValue],
    scales: npt.NDArray[np.float32],
    properties: Mapping[str, Attribute],
) -> SSAValue:
    """Input, weights and bias as the groups' results side by side."""
    input, weights, bias = operands
    _, height, width, depth = shape_of(input)
    size = depth // groups
    parts = [
        part(
            reader,
            input,
            [range(height), range(width), range(first, first + size)],
        )
        for first in range(0, depth, size)
    ]
    kernels, biases, rates = (
        np.split(array, groups) for array in (_array(weights), _array(bias), scales)
    )
    shape = (*reader.output.shape[:3], len(scales) // groups)
    pieces = [
        reader.build(
            Conv2DOp,
            [piece, reader.new_constant(kernel), reader.new_constant(added)],
            {**properties, "weight_scales": dense(rate)},
            shape=shape,
            computes=False,
        )
        for piece, kernel, added, rate in zip(
            parts, kernels, biases, rates, strict=True
        )
    ]
    return concatenated(reader, pieces, 3)


def _array(value: SSAValue) -> npt.NDArray[np.generic]:
    if not isinstance(value.owner, ConstantOp):
        raise TypeError("weights that are not constant")
    return to_array(value.owner.value)
