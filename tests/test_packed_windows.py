"""Convolutions from streams: depths that fill no words, dilation, inputs with gaps."""

from __future__ import annotations

from pathlib import Path

import pytest
from kernel_bench import Bench, Reference, differences, reference
from support_emulator import needs_emulator
from support_unit import function_of

from lowering import choose_kernels
from lowering.accesses import kernels_of
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.kernel_variants import conv_2d_direct, conv_2d_summed, variants
from tools.compiler import compile_path
from tools.differential import record_layers
from tools.emulator.machine import emulator
from tools.options import resolve

CONVOLUTIONS = (
    ((10, 11, 6), (3, 3), {"padding": "SAME"}),
    ((10, 12, 6), (3, 3), {"padding": "VALID", "stride": (2, 1)}),
    ((10, 12, 8), (3, 3), {"padding": "SAME", "dilation": (2, 2)}),
    ((12, 13, 8), (3, 2), {"padding": "VALID", "dilation": (3, 3), "stride": (1, 1)}),
    ((12, 9, 5), (2, 4), {"padding": "SAME", "dilation": (2, 2)}),
    ((40, 1, 16), (5, 1), {"padding": "SAME", "dilation": (4, 1)}),
    ((40, 1, 18), (5, 1), {"padding": "VALID"}),
    ((9, 7, 8), (3, 3), {"padding": "SAME"}),
    ((9, 8, 12), (3, 3), {"padding": "SAME", "stride": (2, 2)}),
    ((9, 8, 3), (3, 3), {"padding": "SAME", "dilation": (2, 1)}),
    ((9, 8, 2), (1, 1), {}),
    ((9, 9, 3), (1, 1), {}),
    ((9, 9, 3), (1, 1), {"stride": (2, 2)}),
    ((12, 7, 1), (4, 6), {"padding": "SAME", "stride": (1, 2)}),
    ((6, 2, 1), (3, 5), {"padding": "SAME"}),
    ((11, 7, 1), (5, 4), {"padding": "SAME", "stride": (2, 1)}),
    ((9, 6, 2), (3, 2), {"padding": "SAME"}),
    ((9, 3, 1), (3, 4), {"padding": "SAME"}),
    ((5, 4, 1), (2, 4), {"padding": "SAME", "stride": (1, 3)}),
)
"""Input, kernel and attributes; each is a network of its own ends."""


def network(bench: Bench) -> None:
    for number, (shape, kernel, attributes) in enumerate(CONVOLUTIONS):
        x = bench.input((1, *shape))
        fan_in = kernel[0] * kernel[1] * shape[2]
        drawn = bench.weighted(x, (18 + number, *kernel, shape[2]), 0, fan_in)
        y = bench.writer.conv_2d(x, **drawn, **attributes)
        bench.writer.output(y)
    x = bench.input((1, 7, 8, 4))
    quant = {"output": bench.quant()}
    drawn = [bench.weighted(x, (4, 1, 1, 4), 0, 4) for _ in range(2)]
    halves = [bench.writer.conv_2d(x, **{**each, **quant}) for each in drawn]
    drawn = bench.weighted(halves[0], (9, 2, 3, 4), 0, 24)
    bench.writer.output(
        bench.writer.concatenation(halves, axis=3),
        bench.writer.conv_2d(halves[0], **drawn, padding="SAME"),
    )
    x = bench.input((1, 5, 3, 3))
    drawn = bench.weighted(x, (5, 45), 0, 45)
    bench.writer.output(bench.writer.fully_connected(x, **drawn))


@pytest.fixture(scope="module")
def against(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    bench = Bench(11)
    network(bench)
    return reference(bench, tmp_path_factory.mktemp("windows") / "windows.tflite")


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (resolve(optimize="none"), {"conv_2d_direct"}),
        (resolve(sram_limit=1 << 16), {"conv_2d_paired"}),
        (resolve(split_height=2), {"conv_2d_direct"}),
    ],
    ids=["none", "limit", "split"],
)
def test_every_byte(
    against: Reference, options, kinds: set[str], tmp_path: Path, object_cache: Path
) -> None:
    placed = compile_path(against.path, options).placed
    names = {call.function for call in kernels_of(function_of(placed))}
    assert names & {"conv_2d_direct", "conv_2d_paired"} >= kinds
    assert "conv_2d" not in names
    assert not differences(against, options, tmp_path, object_cache)


@needs_emulator
def test_on_the_core(against: Reference, tmp_path: Path) -> None:
    """What the kernels of a Cortex-M7 widen, 1x1 windows of three channels too."""
    program = compile_path(against.path, resolve(sram_limit=1 << 16))
    _, layers = record_layers(
        program, against.oracle, against.inputs, tmp_path, machine=emulator()
    )
    assert sum(item["bytes_compared"] for item in layers) > 200
    assert not [item for item in layers if item["differing_bytes"]]


@pytest.mark.parametrize("columns", ["rows", "taps"])
def test_windows_in_parts(
    against: Reference,
    columns: str,
    tmp_path: Path,
    object_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every convolution that can be is eaten by kernel rows, or tap by tap."""

    def propose(layer: LayerCalls) -> list[Proposal]:
        in_parts = [
            item
            for item in conv_2d_summed.propose(layer)
            if (item.params["columns"] == 1) == (columns == "taps")
        ]
        return in_parts or list(conv_2d_direct.propose(layer))

    known = {**variants(), "conv_2d": (propose,)}
    monkeypatch.setattr(choose_kernels, "variants", lambda *_: known)
    options = resolve(sram_limit=1 << 16)
    placed = compile_path(against.path, options).placed
    names = {call.function for call in kernels_of(function_of(placed))}
    assert "conv_2d_summed" in names
    assert not differences(against, options, tmp_path, object_cache)
