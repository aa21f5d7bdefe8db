"""`tinyts-compile`: a model file becomes a C library."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from emitc.project import project_files
from tools.atomic_files import write_tree
from tools.compiler import Compiled, compile_path
from tools.options import add_arguments, from_arguments
from tools.report import report_text
from tools.user_errors import UserError, run_command


def output_files(compiled: Compiled) -> dict[str, str]:
    """Text of every file that a compilation writes, by its path."""
    files = project_files(compiled.program)
    files["report.json"] = report_text(compiled)
    return files


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
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
    parser.add_argument("--debug", action="store_true", help="tracebacks of errors")
    add_arguments(parser)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `tinyts-compile`; the exit code."""
    parsed = _parser().parse_args(arguments)

    def command() -> int:
        if parsed.output_dir.exists() and not parsed.output_dir.is_dir():
            raise UserError(f"{parsed.output_dir}: is a file; give a directory for -o")
        compiled = compile_path(parsed.model, from_arguments(parsed))
        files = output_files(compiled)
        write_tree(parsed.output_dir, files)
        print(
            f"{parsed.output_dir / compiled.name}.c: arena {compiled.arena_bytes} "
            "bytes"
        )
        return 0

    return run_command(command, str(parsed.model), parsed.debug)


if __name__ == "__main__":
    sys.exit(main())
