"""The process of an oracle: `python -m tools.oracle_process JOB` (`oracle_job.py`).

It imports little, so that it starts quickly.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np

from tools.oracle_job import Array, Job, OracleKind

_PACKAGES: dict[OracleKind, str] = {"tflm": "tflite-micro", "litert": "ai-edge-litert"}


class _Interpreter(Protocol):
    """One model in one interpreter; positions count the model's inputs or outputs."""

    def set_input(self, position: int, array: Array) -> None: ...

    def invoke(self) -> None: ...

    def output(self, position: int) -> Array: ...

    def tensor(self, index: int) -> Array: ...

    def report_arena(self) -> None: ...


class _TFLMInterpreter:
    """PyPI `tflite-micro`. Its arrays are copies."""

    def __init__(self, job: Job) -> None:
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

    def __init__(self, job: Job) -> None:
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


def _step(interpreter: _Interpreter, job: Job, folder: Path) -> None:
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
                raise RuntimeError(f"the tensors of run {run} changed their shapes")
    interpreter.report_arena()
    (folder / "layout.json").write_text(json.dumps(layout))


def _write_run(
    interpreter: _Interpreter, job: Job, file: BinaryIO
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
        print("usage: python -m tools.oracle_process JOB")
        return 2
    folder = Path(arguments[0])
    job = Job(**json.loads((folder / "job.json").read_text()))
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
