"""`tinyts-compile`: a model file becomes a C library."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from emitc.project import project_files
from tools import compiler, explore
from tools.atomic_files import staged_text, write_tree
from tools.compiler import Compiled, compile_path
from tools.options import CompileOptions, add_arguments, from_arguments
from tools.plot import plot_text
from tools.report import report_text
from tools.user_errors import CommandParser, UserError, run_command


def state_text(compiled: Compiled) -> str:
    """The size of the state, behind that of the arena, where there is any."""
    size = compiled.program.persistent_bytes
    return f", state {size} bytes" if size else ""


def output_files(compiled: Compiled) -> dict[str, str]:
    """Text of every file that a compilation writes, by its path."""
    files = project_files(compiled.program)
    files["report.json"] = report_text(compiled)
    return files


def write_outputs(compiled: Compiled, directory: Path) -> None:
    """Writes the files of a compilation, and the picture of the arena if asked for.

    They are there all or none; raises OSError, or UserError where the picture would
    take the place of another file.
    """
    files = output_files(compiled)
    if compiled.options.plot is None:
        write_tree(directory, files)
        return
    plot, picture = Path(compiled.options.plot), plot_text(compiled)
    inside = _inside(plot, directory)
    if inside is None:
        with staged_text(plot, picture) as commit:
            write_tree(directory, files)
            commit()
        return
    if inside in files:
        raise UserError(f"{plot}: is a file of the library; give another for --plot")
    write_tree(directory, files | {inside: picture})


def _inside(path: Path, directory: Path) -> str | None:
    """The path from a directory to a file in or below it; None for other files."""
    relative = os.path.relpath(os.path.realpath(path), os.path.realpath(directory))
    return None if relative.split(os.sep)[0] == os.pardir else relative


def check_outputs(plot: str | None, directory: Path) -> None:
    """Raises UserError where `write_outputs` is bound to fail."""
    if directory.exists() and not directory.is_dir():
        raise UserError(f"{directory}: is a file; give a directory for -o")
    if plot is None:
        return
    path = Path(plot)
    if path.is_dir() or _inside(path, directory) == os.curdir:
        raise UserError(f"{plot}: is a directory; give a file for --plot")
    if not path.parent.is_dir() and _inside(path, directory) is None:
        raise UserError(f"{path.parent}: is no directory; make it, or change --plot")


def _explore(model: Path, options: CompileOptions, directory: Path) -> None:
    if options.plot is not None:
        raise UserError("--plot draws the arena of one schedule; leave out --explore")
    points = compiler.explore(model, options)
    if not points:
        raise UserError(f"{model}: no schedule goes with these options")
    files = explore.explore_files(points, model.name)
    write_tree(directory, files)
    if "explore.svg" not in files:
        print(explore.NO_PLOT, file=sys.stderr)
    print(explore.table_text(points), end="")


def _parser() -> CommandParser:
    parser = CommandParser(
        "tinyts-compile",
        description="Compiles an int8 .tflite model to C for microcontrollers.",
    )
    parser.add_argument("model", type=Path, help="the .tflite model")
    parser.add_argument(
        "-o",
        "--output-dir",
        type=Path,
        required=True,
        metavar="OUT",
        help="directory for the generated files; made where it is missing",
    )
    parser.add_argument(
        "--explore",
        action="store_true",
        help="instead of compiling, print the best trade-offs of arena and work, and "
        "write them to OUT/explore.json and, with matplotlib, OUT/explore.svg",
    )
    parser.add_argument("--debug", action="store_true", help="tracebacks of errors")
    add_arguments(parser)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `tinyts-compile`; the exit code."""
    parsed = _parser().parse_args(arguments)

    def command() -> int:
        check_outputs(parsed.plot, parsed.output_dir)
        if parsed.explore:
            _explore(parsed.model, from_arguments(parsed), parsed.output_dir)
            return 0
        compiled = compile_path(parsed.model, from_arguments(parsed))
        write_outputs(compiled, parsed.output_dir)
        print(
            f"{parsed.output_dir / compiled.name}.c: arena {compiled.arena_bytes} "
            f"bytes{state_text(compiled)}"
        )
        return 0

    return run_command(command, str(parsed.model), parsed.debug)


if __name__ == "__main__":
    sys.exit(main())
