"""Kernels with code for the emulated core, which is not that of the host."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from kernel_bench import SPREAD, Bench, reference
from support_emulator import needs_emulator

from tools import tflite_views as views
from tools.compiler import compile_path
from tools.differential import record_layers
from tools.emulator.machine import emulator
from tools.options import resolve


def add_pools(bench: Bench) -> None:
    """Channels by four and one by one; windows of more values than a lane holds."""
    writer = bench.writer
    for channels in (3, 4, 9):
        x = bench.input((1, 6, 7, channels))
        for pool in (writer.average_pool_2d, writer.max_pool_2d):
            writer.output(pool(x, filter=(3, 2), stride=(2, 1), padding="SAME"))
    x = bench.input((1, 9, 70, 5))
    writer.output(
        writer.average_pool_2d(x, filter=(9, 70), stride=(1, 1), padding="VALID")
    )
    for shape in ((1, 3, 300, 6), (1, 40, 11, 8)):
        output = bench.quant(scale=0.01)
        writer.output(writer.mean(
                bench.input(shape), (1, 2), keep_dims=True, output=output
            ))


    for pool in (writer.average_pool_2d, writer.max_pool_2d):
        x = bench.input((1, 19, 1, 8))
        writer.output(pool(x, filter=(5, 1), stride=(3, 1), padding="SAME"))
        x = bench.input((1, 8, 8, 4))
        writer.output(pool(x, filter=(5, 5), stride=(3, 3), activation="RELU6"))
    x = bench.produced((1, 37, 1, 9))
    writer.output(writer.mean(x, (1, 2), output=bench.near(writer.quant(x))))


def add_elementwise(bench: Bench) -> None:
    """Broadcasts, activations, copies, softmax, windows and columns of many taps."""
    writer = bench.writer
    for index, (name, activation) in enumerate(
        product(("add", "mul"), ("NONE", "RELU_N1_TO_1"))
    ):
        for other in ((1, 6, 7, 5), (1, 1, 1, 5), (1, 6, 7, 1)):
            a, b = bench.input((1, 6, 7, 5)), bench.input(other, 1 + index)
            scale = SPREAD * 0.05 * 0.05 if name == "mul" else 0.1
            output = bench.quant(activation, scale)
            build = getattr(writer, name)
            writer.output(build(a, b, output=output, activation=activation))
    x = bench.input((1, 6, 7, 5))
    for builtin in ("MINIMUM", "MAXIMUM"):
        writer.output(writer.binary(builtin, x, writer.max_pool_2d(
            x, filter=(2, 1), stride=(1, 1), padding="SAME"
        )))
    writer.output(views.resize(writer, x, (9, 11), bilinear=True))
    writer.output(writer.pad(x, [[0, 0], [1, 2], [2, 1], [3, 1]]))
    writer.output(writer.softmax(x))
    writer.output(writer.softmax(bench.input((1, 3, 2, 19))))
    writer.output(views.strided_slice(
        writer, x, (0, 1, 2, 1), (1, 6, 7, 4), (1, 1, 1, 1)
    ))
    writer.output(views.transpose(writer, x, (0, 2, 1, 3)))
    writer.output(views.transpose(writer, x, (0, 3, 1, 2)))
    for shape, kernel, stride in (((9, 10, 3), 7, 2), ((9, 12, 1), 9, 1)):
        x = bench.input((1, *shape))
        drawn = bench.weighted(x, (5, kernel, kernel, shape[2]), 0, 100)
        drawn["activation"] = "NONE"
        writer.output(writer.conv_2d(x, **drawn, stride=(stride, stride)))
    for padding, stride, channels in (("VALID", 1, 8), ("SAME", 2, 4)):
        x = bench.input((1, 40, 1, channels))
        drawn = bench.weighted(x, (1, 19, 1, channels), 3, 19)
        drawn["activation"] = "NONE"
        writer.output(writer.depthwise_conv_2d(
            x, **drawn, padding=padding, stride=(stride, stride)
        ))


@needs_emulator
@pytest.mark.parametrize("add_layers", [add_pools, add_elementwise])
def test_kernels_on_the_core(
    add_layers: Callable[[Bench], None], tmp_path: Path
) -> None:
    bench = Bench(8)
    add_layers(bench)
    against = reference(bench, tmp_path / "bench.tflite")
    for name, options in (
        ("whole", resolve(optimize="none")),
        ("rows", resolve(split_height=2)),
        ("scratch", resolve(sram_limit=1 << 16)),
    ):
        _, layers = record_layers(
            compile_path(against.path, options),
            against.oracle,
            against.inputs,
            tmp_path / name,
            machine=emulator(),
        )
        assert sum(item["bytes_compared"] for item in layers) > 200
        assert not [item for item in layers if item["differing_bytes"]]
