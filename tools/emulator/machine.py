"""An emulated core as a machine that builds and runs models, and measures them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emitc.program import Program
from tools.emulator.boards import Board, board
from tools.emulator.image import (
    EMULATOR,
    WARNINGS,
    Image,
    compile_flags,
    compile_objects,
    link,
    read_marks,
)
from tools.emulator.run import read_counts, run_image
from tools.emulator.sizes import PROGRAM, Sizes, link_model, model_sizes
from tools.emulator.stack_bound import stack_bound
from tools.host_run import RUN_TIMEOUT_SECONDS
from tools.user_errors import UserError

DEFAULT_BOARD = "mps2_an500"
"""A Cortex-M7."""

USAGE = "stack_usage.txt"
"""Lists the compiler's files of stack usage."""


@dataclass(frozen=True)
class Measurement:
    """What the emulator found in the first run after a warm-up."""

    instructions: int
    """From entry to return of `N_invoke`."""
    steps: dict[int, int]
    """Instructions of each layer; -1 is what came before the first."""
    stack_bytes: int
    """Bytes of stack that were overwritten, below the caller."""
    stack_bound_bytes: int
    """No run overwrites more, by the tree of calls."""
    sizes: Sizes

    def as_json(self) -> dict[str, int]:
        """The keys of `tinyts-run --json`; sizes in bytes."""
        return {
            "instructions": self.instructions,
            "stack_bytes": self.stack_bytes,
            "stack_bound_bytes": self.stack_bound_bytes,
            "text_bytes": self.sizes.text,
            "rodata_bytes": self.sizes.rodata,
            "data_bytes": self.sizes.data,
            "bss_bytes": self.sizes.bss,
        }

    def with_instructions(
        self, layers: Sequence[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """The entries of layers, each with the instructions spent on its tensor."""
        return [
            {**layer, "instructions": self.steps.get(layer["index"], 0)}
            for layer in layers
        ]

    def lines(self, layers: Sequence[dict[str, Any]]) -> Iterator[str]:
        """What a person wants to read."""
        yield f"{self.instructions} instructions"
        yield f"stack {self.stack_bytes} bytes, at most {self.stack_bound_bytes}"
        sizes = self.sizes
        yield (
            f"text {sizes.text}, rodata {sizes.rodata}, data {sizes.data}, "
            f"bss {sizes.bss} bytes"
        )
        for layer in layers:
            yield (
                f"{layer['instructions']:>12}  tensor {layer['index']} {layer['op']} "
                f"'{layer['name']}' {layer['status']}"
            )


@dataclass(frozen=True)
class Emulator:
    """A core that QEMU emulates; the second call of a model is measured."""

    board: Board
    warm_up_runs: int = 1

    def compile_command(self) -> list[str]:
        return compile_flags(self.board, [*WARNINGS, "-fstack-usage"])

    def source_flags(self, program: Program, source: str) -> list[str]:
        if source == "host_main.c":
            return [f"-D{program.name}_invoke=emulator_invoke"]
        return ["-include", str(EMULATOR / "tinyts_steps.h")]

    def link(self, program: Program, objects: Sequence[str], directory: Path) -> Path:
        names = [f"-DMODEL_INVOKE={program.name}_invoke"]
        if program.variables:
            names.append(f"-DMODEL_RESET={program.name}_reset")
        harness = compile_objects(
            [EMULATOR / "measure.S", EMULATOR / "report.c"],
            directory / "measure",
            self.board,
            names,
        )
        folder = directory.resolve()
        paths = [folder / name for name in objects]
        if not (folder / "record.c").exists():  # that program needs files
            self._link_model(program, paths, folder)
        return link([*paths, *harness], folder, self.board).path

    def _link_model(
        self, program: Program, objects: Sequence[Path], folder: Path
    ) -> None:
        model = [path for path in objects if path.name != "host_main.o"]
        link_model(program, model, folder, self.board)
        usage = [str(path.with_suffix(".su")) for path in model]
        (folder / USAGE).write_text("\n".join(usage))

    def launch(
        self, executable: Path, arguments: Sequence[str]
    ) -> subprocess.CompletedProcess[str]:
        image = Image(executable, self.board, read_marks(executable))
        done = run_image(
            image, executable.parent, arguments, timeout=RUN_TIMEOUT_SECONDS
        )
        return subprocess.CompletedProcess(
            [str(executable)],
            done.exit_code,
            done.stdout.decode(errors="replace"),
            done.stderr,
        )

    def measurement(self, program: Program, executable: Path) -> Measurement:
        """What the last run of a program has left in its directory."""
        directory = executable.parent
        counts, steps = read_counts(directory)
        # The branch to the model, after the mark, belongs to its caller.
        steps[-1] = steps.get(-1, 1) - 1
        usage = map(Path, (directory / USAGE).read_text().splitlines())
        root = f"{program.name}_invoke"
        return Measurement(
            counts[0].total - 1,
            steps,
            int((directory / "stack.txt").read_text()),
            stack_bound(directory / PROGRAM, root, usage),
            model_sizes(directory),
        )


def emulator(name: str = DEFAULT_BOARD) -> Emulator:
    """The emulated core of a board; UserError where there is none."""
    found = board(name)
    if found.qemu is None:
        raise UserError(f"board '{name}' is not emulated; mps2_an500 is")
    return Emulator(found)
