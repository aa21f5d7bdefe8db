"""Measuring a model on the emulated core under the schedules that are compared."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.bench.baselines import Baseline
from tools.emulator.machine import emulator
from tools.options import CompileOptions, resolve
from tools.report import imported_layers
from tools.run import RunRequest, execute
from tools.run_inputs import input_details, random_inputs
from tools.user_errors import error_line

SCHEDULES = ("limit", "smallest", "none", "height 1")
"""In this order in the table.

limit: `--sram-limit` of the baseline's arena; smallest: the smallest arena of whole
rows (`--tiles off`); none: whole tensors with the same kernels; height 1:
`--split-height 1`.
"""

RUNS = 2
"""A random and a smooth input; the first is measured, both are compared."""


@dataclass(frozen=True)
class Row:
    """One model under one schedule. Sizes in bytes; None where `error` says why."""

    model: str
    schedule: str
    macs: int = 0
    instructions: int | None = None
    arena_bytes: int | None = None
    ram_bytes: int | None = None
    stack_bytes: int | None = None
    stack_bound_bytes: int | None = None
    flash_bytes: int | None = None
    differing_bytes: int | None = None
    compile_seconds: float | None = None
    tflm_instructions: int | None = None
    tflm_flash_bytes: int | None = None
    limit_bytes: int | None = None
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Every field by its name."""
        return asdict(self)

    @property
    def ratio(self) -> float | None:
        """Instructions as a part of TensorFlow Lite Micro's."""
        if self.instructions is None or not self.tflm_instructions:
            return None
        return self.instructions / self.tflm_instructions

    @property
    def per_mac(self) -> float | None:
        """Instructions for a multiply-accumulate of the model file."""
        if self.instructions is None or not self.macs:
            return None
        return self.instructions / self.macs


def options_of(schedule: str, baseline: Baseline | None) -> CompileOptions | None:
    """The compile options of a schedule; None where it needs a baseline."""
    if schedule == "limit":
        if baseline is None:
            return None
        return resolve(sram_limit=baseline.arena_bytes)
    if schedule == "none":
        return resolve(optimize="none")
    if schedule == "height 1":
        return resolve(split_height=1)
    return resolve(tiles="off")


def measure(
    model: Path, schedule: str, baseline: Baseline | None, cache: Path | None
) -> Row | None:
    """Compiles, runs and compares; None where the schedule does not exist."""
    options = options_of(schedule, baseline)
    if options is None:
        return None
    known: dict[str, Any] = {"model": model.stem, "schedule": schedule}
    if baseline is not None:
        known |= {
            "tflm_instructions": baseline.instructions,
            "tflm_flash_bytes": baseline.flash_bytes,
            "limit_bytes": baseline.arena_bytes,
        }
    try:
        inputs = random_inputs(input_details(model), 0, RUNS)
        request = RunRequest(
            model, options, inputs, machine=emulator(), cache=cache
        )
        result = execute(request)
    except Exception as error:
        return Row(**known, error=error_line(error, str(model)))
    found = result.measurement
    if found is None:
        raise RuntimeError("an emulated run without a measurement")
    sizes = found.sizes
    run = result.as_json(model)
    return Row(
        **known,
        macs=sum(op.macs() for op, _ in imported_layers(result.compiled)),
        instructions=found.instructions,
        arena_bytes=run["arena_bytes"],
        ram_bytes=run["ram_bytes"],
        stack_bytes=found.stack_bytes,
        stack_bound_bytes=found.stack_bound_bytes,
        flash_bytes=sizes.text + sizes.rodata + sizes.data,
        differing_bytes=run["differing_bytes"],
        compile_seconds=run["compile_seconds"],
    )
