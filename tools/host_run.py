"""Building a compiled model with its harness and running it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from emitc.host import host_files
from emitc.model_files import header_text, source_text
from emitc.program import Program
from emitc.project import kernel_files
from tools import cmsis_nn
from tools.atomic_files import write_tree
from tools.user_errors import UserError

WARNINGS = ("-std=gnu99", "-Wall", "-Wextra", "-Werror")
SANITIZERS = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover")
"""Flags of a build in which undefined behaviour ends the program."""
RUN_TIMEOUT_SECONDS = 600

Int8Array = npt.NDArray[np.int8]
Array = npt.NDArray[np.generic]


@dataclass(frozen=True)
class Record:
    """Rows of a layer as one call of its kernel left them."""

    layer: int
    first: int
    last: int
    rows: Int8Array
    """[last - first, bytes a row]."""
    start: int = 0
    """The byte of the layer's row at which they begin."""


@dataclass(frozen=True)
class HostRun:
    """What the program put out, leading axis = runs; records of each run."""

    outputs: list[Array]
    records: list[list[Record]]


class Machine(Protocol):
    """What builds and runs a program: the host, or an emulated core."""

    warm_up_runs: int
    """How many runs of the first input come before those that are asked for."""

    def compile_command(self) -> list[str]:
        """The C compiler with its flags."""
        ...

    def source_flags(self, program: Program, source: str) -> list[str]:
        """More flags for a source of the model or its harness."""
        ...

    def link(self, program: Program, objects: Sequence[str], directory: Path) -> Path:
        """The executable in `directory`; object paths may be relative to it."""
        ...

    def launch(
        self, executable: Path, arguments: Sequence[str]
    ) -> subprocess.CompletedProcess[str]:
        """Runs the program in its own directory."""
        ...


@dataclass(frozen=True)
class Host:
    """This computer."""

    flags: Sequence[str] = ("-O2",)
    """Of the compiler, also when it links."""
    warm_up_runs: int = 0

    def compile_command(self) -> list[str]:
        return [compiler_command(), *WARNINGS, *self.flags]

    def source_flags(self, program: Program, source: str) -> list[str]:
        return []

    def link(self, program: Program, objects: Sequence[str], directory: Path) -> Path:
        run_tool(
            [compiler_command(), *self.flags, *objects, "-o", "program"], directory
        )
        return directory / "program"

    def launch(
        self, executable: Path, arguments: Sequence[str]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(executable), *arguments],
            cwd=executable.parent,
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_SECONDS,
        )


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
    cache: Path | None = None,
    machine: Machine | None = None,
) -> Path:
    """Builds the model with its harness; the path of the executable.

    `machine` is what it is built for, by default the host with the given `flags`.
    What does not depend on the model is taken from `cache`, a folder of objects, where
    the same command has built the same text before, and is put there otherwise.
    """
    model = {
        f"{program.name}.h": header_text(program),
        f"{program.name}.c": source_text(program, record),
    }
    kernels, host = kernel_files(program), host_files(program, record)
    files = model | kernels | host
    write_tree(directory, files)
    machine = machine or Host(flags)
    library = cmsis_nn.library_of(program)
    command = [*machine.compile_command(), "-I.", "-Ikernels", *library.flags]
    extern_arena = f"-D{program.name}_ARENA_EXTERN"

    def object_of(source: str) -> str:
        if cache is not None and source not in model and source != "host_main.c":
            return _cached_object(command, source, files, directory, cache)
        target = f"{Path(source).stem}.o"
        more = [extern_arena, *machine.source_flags(program, source)]
        run_tool([*command, *more, "-c", source, "-o", target], directory)
        return target

    def object_of_library(source: Path) -> str:
        foreign = [*command, *cmsis_nn.FLAGS]
        if cache is not None:
            texts = {str(source): source.read_text(encoding="utf-8")}
            return _cached_object(foreign, str(source), texts, directory, cache)
        target = f"{source.stem}.o"
        run_tool([*foreign, "-c", str(source), "-o", target], directory)
        return target

    sources = [name for name in files if name.endswith(".c")]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(object_of, sources))
        objects += pool.map(object_of_library, library.sources)
    return machine.link(program, objects, directory)


def _cached_object(
    command: Sequence[str],
    source: str,
    files: Mapping[str, str],
    directory: Path,
    cache: Path,
) -> str:
    """The object of a source, named by all that it is made of."""
    recipe = [*command, source, *_texts_of(source, files)]
    target = cache.resolve() / f"{sha256(repr(recipe).encode()).hexdigest()}.o"
    if target.exists():
        return str(target)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        built = Path(folder, target.name)
        run_tool([*command, "-c", source, "-o", str(built)], directory)
        for file in sorted(built.parent.iterdir(), reverse=True):  # .su before .o
            os.replace(file, target.with_suffix(file.suffix))
    return str(target)


def _texts_of(source: str, files: Mapping[str, str]) -> list[str]:
    """The text of a source and of the headers that it includes, directly or not."""
    texts = {Path(name).name: text for name, text in files.items()}
    names = [Path(source).name]
    for name in names:
        included = re.findall(r'#include "([\w.]+)"', texts[name])
        names += [i for i in included if i in texts and i not in names]
    return [texts[name] for name in names]


def run_tool(command: Sequence[str], directory: Path) -> None:
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
    machine: Machine | None = None,
) -> HostRun:
    """Runs the program on inputs whose leading axis is runs.

    `machine` is that for which it was built.
    """
    machine = machine or Host()
    warm_up = machine.warm_up_runs
    inputs = [np.concatenate([array[:1]] * warm_up + [array]) for array in inputs]
    runs = len(inputs[0])
    directory = executable.parent
    with open(directory / "inputs.bin", "wb") as file:
        for index in range(runs):
            for array in inputs:
                file.write(np.ascontiguousarray(array[index]).tobytes())
    files = ["inputs.bin", "outputs.bin", *(["records.bin"] if record else [])]
    done = machine.launch(executable, [str(runs), *files])
    if done.returncode:
        reason = _reason(done.stderr) or f"exit code {done.returncode}"
        raise UserError(f"{program.name}: the generated program failed: {reason}")
    records = _read_records(directory / "records.bin", runs) if record else []
    outputs = _read_outputs(directory / "outputs.bin", program, runs)
    return HostRun([output[warm_up:] for output in outputs], records[warm_up:])


def _reason(stderr: str) -> str:
    """The line that says what went wrong: an error's, or else the last."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip("= \t")]
    errors = [line for line in lines if "error" in line.lower()]
    return next(iter([*errors, *lines[-1:]]), "")


def _read_outputs(path: Path, program: Program, runs: int) -> list[Array]:
    sizes = [port.bytes for port in program.outputs]
    data = np.fromfile(path, np.int8).reshape(runs, sum(sizes))
    starts = np.cumsum([0, *sizes])
    return [
        np.ascontiguousarray(data[:, start : start + port.bytes])
        .view(port.dtype)
        .reshape(runs, *port.shape)
        for start, port in zip(starts, program.outputs, strict=False)
    ]


def _read_records(path: Path, runs: int) -> list[list[Record]]:
    """The records of each run; every run makes the same calls."""
    data = path.read_bytes()
    records: list[Record] = []
    position = 0
    while position < len(data):
        header = np.frombuffer(data, "<i4", 5, position).tolist()
        layer, first, last, row_bytes, start = header
        position += 20
        size = (last - first) * row_bytes
        rows = np.frombuffer(data, np.int8, size, position)
        position += size
        records.append(
            Record(layer, first, last, rows.reshape(-1, row_bytes), start)
        )
    calls = len(records) // runs
    return [records[run * calls : (run + 1) * calls] for run in range(runs)]
