"""Pools and means on the emulated core, whose code is not that of the host."""

from pathlib import Path

from kernel_bench import Bench, reference
from support_emulator import needs_emulator

from tools.compiler import compile_path
from tools.differential import record_layers
from tools.emulator.machine import emulator
from tools.options import resolve


def add_layers(bench: Bench) -> None:
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


@needs_emulator
def test_pools_on_the_core(tmp_path: Path) -> None:
    bench = Bench(8)
    add_layers(bench)
    against = reference(bench, tmp_path / "bench.tflite")
    for name, options in (
        ("whole", resolve(optimize="none")),
        ("rows", resolve(split_height=2)),
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
