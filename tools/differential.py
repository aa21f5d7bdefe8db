"""How a compiled model differs from an oracle, in outputs and in every layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tools import host_run
from tools.compiler import Compiled
from tools.host_run import SANITIZERS, HostRun, Machine
from tools.layers import compare_layers, with_fused_layers
from tools.oracle import OracleResult

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Differences:
    """The comparison of all runs of one build."""

    outputs: list[int]
    """Differing bytes of each output of the model."""
    layers: list[dict[str, Any]]
    """Every tensor that an operator computes, as `compare_layers` says it."""

    def __bool__(self) -> bool:
        return any(self.outputs) or any(map(_differs, self.layers))

    def __str__(self) -> str:
        """One line: the first layer that differs, and the outputs that do."""
        texts = [
            f"layer {layer['index']} '{layer['name']}' ({layer['op']}): "
            f"{layer['differing_bytes']} of {layer['bytes_compared']} bytes differ"
            for layer in self.layers
            if _differs(layer)
        ][:1]
        texts += [
            f"output {index}: {differing} bytes differ"
            for index, differing in enumerate(self.outputs)
            if differing
        ]
        return "; ".join(texts) or "no difference"

    @property
    def compared_bytes(self) -> int:
        """Bytes of layers that were compared."""
        return sum(layer["bytes_compared"] for layer in self.layers)


def _differs(layer: dict[str, Any]) -> bool:
    return bool(layer["differing_bytes"])


def record_layers(
    compiled: Compiled,
    oracle: OracleResult | None,
    inputs: Sequence[Array],
    directory: Path,
    flags: Sequence[str] = SANITIZERS,
    cache: Path | None = None,
    machine: Machine | None = None,
) -> tuple[HostRun, list[dict[str, Any]]]:
    """Runs the instrumented program of a model; its outputs, and every layer compared.

    Tensors that exist only inside fused kernels are those of a second program, of the
    same plan without fused kernels. `oracle` holds all tensors of the same `inputs`;
    None where there is no oracle. `flags`, `cache` and `machine` are those of
    `host_run.build`.
    Raises `UserError` where a program does not build, or ends by a sanitizer, a canary
    or a signal.
    """
    tensors = {} if oracle is None else oracle.tensors

    def run(compiled: Compiled, folder: Path) -> tuple[HostRun, list[dict[str, Any]]]:
        program = compiled.program
        executable = host_run.build(
            program, folder, True, flags, cache=cache, machine=machine
        )
        done = host_run.run(executable, program, inputs, record=True, machine=machine)
        return done, compare_layers(compiled, done.records, tensors)

    done, layers = run(compiled, directory / "recorded")
    if compiled.fused_layers:
        _, others = run(compiled.unfused, directory / "unfused")
        layers = with_fused_layers(layers, others)
    return done, layers


def find_differences(
    compiled: Compiled,
    oracle: OracleResult,
    inputs: Sequence[Array],
    directory: Path,
    flags: Sequence[str] = SANITIZERS,
    cache: Path | None = None,
) -> Differences:
    """Builds a model in `directory`, runs it, and compares it with an oracle's result.

    The program is the instrumented one: its calls, arena and outputs are those of the
    plain program. See `record_layers` for arguments and errors.
    """
    done, layers = record_layers(compiled, oracle, inputs, directory, flags, cache)
    outputs = [
        int(np.count_nonzero(ours.view(np.uint8) != theirs.view(np.uint8)))
        for ours, theirs in zip(done.outputs, oracle.outputs, strict=True)
    ]
    return Differences(outputs, layers)
