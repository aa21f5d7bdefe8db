"""How a command ends on bad input: one line `error: ...` on stderr, exit code 1."""

from __future__ import annotations

import sys
from collections.abc import Callable

from xdsl.utils.exceptions import (
    ArgSpecParseError,
    DiagnosticException,
    ParseError,
)

from tools.oracle import OracleError
from tools.run_inputs import InputError
from tools.tflite_file import TFLiteError


class UserError(Exception):
    """Bad input or options; the message is one line for the user."""


def error_line(error: BaseException, file: str) -> str:
    """What is wrong, in one line, and in which file."""
    if isinstance(error, ParseError):
        location = error.span.get_location()
        return f"{file}:{location.line}:{location.col}: {_first_line(error.msg)}"
    if isinstance(error, OSError):
        return f"{error.filename or file}: {error.strerror or error}"
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
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if lines else "unknown error"


def run_command(command: Callable[[], int], file: str, debug: bool) -> int:
    """Runs a command; its exit code, or 1 after an error line.

    With `debug` errors propagate as they are.
    """
    if debug:
        return command()
    try:
        return command()
    except KeyboardInterrupt:
        return 130
    except (Exception, ArgSpecParseError) as error:
        print(f"error: {error_line(error, file)}", file=sys.stderr)
        return 1
