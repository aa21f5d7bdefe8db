"""Row functions of depthwise convolutions: many sizes, on the host and the core."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kernel_bench import SPREAD, Bench, Pair, Reference, Shape, reference
from support_emulator import needs_emulator

from lowering import choose_kernels
from lowering.accesses import arena_and_function, kernels_of
from lowering.kernel_choice.instances import Instance, instance, parse_instance
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.kernel_variants import depthwise_conv_2d_rows
from lowering.kernel_variants import variants as variants_by_kernel
from lowering.overlaps.walks import Taps
from lowering.packing.dw_stage import DepthwiseStage, depthwise_stage
from lowering.packing.dw_stream import Axis
from tools.compiler import Compiled, compile_path
from tools.differential import record_layers
from tools.emulator.machine import emulator
from tools.host_run import Host, Machine
from tools.options import resolve
from tools.tflite_writer import Activation, Quant

SIZES: tuple[tuple[Pair, Pair, Shape], ...] = (
    ((3, 3), (1, 1), (1, 6, 9, 5)),
    ((3, 3), (1, 1), (1, 2, 1, 3)),
    ((3, 3), (1, 1), (1, 3, 2, 4)),
    ((3, 3), (2, 2), (1, 7, 8, 4)),
    ((3, 3), (2, 2), (1, 6, 7, 3)),
    ((3, 3), (1, 2), (1, 5, 6, 2)),
    ((3, 3), (2, 1), (1, 5, 6, 2)),
    ((5, 5), (1, 1), (1, 6, 10, 3)),
    ((5, 5), (2, 2), (1, 7, 5, 4)),
    ((7, 7), (1, 1), (1, 5, 5, 3)),
    ((7, 7), (2, 2), (1, 9, 13, 2)),
    ((7, 7), (1, 1), (1, 3, 3, 6)),
    ((4, 4), (2, 2), (1, 8, 9, 3)),
    ((2, 2), (1, 1), (1, 4, 7, 3)),
    ((1, 5), (1, 2), (1, 2, 12, 3)),
    ((5, 1), (2, 1), (1, 9, 4, 3)),
    ((3, 1), (1, 1), (1, 7, 7, 2)),
    ((6, 3), (1, 1), (1, 8, 6, 2)),
    ((9, 1), (1, 1), (1, 12, 1, 8)),
    ((6, 1), (2, 1), (1, 9, 1, 4)),
)
ACTIVATIONS: tuple[Activation, ...] = ("RELU6", "NONE")


def add_layers(bench: Bench) -> None:
    """Each size, padded or not; the output's zero point is that of a ReLU."""
    for number, (kernel, stride, shape) in enumerate(SIZES):
        fits = kernel[0] < shape[1] and kernel[1] < shape[2]
        padding = "VALID" if fits and number % 3 == 0 else "SAME"
        activation = ACTIVATIONS[number % 3 == 2]
        build = layer(bench, kernel, stride, shape, padding, activation)
        writer = bench.writer
        x = writer.input(
            f"x_{number}", shape=shape, scale=0.05, zero_point=-128 + 9 * (number % 2)
        )
        y = writer.max_pool_2d(x, filter=(1, 1), stride=(1, 1), padding="VALID")
        writer.output(bench.consumed(build(y)))


def layer(
    bench: Bench,
    kernel: Pair,
    stride: Pair,
    shape: Shape,
    padding: str,
    activation: Activation,
):
    fan_in = kernel[0] * kernel[1]
    output = Quant(6 / 255 if activation == "RELU6" else 0.05, -128)
    deviation = np.sqrt(fan_in) * SPREAD * SPREAD

    def build(x: int) -> int:
        scale = SPREAD * output.scale / (deviation * bench.writer.quant(x).scale)
        scales = scale * bench.rng.uniform(0.3, 2, shape[3])
        return bench.writer.depthwise_conv_2d(
            x,
            weights=bench.bytes((1, *kernel, shape[3])),
            bias=bench.rng.normal(0, deviation / 3, shape[3]).astype(np.int32),
            weight_scales=scales.astype(np.float32),
            output=output,
            activation=activation,
            stride=stride,
            padding=padding,
        )

    return build


@pytest.fixture(scope="module")
def against(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    bench = Bench(11)
    add_layers(bench)
    return reference(bench, tmp_path_factory.mktemp("bench") / "bench.tflite")


ROWS = {"depthwise_conv_2d_rows"}
STAGED = {"depthwise_conv_2d_staged"}
COMPACT = {"depthwise_conv_2d_compact"}


def variants(compiled: Compiled) -> set[str]:
    return {
        call.function
        for call in kernels_of(arena_and_function(compiled.placed)[1])
        if call.kernel.data == "depthwise_conv_2d"
    }


def check(
    against: Reference,
    folder: Path,
    machine: Machine,
    used: set[str],
    **options: Any,
) -> None:
    compiled = compile_path(against.path, resolve(**options))
    assert used <= variants(compiled)
    _, layers = record_layers(
        compiled, against.oracle, against.inputs, folder, machine=machine
    )
    assert sum(item["bytes_compared"] for item in layers) > 3000
    assert not [item for item in layers if item["differing_bytes"]]


def test_on_the_host(against: Reference, tmp_path: Path) -> None:
    """Rows scattered in memory."""
    check(against, tmp_path, Host(("-O1",)), ROWS, split_height=1, input="arena")


@needs_emulator
def test_on_the_core(against: Reference, tmp_path: Path) -> None:
    check(against, tmp_path, emulator(), ROWS, optimize="none")


@pytest.fixture
def only_compact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the inputs have the zero point that compact rows need."""

    def stage(layer: LayerCalls, name: str, compact: bool) -> DepthwiseStage | None:
        return depthwise_stage(layer, name, True) if compact else None

    monkeypatch.setattr(depthwise_conv_2d_rows, "depthwise_stage", stage)


def test_staged_on_the_host(
    against: Reference, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where other variants are refused, rows are computed in scratch."""

    def propose(layer: LayerCalls) -> Iterator[Proposal]:
        return (p for p in proposals(layer) if p.variant == "staged")

    proposals = depthwise_conv_2d_rows.propose
    found = {**variants_by_kernel(), "depthwise_conv_2d": (propose,)}
    monkeypatch.setattr(choose_kernels, "variants", lambda: found)
    check(against, tmp_path, Host(("-O1",)), STAGED, sram_limit=100_000)


@pytest.mark.usefixtures("only_compact")
def test_compact_on_the_host(against: Reference, tmp_path: Path) -> None:
    check(against, tmp_path, Host(("-O1",)), COMPACT, split_height=2)


@needs_emulator
@pytest.mark.usefixtures("only_compact")
def test_compact_on_the_core(against: Reference, tmp_path: Path) -> None:
    check(against, tmp_path, emulator(), COMPACT, optimize="none")


def test_kinds_of_outputs() -> None:
    """Outputs of one kind see the same taps; there is a kind for windows inside."""
    rng = np.random.default_rng(3)
    for _ in range(500):
        count, stride = rng.integers(1, 8), rng.integers(1, 4)
        taps = Taps(int(count), int(stride), int(rng.integers(0, count)), 1)
        inputs = int(rng.integers(1, 12))
        outputs = int((inputs + taps.padding * 2 - count) // stride + 1)
        if outputs < 1:
            continue
        axis = Axis(taps, inputs, outputs)
        existing = axis.existing()
        for output in range(outputs):
            assert (existing[axis.kind(output)] == axis.tap_exists(output)).all()
        assert axis.kinds == 1 + max(axis.before, *map(axis.kind, range(outputs)))


def test_names_of_instances() -> None:
    name = instance("dw_3x3", 0, 12)
    assert name == "dw_3x3__0_12"
    assert parse_instance(name) == Instance("dw_3x3", (0, 12))
    assert parse_instance("dw_column") is None
    for family, number in (("dw_3x3", -1), ("dw_9x9", 1)):
        with pytest.raises(ValueError, match="no instance"):
            instance(family, number)
