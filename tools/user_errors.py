"""How a command ends on bad input: one line `error: ...` on stderr, exit code 1."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import TimeoutExpired
from typing import NoReturn

from xdsl.utils.exceptions import (
    ArgSpecParseError,
    DiagnosticException,
    ParseError,
)

from tools.model_signature import OracleError
from tools.run_inputs import InputError
from tools.tflite_file import TFLiteError


class UserError(Exception):
    """Bad input or options; the message is one line for the user."""


class CommandParser(argparse.ArgumentParser):
    """Reads a command line; what is wrong with it is one line too."""

    def error(self, message: str) -> NoReturn:
        end_with(f"{message}; {self.prog} --help lists what there is")


def end_with(message: str) -> NoReturn:
    """Ends the program with an error line and exit code 1."""
    print(f"error: {message}", file=sys.stderr)
    raise SystemExit(1)


MAX_LINE = 600
"""Characters of an error; what is longer is cut."""


def error_line(error: BaseException, file: str) -> str:
    """What is wrong, in one line, and in which file."""
    text = _message(error, file)
    line = "".join(c if c.isprintable() else " " for c in text).strip()
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}..."


def _message(error: BaseException, file: str) -> str:
    if isinstance(error, ParseError):
        location = error.span.get_location()
        return f"{file}:{location.line}:{location.col}: {_first_line(error.msg)}"
    if isinstance(error, OSError):
        return f"{error.filename or file}: {error.strerror or error}"
    if isinstance(error, RecursionError):
        return f"{file}: nested too deeply to be read; write it with less nesting"
    if isinstance(error, MemoryError):
        return f"{file}: there is not enough memory; use a smaller model"
    if isinstance(error, UnicodeError):
        return f"{file}: is not text in UTF-8; give a .mlir or .tflite file"
    if isinstance(error, TimeoutExpired):
        program = error.cmd if isinstance(error.cmd, str) else str(error.cmd[0])
        return (
            f"{file}: {Path(program).name} did not finish within {error.timeout:g} s; "
            "use a smaller model"
        )
    if isinstance(error, ArgSpecParseError):
        return f"pass pipeline: {str(error).strip().splitlines()[-1].strip()}"
    if isinstance(error, UserError | OracleError | InputError):
        return str(error)
    if isinstance(error, TFLiteError | DiagnosticException | ValueError):
        return f"{file}: {_first_line(str(error))}"
    return (
        f"{file}: internal error: {type(error).__name__}: {_first_line(str(error))} "
        "(run again with --debug for the traceback)"
    )


def _first_line(text: str) -> str:
    """The first line, and the last one where the first announces it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].endswith(":"):
        return f"{lines[0]} {lines[-1]}"
    return lines[0] if lines else "unknown error"


def run_command(
    command: Callable[[], int], file: str | Callable[[], str], debug: bool
) -> int:
    """Runs a command; its exit code, or 1 after an error line that names the file.

    With `debug` errors propagate as they are.
    """
    if debug:
        return command()
    try:
        return command()
    except KeyboardInterrupt:
        return 130
    except (Exception, ArgSpecParseError) as error:
        name = file if isinstance(file, str) else file()
        print(f"error: {error_line(error, name)}", file=sys.stderr)
        return 1
