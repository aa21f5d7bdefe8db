"""One-dimensional networks: rows become the long axis, bytes stay TFLite Micro's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support_unit import case, function_of, interpreted, tflm_outputs
from xdsl.dialects.builtin import ModuleOp

from emitc.read_program import read_program
from lowering.stages.graph import read_graph
from lowering.stages.search import Search
from lowering.stages.variants import Freedom
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.tensors import shape_of
from tools.compiler import compile_path
from tools.differential import find_differences
from tools.import_tflite import import_tflite
from tools.options import resolve
from tools.oracle import run_oracle
from tools.run_inputs import input_details, random_inputs
from tools.tflite_writer import Quant, TFLiteWriter

RANDOM = np.random.default_rng(5)


def weights(*shape: int) -> np.ndarray:
    return RANDOM.integers(-127, 128, shape, np.int8)


def conv(
    writer: TFLiteWriter, x: int, channels: int, taps: int, stride: int = 1
) -> int:
    depth = writer.shape(x)[3]
    return writer.conv_2d(
        x,
        weights=weights(channels, 1, taps, depth),
        bias=RANDOM.integers(-900, 900, channels, np.int32),
        weight_scales=np.full(channels, 0.02 / np.sqrt(taps * depth)),
        output=Quant(0.05, -9),
        stride=(1, stride),
    )


def squeezed(writer: TFLiteWriter, shape: tuple[int, ...]) -> int:
    """Convolutions, a depthwise one, a pool, a residual, squeeze and excite."""
    x = writer.input("x", shape=shape, scale=0.05, zero_point=3)
    y = conv(writer, x, 6, 5, stride=2)
    z = writer.depthwise_conv_2d(
        y,
        weights=weights(1, 1, 3, 6),
        bias=None,
        weight_scales=[0.02],
        output=Quant(0.05, -9),
        activation="RELU",
    )
    z = writer.add(y, z, output=Quant(0.1, 0))
    gate = writer.mean(z, (1, 2), keep_dims=True, output=Quant(0.02, 0))
    gate = conv(writer, gate, 6, 1)
    gate = writer.unary("LOGISTIC", gate, output=Quant(1 / 256, -128))
    z = writer.mul(z, gate, output=Quant(0.05, 2))
    per_pixel = writer.constant(weights(1, 1, writer.shape(z)[2], 1), Quant(0.01))
    z = writer.mul(z, per_pixel, output=Quant(0.04, 2))
    z = writer.max_pool_2d(z, filter=(1, 3), stride=(1, 2), padding="SAME")
    z = writer.pad(z, [(0, 0), (0, 0), (1, 2), (0, 0)])
    return writer.average_pool_2d(z, filter=(1, 2), stride=(1, 2), padding="VALID")


def of_rank_3(writer: TFLiteWriter, shape: tuple[int, ...]) -> int:
    """What Keras makes of Conv1D: rank 3 between reshapes."""
    x = writer.input("x", shape=shape, scale=0.05, zero_point=3)
    _, width, depth = shape
    y = conv(writer, writer.reshape(x, (1, 1, width, depth)), 5, 3)
    y = writer.reshape(y, (1, width, 5))
    bias = writer.constant(weights(5), Quant(0.02, 4))
    y = writer.add(y, bias, output=Quant(0.05, -128), activation="RELU")
    y = writer.concatenation([y, y], axis=1)
    z = conv(writer, writer.reshape(y, (1, 1, 2 * width, 5)), 4, 3, stride=2)
    z = writer.fully_connected(
        writer.reshape(z, (1, width, 4)),
        weights=weights(6, 4),
        bias=None,
        weight_scales=[0.01],
        output=Quant(0.1, 5),
        keep_num_dims=True,
    )
    z = writer.softmax(z)
    return writer.mean(z, (1,), output=Quant(1 / 256, -128))


def shapes(module: ModuleOp) -> list[tuple[int, ...]]:
    return [
        shape_of(op.output())
        for op in function_of(module).body.block.ops
        if isinstance(op, TensorOp)
    ]


def test_lines_become_rows_and_keep_their_bytes() -> None:
    cases = []
    for build, shape in ((squeezed, (1, 1, 40, 3)), (of_rank_3, (1, 21, 4))):
        writer = TFLiteWriter()
        y = build(writer, shape)
        writer.output(y)
        cases.append(case(build.__name__, writer))
    for item, expected in zip(cases, tflm_outputs(cases), strict=True):
        columns = {shape[2] for shape in shapes(item.module) if len(shape) == 4}
        assert columns == {1}
        arguments = function_of(item.module).body.block.args
        assert shape_of(arguments[0])[2] == 1
        found = interpreted(item.module, item.inputs)
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_array_equal(ours, theirs, item.name)


def test_the_interface_keeps_the_shapes_of_the_file(
    tmp_path: Path, object_cache: Path
) -> None:
    writer = TFLiteWriter()
    writer.output(of_rank_3(writer, (1, 21, 4)))
    path = tmp_path / "line.tflite"
    path.write_bytes(writer.finish())
    inputs = random_inputs(input_details(path), 0, 5)
    oracle = run_oracle(path, inputs, "tflm", all_tensors=True)
    compiled = compile_path(path, resolve(split_height=2, input="rows"))
    (port,) = read_program(compiled.placed).inputs
    assert port.shape == (1, 21, 4)
    assert read_program(compiled.placed).row_ports == {port: 21}
    folder = tmp_path / "build"
    assert not find_differences(compiled, oracle, inputs, folder, cache=object_cache)


def test_a_part_with_another_operator_stays() -> None:
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 1, 20, 3), scale=0.05)
    y = conv(writer, x, 4, 3)
    tall = writer.input("tall", shape=(1, 7, 1, 4), scale=0.05)
    writer.output(writer.add(y, tall, output=Quant(0.1)))
    module = import_tflite(writer.finish())
    assert shapes(module) == [(1, 1, 20, 4), (1, 7, 20, 4)]


def test_images_stay() -> None:
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 6, 20, 3), scale=0.05)
    writer.output(writer.mean(conv(writer, x, 4, 3), (1, 2), keep_dims=True))
    assert shapes(import_tflite(writer.finish())) == [(1, 6, 20, 4), (1, 1, 1, 4)]


@pytest.mark.parametrize(("width", "least"), [(100, 1), (600, 8)])
def test_the_search_cuts_no_line_into_single_pixels(width: int, least: int) -> None:
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 1, width, 3), scale=0.05)
    writer.output(conv(writer, conv(writer, x, 4, 3), 4, 3))
    function = function_of(import_tflite(writer.finish()))
    graph = read_graph(function, "external", "external")
    search = Search(graph, Freedom(), alignment=4)
    assert min(height for height in search.freedom.heights if height) == least
