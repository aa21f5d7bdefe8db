"""Building a compiled model for the host and running it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emitc.host import host_files
from emitc.program import Program
from emitc.project import kernel_files
from emitc.model_files import header_text, source_text
from tools.atomic_files import write_tree
from tools.user_errors import UserError

WARNINGS = ("-std=gnu99", "-Wall", "-Wextra", "-Werror")
RUN_TIMEOUT_SECONDS = 600

Int8Array = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Record:
    """Rows of a layer as one call of its kernel left them."""

    layer: int
    first: int
    last: int
    rows: Int8Array
    """[last - first, bytes a row]."""


@dataclass(frozen=True)
class HostRun:
    """What the program put out, leading axis = runs; records of each run."""

    outputs: list[Int8Array]
    records: list[list[Record]]


def compiler_command() -> str:
    """The host's C compiler: $CC, or the first of cc, gcc, clang."""
    named = os.environ.get("CC")
    for candidate in [named] if named else ["cc", "gcc", "clang"]:
        if shutil.which(candidate):
            return candidate
    raise UserError(
        f"{named or 'cc'}: no C compiler found; install gcc (apt-get install gcc) or "
        "set CC"
    )


def build(
    program: Program,
    directory: Path,
    record: bool = False,
    flags: Sequence[str] = ("-O2",),
) -> Path:
    """Builds the model with its harness; the path of the executable."""
    model = {
        f"{program.name}.h": header_text(program),
        f"{program.name}.c": source_text(program, record),
    }
    files = model | kernel_files(program) | host_files(program, record)
    write_tree(directory, files)
    compiler = compiler_command()
    sources = [name for name in files if name.endswith(".c")]
    objects = [f"{Path(name).stem}.o" for name in sources]
    common = [
        *WARNINGS, *flags, "-I.", "-Ikernels", f"-D{program.name}_ARENA_EXTERN"
    ]

    def compile_one(pair: tuple[str, str]) -> None:
        source, object_ = pair
        _run_tool([compiler, *common, "-c", source, "-o", object_], directory)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compile_one, zip(sources, objects, strict=True)))
    _run_tool([compiler, *flags, *objects, "-o", "program"], directory)
    return directory / "program"


def _run_tool(command: Sequence[str], directory: Path) -> None:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line]
        reason = lines[0] if lines else done.stderr.strip()
        raise UserError(f"{' '.join(command[:1])}: {reason}")


def run(
    executable: Path,
    program: Program,
    inputs: Sequence[npt.NDArray[np.generic]],
    record: bool = False,
) -> HostRun:
    """Runs the program on inputs whose leading axis is runs."""
    runs = len(inputs[0])
    directory = executable.parent
    with open(directory / "inputs.bin", "wb") as file:
        for index in range(runs):
            for array in inputs:
                file.write(np.ascontiguousarray(array[index]).tobytes())
    command = [str(executable), str(runs), "inputs.bin", "outputs.bin"]
    if record:
        command.append("records.bin")
    done = subprocess.run(
        command,
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=RUN_TIMEOUT_SECONDS,
    )
    if done.returncode:
        reason = done.stderr.strip() or f"exit code {done.returncode}"
        raise UserError(f"{program.name}: the generated program failed: {reason}")
    records = _read_records(directory / "records.bin", runs) if record else []
    return HostRun(_read_outputs(directory / "outputs.bin", program, runs), records)


def _read_outputs(path: Path, program: Program, runs: int) -> list[Int8Array]:
    shapes = [port.shape for port in program.outputs]
    sizes = [int(np.prod(shape, dtype=np.int64)) for shape in shapes]
    data = np.fromfile(path, np.int8).reshape(runs, sum(sizes))
    starts = np.cumsum([0, *sizes])
    return [
        data[:, start : start + size].reshape(runs, *shape)
        for start, size, shape in zip(starts, sizes, shapes, strict=False)
    ]


def _read_records(path: Path, runs: int) -> list[list[Record]]:
    """The records of each run; every run makes the same calls."""
    data = path.read_bytes()
    records: list[Record] = []
    position = 0
    while position < len(data):
        layer, first, last, row_bytes = np.frombuffer(data, "<i4", 4, position)
        position += 16
        size = int(last - first) * int(row_bytes)
        rows = np.frombuffer(data, np.int8, size, position)
        position += size
        records.append(
            Record(int(layer), int(first), int(last), rows.reshape(-1, row_bytes))
        )
    calls = len(records) // runs
    return [records[run * calls : (run + 1) * calls] for run in range(runs)]
