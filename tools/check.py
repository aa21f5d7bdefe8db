"""`tinyts-check`: whether a model can be compiled, and on which boards it fits."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from emitc.arena_reader import read_picture
from emitc.project import project_files
from tools import cmsis_nn
from tools.atomic_files import write_tree
from tools.compiler import Compiled, compile_path
from tools.emulator import toolchain
from tools.emulator.boards import FOLDER, Board, board, read_board
from tools.emulator.image import compile_objects
from tools.emulator.sizes import link_model, model_sizes
from tools.model_kind import unsupported_kind
from tools.model_signature import OracleError
from tools.operator_reasons import import_reasons
from tools.options import CHOICES, parse_size, resolve
from tools.oracle import run_oracle
from tools.report import report
from tools.run_inputs import InputError, input_details, random_inputs
from tools.tflite_file import TFLiteError, read_tflite, read_tflite_path
from tools.user_errors import CommandParser, UserError, error_line, run_command

SCHEMA_VERSION = 1

DEFAULT_BOARD = "nucleo_f767zi"
"""The board for whose core flash is counted, unless another is asked for."""

KERNEL_BYTES = 1400
"""Code of a kernel where no cross compiler measures it; a mean of those that exist."""

LAYER_BYTES = 72
"""Structures and calls of a layer, likewise."""


@dataclass(frozen=True)
class Budget:
    """What the model has to fit, in bytes; None is no limit."""

    sram: int | None = None
    flash: int | None = None
    board: Board | None = None


@dataclass
class Check:
    """What was found; sizes are in bytes, None where they are not known."""

    supported: bool
    reasons: list[str] = field(default_factory=list[str])
    """Why it is not supported or does not fit, one line each."""
    whole_tensor_bytes: int | None = None
    tflm_arena_bytes: int | None = None
    arena_bytes: int | None = None
    persistent_bytes: int | None = None
    ram_bytes: int | None = None
    lower_bound_bytes: int | None = None
    flash_bytes: int | None = None
    boards: list[str] = field(default_factory=list[str])

    def as_json(self, model: Path) -> dict[str, object]:
        """The object that `--json` prints."""
        head = {"schema_version": SCHEMA_VERSION, "model": str(model)}
        return head | asdict(self)

    def text(self, model: Path) -> str:
        """The same for people."""
        lines = [f"{model}: {'supported' if self.supported else 'not supported'}"]
        lines += [f"  {reason}" for reason in self.reasons]
        named = {
            "whole tensors": self.whole_tensor_bytes,
            "TFLite Micro": self.tflm_arena_bytes,
            "arena": self.arena_bytes,
            "  no arena is below": self.lower_bound_bytes,
            "state": self.persistent_bytes or None,
            "flash": self.flash_bytes,
        }
        lines += [
            f"{name:20}{size:>9} bytes"
            for name, size in named.items()
            if size is not None
        ]
        if self.supported:
            lines.append(f"fits: {', '.join(self.boards) or 'no board of boards/'}")
        return "\n".join(lines)


def check(path: Path, budget: Budget, kernels: str = "tinyts") -> Check:
    """Checks a model; raises UserError and TFLiteError for what is no model file.

    `kernels` is the option of that name of `tinyts-compile`.
    """
    data = read_tflite_path(path)
    kind = unsupported_kind(read_tflite(data))
    reasons = [kind.reason] if kind is not None else import_reasons(data)
    found = Check(not reasons, reasons, tflm_arena_bytes=_tflm_arena(path))
    if not found.supported:
        return found
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            compiled = compile_path(path, resolve(kernels=kernels))
            whole = compile_path(path, resolve(optimize="none"))
        except Exception as error:
            line = error_line(error, path.name)
            return Check(False, [line], tflm_arena_bytes=found.tflm_arena_bytes)
    written = report(compiled)
    for name in ("arena_bytes", "persistent_bytes", "ram_bytes", "lower_bound_bytes"):
        setattr(found, name, written[name])
    found.whole_tensor_bytes = read_picture(whole.placed).peak_live_bytes
    target = budget.board or board(DEFAULT_BOARD)
    found.flash_bytes = _flash_bytes(compiled, target)
    found.boards = [
        name
        for name, item in known_boards().items()
        if not _misfits(compiled, found, item)
    ]
    found.reasons += _over_budget(compiled, found, budget)
    return found


def known_boards() -> dict[str, Board]:
    """The boards of `boards/` by name."""
    paths = sorted(FOLDER.glob("*.toml"))
    return {path.stem: read_board(path) for path in paths}


def _tflm_arena(path: Path) -> int | None:
    """What TFLite Micro's interpreter needs on this host; None where it does not run.

    The interpreter, PyPI's, is part of the extra [test] and may be missing.
    """
    try:
        inputs = random_inputs(input_details(path), 0, 1)
        return run_oracle(path, inputs, "tflm").arena_bytes
    except (OracleError, InputError, ValueError):
        return None


def _flash_bytes(compiled: Compiled, target: Board) -> int:
    """Code and constants, measured for a board's core if its compiler is there."""
    if toolchain.missing() is None:
        with contextlib.suppress(UserError), tempfile.TemporaryDirectory() as folder:
            directory = Path(folder)
            write_tree(directory, project_files(compiled.program))
            sources = [*directory.rglob("*.c"), *directory.rglob("*.S")]
            flags = [f"-I{directory}", f"-I{directory / 'kernels'}"]
            flags.append(f"-D{compiled.name}_ARENA_EXTERN")
            library = cmsis_nn.library_of(compiled.program)
            flags += library.flags
            objects = compile_objects(sources, directory / "objects", target, flags)
            foreign = [*flags, *cmsis_nn.FLAGS]
            folder = directory / "library"
            objects += compile_objects(library.sources, folder, target, foreign)
            link_model(compiled.program, objects, directory, target)
            sizes = model_sizes(directory)
            return sizes.text + sizes.rodata + sizes.data
    written = report(compiled)
    program = compiled.program
    code = KERNEL_BYTES * len(program.kernels()) + LAYER_BYTES * len(program.layers)
    return int(written["weight_bytes"]) + int(written["table_bytes"]) + code


def _frame_bytes(compiled: Compiled) -> int:
    """Inputs and outputs, which lie in memory of the caller."""
    written = report(compiled)
    return int(written["input_bytes"]) + int(written["output_bytes"])


def _misfits(compiled: Compiled, found: Check, item: Board) -> list[str]:
    """Why a model does not fit a board."""
    needs = {
        "ram": (found.ram_bytes or 0) + _frame_bytes(compiled),
        "flash": found.flash_bytes or 0,
    }
    what = {"ram": "RAM with its input and output", "flash": "flash"}
    return [
        f"the model needs {size} bytes of {what[name]}, board {item.name} has "
        f"{item.memory[name].size}; {_remedy(name)}"
        for name, size in needs.items()
        if size > item.memory[name].size
    ]


def _over_budget(compiled: Compiled, found: Check, budget: Budget) -> list[str]:
    """Why a model does not fit what was asked for."""
    reasons: list[str] = []
    for option, limit, size, name in (
        ("--sram", budget.sram, found.ram_bytes, "ram"),
        ("--flash", budget.flash, found.flash_bytes, "flash"),
    ):
        if limit is not None and size is not None and size > limit:
            reasons.append(
                f"the model needs {size} bytes, more than {option} {limit}; "
                f"{_remedy(name)}"
            )
    if budget.board is not None:
        reasons += _misfits(compiled, found, budget.board)
    return reasons


def _remedy(memory: str) -> str:
    if memory == "ram":
        return "try --recompute, or a smaller input or model"
    return "use fewer weights"


def _parser() -> CommandParser:
    parser = CommandParser(
        "tinyts-check",
        description="Says whether a model can be compiled, what it needs and where it "
        "fits. Exit code 1 where it is not supported or over budget.",
    )
    parser.add_argument("model", type=Path, help="the .tflite model")
    parser.add_argument("--sram", metavar="BYTES", help="RAM that it may use, as 64K")
    parser.add_argument("--flash", metavar="BYTES", help="flash that it may use")
    parser.add_argument("--board", metavar="NAME", help="a file of boards/")
    parser.add_argument(
        "--kernels",
        choices=CHOICES["kernels"],
        default="tinyts",
        help="as for tinyts-compile (default tinyts)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on stdout"
    )
    parser.add_argument("--debug", action="store_true", help="tracebacks of errors")
    return parser


def _budget(parsed: argparse.Namespace) -> Budget:
    return Budget(
        None if parsed.sram is None else parse_size(parsed.sram),
        None if parsed.flash is None else parse_size(parsed.flash),
        None if parsed.board is None else board(parsed.board),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `tinyts-check`; the exit code."""
    parsed = _parser().parse_args(arguments)

    def command() -> int:
        budget = _budget(parsed)
        try:
            found = check(parsed.model, budget, parsed.kernels)
        except TFLiteError as error:
            found = Check(False, [str(error)])
        if parsed.json:
            print(json.dumps(found.as_json(parsed.model)))
        else:
            print(found.text(parsed.model))
        return 1 if found.reasons else 0

    return run_command(command, str(parsed.model), parsed.debug)


if __name__ == "__main__":
    sys.exit(main())
