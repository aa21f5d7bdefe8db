"""`tinyts-run`: compiles a model, runs it and compares it with an oracle."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tools import cmsis_nn, host_run
from tools.atomic_files import write_bytes, write_text
from tools.compile import state_text
from tools.compiler import Compiled, compile_path
from tools.differential import record_layers
from tools.emulator import toolchain
from tools.emulator.machine import DEFAULT_BOARD, Emulator, Measurement, emulator
from tools.host_run import Host
from tools.options import CompileOptions, add_arguments, from_arguments
from tools.oracle import OracleResult, run_oracle
from tools.plot import plot_text
from tools.report import recomputed_macs
from tools.run_inputs import input_details, load_inputs, random_inputs
from tools.user_errors import CommandParser, UserError, error_line, run_command

SCHEMA_VERSION = 1

MAX_INPUT_BYTES = 1 << 29
"""Most bytes of generated inputs, all runs together."""

Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class RunRequest:
    """What to run and what to compare it with."""

    model: Path
    options: CompileOptions
    inputs: list[Array]
    """One array for each input of the model, leading axis = runs."""
    check: str = "tflm"
    """tflm, litert, or none."""
    layers: bool = False
    flags: tuple[str, ...] = ("-O2",)
    """Flags of the host's C compiler."""
    machine: Emulator | None = None
    """The emulated core that it runs on; None for the host."""
    cache: Path | None = None
    """A folder of built kernels, as in `host_run.build`."""


@dataclass(frozen=True)
class RunResult:
    """What ran and how it compares."""

    compiled: Compiled
    outputs: list[Array]
    compile_seconds: float
    bytes_compared: int
    differing_bytes: int | None
    layers: list[dict[str, Any]] | None
    measurement: Measurement | None = None
    """Of the emulated core."""

    def as_json(self, model: Path) -> dict[str, Any]:
        """The object that `--json` prints."""
        program = self.compiled.program
        result: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "model": str(model),
            "runs": len(self.outputs[0]),
            "bytes_compared": self.bytes_compared,
            "differing_bytes": self.differing_bytes,
            "arena_bytes": program.arena_bytes,
            "persistent_bytes": program.persistent_bytes,
            "ram_bytes": program.ram_bytes,
            "recomputed_macs": recomputed_macs(self.compiled),
            "compile_seconds": round(self.compile_seconds, 3),
        }
        if self.measurement is not None:
            result |= self.measurement.as_json()
        if self.layers is not None:
            result["layers"] = self.layers
        return result


def execute(request: RunRequest) -> RunResult:
    """Compiles, builds, runs and compares; raises what `run_command` reports."""
    machine = request.machine or Host(request.flags)
    if request.machine is not None:
        toolchain.require()
    if request.options.kernels == "cmsis-nn":
        cmsis_nn.checkout()
    start = time.perf_counter()
    compiled = compile_path(request.model, request.options)
    compile_seconds = time.perf_counter() - start
    oracle = _run_oracle(request)
    program = compiled.program
    cache = request.cache
    with tempfile.TemporaryDirectory(prefix="tinyts-run-") as directory:
        folder = Path(directory, "plain")
        executable = host_run.build(program, folder, cache=cache, machine=machine)
        outputs = host_run.run(
            executable, program, request.inputs, machine=machine
        ).outputs
        measurement = None
        if request.machine is not None:
            measurement = request.machine.measurement(program, executable)
        layers = None
        if request.layers:
            _, layers = record_layers(
                compiled,
                oracle,
                request.inputs,
                Path(directory),
                cache=cache,
                machine=machine,
            )
            if measurement is not None:
                layers = measurement.with_instructions(layers)
    compared, differing = 0, None
    if oracle is not None:
        compared = sum(output.nbytes for output in outputs)
        differing = _differing_bytes(outputs, oracle.outputs)
    return RunResult(
        compiled, outputs, compile_seconds, compared, differing, layers, measurement
    )


def _run_oracle(request: RunRequest) -> OracleResult | None:
    if request.check == "none":
        if request.layers:
            raise UserError("--layers compares with an oracle; give --check tflm")
        return None
    kind = "tflm" if request.check == "tflm" else "litert"
    return run_oracle(
        request.model, request.inputs, kind, all_tensors=request.layers
    )


def _differing_bytes(outputs: Sequence[Array], expected: Sequence[Array]) -> int:
    return sum(
        int(np.count_nonzero(ours.view(np.uint8) != theirs.view(np.uint8)))
        for ours, theirs in zip(outputs, expected, strict=True)
    )


def first_differing(layers: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The first layer, in the order of the file, with a differing byte."""
    return next((layer for layer in layers if layer["differing_bytes"]), None)


def _parser() -> CommandParser:
    parser = CommandParser(
        "tinyts-run",
        description="Compiles a model, runs it and compares every output byte.",
    )
    parser.add_argument("model", type=Path, help="the .tflite model")
    parser.add_argument(
        "--random", type=int, metavar="SEED", help="generated inputs (default 0)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        metavar="F.npy",
        help="inputs from files, one for each input of the model, in order",
    )
    parser.add_argument(
        "--count", type=int, metavar="N", help="runs with generated inputs (default 5)"
    )
    parser.add_argument("--check", choices=("tflm", "litert", "none"), default="tflm")
    parser.add_argument(
        "--on",
        choices=("host", "qemu"),
        default="host",
        help="qemu: on an emulated core, with instructions, stack and sizes",
    )
    parser.add_argument(
        "--board",
        help=f"the emulated board, a file of boards/ (default {DEFAULT_BOARD})",
    )
    parser.add_argument(
        "--layers", action="store_true", help="compare every tensor of the model"
    )
    parser.add_argument("--save-output", type=Path, metavar="F.npz")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on stdout"
    )
    parser.add_argument("--debug", action="store_true", help="tracebacks of errors")
    add_arguments(parser)
    return parser


def _inputs(parsed: argparse.Namespace) -> list[Array]:
    details = input_details(parsed.model)
    if parsed.data:
        if parsed.count is not None:
            raise UserError("--count goes with --random; --data says the runs itself")
        if parsed.random is not None:
            raise UserError("--random and --data both give inputs; leave one out")
        return load_inputs(parsed.data, details)
    count = 5 if parsed.count is None else parsed.count
    if count < 1:
        raise UserError(f"--count: {count} is less than 1")
    size = sum(prod(detail.shape) * detail.dtype.itemsize for detail in details)
    if count * size > MAX_INPUT_BYTES:
        raise UserError(
            f"--count: {count} runs of {size} input bytes are more than "
            f"{MAX_INPUT_BYTES} bytes; give fewer"
        )
    return random_inputs(details, parsed.random or 0, count)


def _request(parsed: argparse.Namespace) -> RunRequest:
    options = from_arguments(parsed)
    check_importable(parsed.model, options)
    if parsed.board is not None and parsed.on == "host":
        raise UserError("--board names an emulated board; it goes with --on qemu")
    emulated = parsed.on == "qemu"
    return RunRequest(
        parsed.model,
        options,
        _inputs(parsed),
        parsed.check,
        parsed.layers,
        machine=emulator(parsed.board or DEFAULT_BOARD) if emulated else None,
    )


def check_importable(model: Path, options: CompileOptions) -> None:
    """Raises the importer's error before other tools read the file."""
    from tools.import_tflite import import_tflite_path

    import_tflite_path(model, options.name)


def _save(path: Path, outputs: Sequence[Array]) -> None:
    buffer = io.BytesIO()
    named = {f"output_{index}": output for index, output in enumerate(outputs)}
    np.savez(buffer, **named)  # pyright: ignore[reportArgumentType]
    write_bytes(path, buffer.getvalue())


def _print_summary(result: RunResult) -> None:
    runs = len(result.outputs[0])
    text = f"{runs} runs, arena {result.compiled.arena_bytes} bytes"
    text += state_text(result.compiled)
    if result.differing_bytes is not None:
        text += (
            f", {result.differing_bytes} differing bytes of {result.bytes_compared}"
        )
    print(text)
    if result.measurement is not None:
        print("\n".join(result.measurement.lines(result.layers or [])))


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `tinyts-run`; the exit code."""
    parsed = _parser().parse_args(arguments)

    def command() -> int:
        with contextlib.redirect_stdout(sys.stderr):
            result = execute(_request(parsed))
        if parsed.save_output is not None:
            _save(parsed.save_output, result.outputs)
        if parsed.plot is not None:
            write_text(Path(parsed.plot), plot_text(result.compiled))
        if parsed.json:
            print(json.dumps(result.as_json(parsed.model)))
        else:
            _print_summary(result)
        return _report_layers(result)

    if not parsed.json:
        return run_command(command, str(parsed.model), parsed.debug)
    return _run_for_json(command, parsed)


def _report_layers(result: RunResult) -> int:
    layers = result.layers or []
    worst = first_differing(layers)
    if worst is not None:
        print(
            f"first differing layer: tensor {worst['index']} '{worst['name']}' "
            f"({worst['op']}), {worst['differing_bytes']} of "
            f"{worst['bytes_compared']} bytes",
            file=sys.stderr,
        )
    return 1 if result.differing_bytes or worst is not None else 0


def _run_for_json(command: Any, parsed: argparse.Namespace) -> int:
    try:
        return command()
    except Exception as error:
        if parsed.debug:
            raise
        line = error_line(error, str(parsed.model))
        print(f"error: {line}", file=sys.stderr)
        failed = {
            "schema_version": SCHEMA_VERSION,
            "model": str(parsed.model),
            "error": line,
        }
        print(json.dumps(failed))
        return 1


if __name__ == "__main__":
    sys.exit(main())
