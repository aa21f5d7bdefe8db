"""The oracles: TFLite interpreters that say which bytes a model must produce.

`run_oracle` steps an interpreter in a process of its own (`oracle_process.py`), because
an interpreter can corrupt its heap or abort: then the caller gets an `OracleError` and
lives on.

* `tflm`: TFLite Micro (PyPI `tflite-micro`), the judge.
* `litert`: LiteRT (PyPI `ai-edge-litert`) with the reference kernels, a second
  opinion. It rounds FULLY_CONNECTED once where TFLite Micro rounds twice, and MUL
  in another way too, so the two may differ there by one step of the output's scale.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from tools.model_signature import ModelSignature, OracleError, read_signature
from tools.oracle_job import Array, Job, OracleKind

DEFAULT_TIMEOUT_SECONDS = 1800.0
"""Long enough for a hundred runs of the largest models, short enough for a hang."""

FIRST_ARENA_BYTES = 64 << 20
"""Arena of the first try with TFLite Micro; pages that it leaves alone cost nothing."""

LAST_ARENA_BYTES = 1 << 30
"""TFLite Micro is not given a larger arena than this."""

ARENA_GROWTH = 4

_NAMES: dict[OracleKind, str] = {"tflm": "TFLite Micro", "litert": "LiteRT"}

_ARENA_TOO_SMALL = re.compile(r"available \d+, missing: \d+|bytes required")
_ARENA_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")
_NOISE = re.compile(r"^(INFO:|WARNING: All log messages|\[RecordingMicroAllocator\])")


@dataclass(frozen=True)
class OracleResult:
    """What an oracle computed.

    `outputs[k]` is output k of the model, `tensors[i]` the tensor of index i of the
    file; the leading axis of both is the run, the other axes are the tensor's own.
    `tensors` is empty unless all tensors were asked for. `arena_bytes` is the size of
    TFLite Micro's arena on this host (pointers of the host, reference kernels); None
    with LiteRT, and where all tensors were kept, since then nothing shares memory.
    """

    outputs: list[Array]
    tensors: dict[int, Array] = field(default_factory=dict[int, Array])
    arena_bytes: int | None = None


def run_oracle(
    model_path: Path,
    inputs: Sequence[Array],
    kind: OracleKind,
    all_tensors: bool = False,
    timeout_seconds: float | None = DEFAULT_TIMEOUT_SECONDS,
) -> OracleResult:
    """Step the interpreter of `kind` once for every run of the inputs.

    `inputs[k]` is input k of the model: its leading axis is the run, the other axes
    and the type are the tensor's own. The interpreter is created once and then
    stepped, so a model with state carries it from one run to the next. With
    `all_tensors` the result has every input and every tensor that an operator writes.
    `timeout_seconds` bounds each start of the interpreter; None waits for ever.

    Raises `OracleError` where the inputs do not fit the model, and where the
    interpreter is missing, refuses the model, crashes or does not finish.
    """
    signature = read_signature(model_path)
    runs = _check_inputs(model_path, signature, inputs)
    with tempfile.TemporaryDirectory(prefix="tinyts-oracle-") as folder:
        job_folder = Path(folder)
        for position, array in enumerate(inputs):
            np.save(job_folder / f"input_{position}.npy", array)
        job = Job(
            model=str(model_path.resolve()),
            kind=kind,
            runs=runs,
            inputs=len(signature.inputs),
            outputs=len(signature.outputs),
            tensors=list(signature.computed) if all_tensors else [],
            all_tensors=all_tensors,
            arena_bytes=FIRST_ARENA_BYTES,
        )
        log = _run_job(job, job_folder, model_path, timeout_seconds)
        arrays = _read_runs(job_folder)
    total = _ARENA_TOTAL.search(log)
    return OracleResult(
        outputs=[arrays[f"output_{k}"] for k in range(len(signature.outputs))],
        tensors={index: arrays[f"tensor_{index}"] for index in job.tensors},
        arena_bytes=int(total.group(1)) if total else None,
    )


def _check_inputs(
    model_path: Path, signature: ModelSignature, inputs: Sequence[Array]
) -> int:
    """The number of runs of inputs that fit the model; else `OracleError`."""
    if len(inputs) != len(signature.inputs):
        raise OracleError(
            f"{model_path}: the model has {len(signature.inputs)} inputs, "
            f"got {len(inputs)}"
        )
    if not inputs:
        raise OracleError(f"{model_path}: a model without inputs has no runs")
    runs = inputs[0].shape[0] if inputs[0].ndim else 0
    if runs < 1:
        raise OracleError(f"{model_path}: the inputs have no run")
    for info, array in zip(signature.inputs, inputs, strict=True):
        if array.dtype != info.dtype or array.shape != (runs, *info.shape):
            raise OracleError(
                f"{model_path}: input {info.name!r} must be {info.dtype} of shape "
                f"{(runs, *info.shape)}, got {array.dtype} of shape {array.shape}"
            )
    return runs


def _run_job(
    job: Job, folder: Path, model_path: Path, timeout_seconds: float | None
) -> str:
    """Run the process, with a larger arena where it asks for one; its stderr."""
    while True:
        (folder / "job.json").write_text(json.dumps(asdict(job)))
        try:
            process = subprocess.run(
                _command(folder),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                env=_environment(),
                timeout=timeout_seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise OracleError(
                f"{model_path}: {_NAMES[job.kind]} did not finish within "
                f"{timeout_seconds:g} s"
            ) from error
        if process.returncode == 0:
            return process.stderr
        too_small = job.kind == "tflm" and _ARENA_TOO_SMALL.search(process.stderr)
        if not too_small or job.arena_bytes >= LAST_ARENA_BYTES:
            raise OracleError(
                f"{model_path}: {_NAMES[job.kind]} {_describe_failure(process)}"
            )
        job.arena_bytes = min(job.arena_bytes * ARENA_GROWTH, LAST_ARENA_BYTES)


def _command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "tools.oracle_process", str(folder)]


def _environment() -> dict[str, str]:
    """The caller's environment, in which `tools` can be imported from any folder."""
    environment = dict(os.environ)
    paths = [str(Path(__file__).resolve().parents[1]), environment.get("PYTHONPATH")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return environment


def _describe_failure(process: subprocess.CompletedProcess[str]) -> str:
    """One line: how the process ended and the last two things it said."""
    lines = [" ".join(line.split()) for line in process.stderr.splitlines()]
    messages = [line for line in lines if line and not _NOISE.match(line)]
    last = "; ".join(messages[-2:])
    if process.returncode < 0:
        name = _signal_name(-process.returncode)
        return f"crashed with {name}" + (f": {last}" if last else "")
    reason = " ".join(process.stdout.split())
    if not reason:
        return f"failed with exit code {process.returncode}" + (
            f": {last}" if last else ""
        )
    if last and last not in reason:
        return f"failed: {last} ({reason})"
    return f"failed: {reason}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _read_runs(folder: Path) -> dict[str, Array]:
    """The arrays of `runs.bin` by name, leading axis = runs."""
    layout: list[tuple[str, str, list[int]]] = json.loads(
        (folder / "layout.json").read_text()
    )
    record = np.dtype([(name, dtype, tuple(shape)) for name, dtype, shape in layout])
    runs = np.fromfile(folder / "runs.bin", dtype=record)
    return {name: np.ascontiguousarray(runs[name]) for name, _, _ in layout}
