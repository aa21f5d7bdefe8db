"""Constant sub-graphs are computed at import, as TFLite Micro computes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from support_unit import case, function_of, interpreted, tflm_outputs

from tinyts_dialect.interpreter import interpret
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.structure import ConstantOp
from tools.constant_folding import fold_constants
from tools.import_tflite import import_tflite
from tools.tflite_file import read_tflite
from tools.tflite_writer import Quant, TFLiteWriter

Q = Quant(0.5, 3)


def i32(*values: int) -> np.ndarray[Any, Any]:
    return np.array(values, np.int32)


def flatten(writer: TFLiteWriter, x: int) -> int:
    """RESHAPE to [batch, rest] as Keras writes it for an unknown batch."""
    rank = len(writer.shape(x))
    shape = writer.activation("shape", (rank,), None, "int32")
    writer.operator("SHAPE", (x,), (shape,), {"out_type": 2})
    batch = add_scalar(writer, "batch")
    begins = [writer.constant(i32(n)) for n in (0, 1, 1)]
    options = {"shrink_axis_mask": 1, "begin_mask": 0, "end_mask": 0}
    writer.operator("STRIDED_SLICE", (shape, *begins), (batch,), options)
    rest = int(np.prod(writer.shape(x)[1:]))
    size = writer.constant(np.array(rest, np.int32), name="rest")
    new_shape = writer.activation("new_shape", (2,), None, "int32")
    options = {"values_count": 2, "axis": 0}
    writer.operator("PACK", (batch, size), (new_shape,), options)
    y = writer.activation("flat", (1, rest), writer.quant(x))
    writer.operator("RESHAPE", (x, new_shape), (y,))
    return y


def add_scalar(writer: TFLiteWriter, name: str) -> int:
    return writer.activation(name, (), None, "int32")


def test_computed_shape_of_a_reshape() -> None:
    writer = TFLiteWriter(unknown_batch=True)
    x = writer.input("x", shape=(1, 2, 3, 4), scale=Q.scale, zero_point=Q.zero_point)
    pooled = writer.max_pool_2d(x, filter=(2, 2))
    writer.output(flatten(writer, pooled))
    item = case("flatten", writer)
    kinds = [type(op) for op in item.module.walk()]
    assert ReshapeOp in kinds
    assert ConstantOp not in kinds
    (expected,) = tflm_outputs([item])[0]
    np.testing.assert_array_equal(interpreted(item.module, item.inputs)[0], expected)


def test_outputs_that_fold_to_constants() -> None:
    """Anchors: dequantized, joined; one of them is read as well."""
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 2, 2, 1), scale=Q.scale, zero_point=Q.zero_point)
    anchors = writer.constant(np.arange(-6, 6, dtype=np.int8).reshape(1, 6, 2), Q)
    joined = writer.concatenation([anchors, anchors], axis=1)
    writer.output(writer.dequantize(joined), joined, writer.add(x, x, output=Q))
    item = case("anchors", writer)
    outputs = interpreted(item.module, item.inputs)
    assert [output.dtype.name for output in outputs] == ["float32", "int8", "int8"]
    for found, expected in zip(outputs, tflm_outputs([item])[0], strict=True):
        np.testing.assert_array_equal(found, expected)
    returned = function_of(item.module).body.block.last_op
    assert returned is not None
    owners = [type(value.owner) for value in returned.operands]
    assert owners[:2] == [ConstantOp, ConstantOp]


X = np.arange(12, dtype=np.int32).reshape(3, 4)

FOLDS: dict[str, tuple[str, list[Any], dict[str, Any], Any]] = {
    "tile": ("TILE", [X, i32(2, 1)], {}, np.tile(X, (2, 1))),
    "fill": ("FILL", [i32(2, 3), np.array(7, np.int32)], {}, np.full((2, 3), 7)),
    "transpose": ("TRANSPOSE", [X, i32(1, 0)], {}, X.T),
    "expand": ("EXPAND_DIMS", [X, i32(0)], {}, X[None]),
    "squeeze": ("SQUEEZE", [X[None]], {"squeeze_dims": [0]}, X),
    "concatenation": ("CONCATENATION", [X, X], {"axis": -1}, np.hstack([X, X])),
    "pack": ("PACK", [X, X], {"axis": 1, "values_count": 2}, np.stack([X, X], 1)),
    "reshape": ("RESHAPE", [X, i32(2, 6)], {}, X.reshape(2, 6)),
    "add": ("ADD", [X, i32(5)], {}, X + 5),
    "sub": ("SUB", [X, i32(5)], {}, X - 5),
    "mul": ("MUL", [X, i32(5)], {}, X * 5),
    "mul of scalars": ("MUL", [X[0, 2], X[0, 3]], {}, X[1, 2]),
    "minimum": ("MINIMUM", [X, i32(5)], {}, np.minimum(X, 5)),
    "slice of rows": (
        "STRIDED_SLICE",
        [X, i32(-2), i32(9), i32(1)],
        {},
        X[1:],
    ),
    "slice with masks": (
        "STRIDED_SLICE",
        [X, i32(1, 3), i32(1, 0), i32(1, -2)],
        {"begin_mask": 1, "end_mask": 3},
        X[:, 3::-2],
    ),
    "slice of one": (
        "STRIDED_SLICE",
        [X, i32(-1, 0), i32(0, 4), i32(1, 1)],
        {"shrink_axis_mask": 1},
        X[-1],
    ),
}


@pytest.mark.parametrize("name", FOLDS)
def test_fold(name: str) -> None:
    builtin, inputs, options, expected = FOLDS[name]
    (found,) = folded(builtin, inputs, options, [expected.shape])
    assert found is not None
    np.testing.assert_array_equal(found, expected)


def test_fold_into_several() -> None:
    parts = folded("SPLIT", [i32(1), X], {"num_splits": 2}, [(3, 2), (3, 2)])
    np.testing.assert_array_equal(np.hstack(parts), X)
    sizes = [X, i32(1, -1), i32(0)]
    parts = folded("SPLIT_V", sizes, {"num_splits": 2}, [(1, 4), (2, 4)])
    np.testing.assert_array_equal(np.vstack(parts), X)
    parts = folded("UNPACK", [X], {"num": 3, "axis": 0}, [(4,)] * 3)
    np.testing.assert_array_equal(np.stack(parts), X)


UNFOLDED: dict[str, tuple[str, list[Any], dict[str, Any], tuple[int, ...]]] = {
    "shapes differ": ("TILE", [X, i32(2, 1)], {}, (3, 8)),
    "more than the shape": ("FILL", [i32(1 << 30, 2), i32(1)], {}, (2, 3)),
    "axis": ("CONCATENATION", [X, X], {"axis": 2}, (3, 8)),
    "activation": (
        "ADD",
        [X, i32(5)],
        {"fused_activation_function": 1},
        (3, 4),
    ),
    "stride": ("STRIDED_SLICE", [X, i32(0), i32(3), i32(0)], {}, (3, 4)),
    "new axis": (
        "STRIDED_SLICE",
        [X, i32(0), i32(3), i32(1)],
        {"new_axis_mask": 1},
        (1, 3, 4),
    ),
    "index": (
        "STRIDED_SLICE",
        [X, i32(3), i32(4), i32(1)],
        {"shrink_axis_mask": 1},
        (4,),
    ),
}


@pytest.mark.parametrize("name", UNFOLDED)
def test_what_does_not_fit_is_left(name: str) -> None:
    builtin, inputs, options, shape = UNFOLDED[name]
    assert folded(builtin, inputs, options, [shape]) == [None]


def folded(
    builtin: str,
    inputs: Sequence[Any],
    options: Mapping[str, Any],
    shapes: Sequence[tuple[int, ...]],
) -> list[Any]:
    """The data of the outputs of one operator of constants."""
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1,), scale=1.0)
    constants = [writer.constant(array) for array in inputs]
    outputs = [
        writer.activation(f"y{n}", shape, None, "int32")
        for n, shape in enumerate(shapes)
    ]
    writer.operator(builtin, constants, outputs, options)
    writer.output(x)
    file = fold_constants(read_tflite(writer.finish()))
    return [file.tensors[index].data for index in outputs]


def test_an_output_of_integers_may_be_folded() -> None:
    writer = TFLiteWriter()
    writer.input("x", shape=(1,), scale=1.0)
    y = writer.activation("y", (1,), None, "int32")
    writer.operator("ADD", (writer.constant(i32(1)), writer.constant(i32(2))), (y,))
    writer.output(y)
    (found,) = interpret(import_tflite(writer.finish()), np.zeros(1, np.int8))
    assert found.dtype == np.int32
    assert found.tolist() == [3]
