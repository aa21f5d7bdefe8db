"""The oracles: TFLite interpreters that say which bytes a model must produce.

`run_oracle` steps an interpreter in a process of its own, because an interpreter
can corrupt its heap or abort: then the caller gets an `OracleError` and lives on.

* `tflm`: TFLite Micro (PyPI `tflite-micro`), the judge.
* `litert`: LiteRT (PyPI `ai-edge-litert`) with the reference kernels, a second
  opinion. It rounds FULLY_CONNECTED once where TFLite Micro rounds twice, and MUL
  in another way too, so the two may differ there by one step of the output's scale.

The process is `python -m tools.oracle JOB`, where JOB is a folder:

    job.json      what to run (the fields of `_Job`)
    input_K.npy   input K, leading axis = runs
    layout.json   written by the process: [name, dtype, shape] of each array of a run
    runs.bin      written by the process: the arrays of run 0, of run 1, ...
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
OracleKind: TypeAlias = Literal["tflm", "litert"]

DEFAULT_TIMEOUT_SECONDS = 1800.0
"""Long enough for a hundred runs of the largest models, short enough for a hang."""

FIRST_ARENA_BYTES = 64 << 20
"""Arena of the first try with TFLite Micro; pages that it leaves alone cost nothing."""

LAST_ARENA_BYTES = 1 << 30
"""TFLite Micro is not given a larger arena than this."""

ARENA_GROWTH = 4

_NAMES: dict[OracleKind, str] = {"tflm": "TFLite Micro", "litert": "LiteRT"}
_PACKAGES: dict[OracleKind, str] = {"tflm": "tflite-micro", "litert": "ai-edge-litert"}

_TYPES = ("INT8", "UINT8", "INT16", "INT32", "INT64", "FLOAT32", "BOOL")
"""Tensor types that both interpreters hand out; others (resources) have no bytes."""

_ARENA_TOO_SMALL = re.compile(r"available \d+, missing: \d+|bytes required")
_ARENA_TOTAL = re.compile(r"Arena allocation total (\d+) bytes")
_NOISE = re.compile(r"^(INFO:|WARNING: All log messages|\[RecordingMicroAllocator\])")


class OracleError(RuntimeError):
    """An oracle did not give a result; the message is one line for the user."""


@dataclass(frozen=True)
class TensorInfo:
    """A tensor of the file: its index, name, shape and NumPy type.

    `dtype` is None for types without bytes to compare, such as resources.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any] | None


@dataclass(frozen=True)
class ModelSignature:
    """The inputs and outputs of a model, and its computed tensors.

    `computed` has the index of every input and of every tensor that an operator
    writes, in rising order, without those that have no bytes to compare.
    """

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    computed: tuple[int, ...]


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


def read_model(model_path: Path) -> Any:
    """The root of a `.tflite` file, as the classes of PyPI `tflite` present it.

    Raises `OracleError` where the file cannot be read or is no TFLite model.
    """
    try:
        data = model_path.read_bytes()
    except OSError as error:
        raise OracleError(f"{model_path}: {error.strerror or error}") from error
    if data[4:8] != b"TFL3":
        raise OracleError(f"{model_path}: not a TFLite model")
    return _schema().Model.GetRootAs(data, 0)


def read_signature(model_path: Path) -> ModelSignature:
    """Read the signature of the main subgraph of a `.tflite` file.

    Raises `OracleError` where the file cannot be read or is no TFLite model.
    """
    model = read_model(model_path)
    try:
        return _signature(model.Subgraphs(0))
    except Exception as error:
        # What flatbuffers raises on damaged bytes is not specified.
        raise OracleError(f"{model_path}: damaged TFLite model") from error


def tensor_info(subgraph: Any, index: int) -> TensorInfo:
    """The tensor of this index in a subgraph of `read_model`."""
    tensor = subgraph.Tensors(index)
    name: bytes = tensor.Name() or b""
    return TensorInfo(
        index=index,
        name=name.decode(errors="replace"),
        shape=tuple(int(tensor.Shape(axis)) for axis in range(tensor.ShapeLength())),
        dtype=_dtype(tensor.Type()),
    )


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
        job = _Job(
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


# --- The side of the caller ---------------------------------------------------


@dataclass
class _Job:
    """What the process is to run; `job.json`."""

    model: str
    kind: OracleKind
    runs: int
    inputs: int
    outputs: int
    tensors: list[int]
    all_tensors: bool
    arena_bytes: int


@cache
def _schema() -> Any:
    """The schema's classes; loading them would double the start of the process."""
    import tflite  # pyright: ignore[reportMissingTypeStubs]

    return tflite


def _dtype(code: int) -> np.dtype[Any] | None:
    types = _schema().TensorType
    for name in _TYPES:
        if getattr(types, name) == code:
            return np.dtype(name.lower())
    return None


def _signature(subgraph: Any) -> ModelSignature:
    inputs = [int(subgraph.Inputs(k)) for k in range(subgraph.InputsLength())]
    outputs = [int(subgraph.Outputs(k)) for k in range(subgraph.OutputsLength())]
    computed = {*inputs, *_written_tensors(subgraph)}
    return ModelSignature(
        inputs=tuple(tensor_info(subgraph, index) for index in inputs),
        outputs=tuple(tensor_info(subgraph, index) for index in outputs),
        computed=tuple(
            index
            for index in sorted(computed)
            if tensor_info(subgraph, index).dtype is not None
        ),
    )


def _written_tensors(subgraph: Any) -> Iterator[int]:
    for number in range(subgraph.OperatorsLength()):
        operator = subgraph.Operators(number)
        for position in range(operator.OutputsLength()):
            index = int(operator.Outputs(position))
            if index >= 0:
                yield index


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
    job: _Job, folder: Path, model_path: Path, timeout_seconds: float | None
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
    return [sys.executable, "-m", "tools.oracle", str(folder)]


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


# --- The side of the process --------------------------------------------------


class _Interpreter(Protocol):
    """One model in one interpreter; positions count the model's inputs or outputs."""

    def set_input(self, position: int, array: Array) -> None: ...

    def invoke(self) -> None: ...

    def output(self, position: int) -> Array: ...

    def tensor(self, index: int) -> Array: ...

    def report_arena(self) -> None: ...


class _TFLMInterpreter:
    """PyPI `tflite-micro`. Its arrays are copies."""

    def __init__(self, job: _Job) -> None:
        from tflite_micro.python.tflite_micro import (  # pyright: ignore
            runtime,  # pyright: ignore[reportUnknownVariableType]
        )

        api: Any = runtime
        config = api.InterpreterConfig
        self.records_arena = not job.all_tensors
        self.interpreter: Any = api.Interpreter.from_file(
            job.model,
            # The misspelling is that of the package.
            intrepreter_config=(
                config.kPreserveAllTensors
                if job.all_tensors
                else config.kAllocationRecording
            ),
            arena_size=job.arena_bytes,
        )

    def set_input(self, position: int, array: Array) -> None:
        self.interpreter.set_input(array, position)

    def invoke(self) -> None:
        self.interpreter.invoke()

    def output(self, position: int) -> Array:
        return self.interpreter.get_output(position)

    def tensor(self, index: int) -> Array:
        return self.interpreter.GetTensor(index, 0)["tensor_data"]

    def report_arena(self) -> None:
        """Print the bytes of the arena to stderr, where the caller reads them."""
        if self.records_arena:
            self.interpreter.print_allocations()


class _LiteRTInterpreter:
    """PyPI `ai-edge-litert` with the reference kernels and no delegate."""

    def __init__(self, job: _Job) -> None:
        from ai_edge_litert import (  # pyright: ignore
            interpreter,  # pyright: ignore[reportUnknownVariableType]
        )

        api: Any = interpreter
        self.interpreter: Any = api.Interpreter(
            model_path=job.model,
            num_threads=1,
            experimental_op_resolver_type=api.OpResolverType.BUILTIN_REF,
            experimental_preserve_all_tensors=job.all_tensors,
        )
        self.interpreter.allocate_tensors()
        details = self.interpreter.get_input_details()
        self.inputs: list[int] = [detail["index"] for detail in details]
        details = self.interpreter.get_output_details()
        self.outputs: list[int] = [detail["index"] for detail in details]

    def set_input(self, position: int, array: Array) -> None:
        self.interpreter.set_tensor(self.inputs[position], array)

    def invoke(self) -> None:
        self.interpreter.invoke()

    def output(self, position: int) -> Array:
        return self.tensor(self.outputs[position])

    def tensor(self, index: int) -> Array:
        return self.interpreter.get_tensor(index)

    def report_arena(self) -> None:
        """LiteRT does not tell the size of its arena."""


def _step(interpreter: _Interpreter, job: _Job, folder: Path) -> None:
    """Run the job: write `runs.bin` and `layout.json`."""
    inputs: list[Array] = [
        np.load(folder / f"input_{position}.npy") for position in range(job.inputs)
    ]
    layout: list[tuple[str, str, tuple[int, ...]]] | None = None
    with (folder / "runs.bin").open("wb") as file:
        for run in range(job.runs):
            # An interpreter may use the memory of an input for other tensors.
            for position, array in enumerate(inputs):
                interpreter.set_input(position, array[run])
            interpreter.invoke()
            run_layout = _write_run(interpreter, job, file)
            if layout is None:
                layout = run_layout
            elif layout != run_layout:
                raise OracleError(f"the tensors of run {run} changed their shapes")
    interpreter.report_arena()
    (folder / "layout.json").write_text(json.dumps(layout))


def _write_run(
    interpreter: _Interpreter, job: _Job, file: BinaryIO
) -> list[tuple[str, str, tuple[int, ...]]]:
    """Append the arrays of the last run to `file`; their (name, dtype, shape)."""
    layout: list[tuple[str, str, tuple[int, ...]]] = []

    def write(name: str, array: Array) -> None:
        file.write(array.tobytes())
        layout.append((name, array.dtype.str, array.shape))

    for position in range(job.outputs):
        write(f"output_{position}", interpreter.output(position))
    for index in job.tensors:
        write(f"tensor_{index}", interpreter.tensor(index))
    return layout


def main(arguments: Sequence[str]) -> int:
    """Run the job in the folder that the one argument names; 1 on failure.

    The reason of a failure goes to stdout; stderr belongs to the interpreter.
    """
    if len(arguments) != 1:
        print("usage: python -m tools.oracle JOB")
        return 2
    folder = Path(arguments[0])
    job = _Job(**json.loads((folder / "job.json").read_text()))
    try:
        interpreter: _Interpreter = (
            _TFLMInterpreter(job) if job.kind == "tflm" else _LiteRTInterpreter(job)
        )
        _step(interpreter, job, folder)
    except ImportError as error:
        package = _PACKAGES[job.kind]
        print(f"{error}; install {package}, which the extra [test] names")
        return 1
    except Exception as error:
        # An interpreter's own errors: RuntimeError, ValueError, IndexError, ...
        print(str(error) or type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
