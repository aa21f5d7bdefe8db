"""The cross compiler and QEMU: where they are, which versions, how they are called."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tools.user_errors import UserError

PACKAGES = "gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"
"""What `apt-get install` needs for an emulated run."""

COMPILER = "arm-none-eabi-gcc"
QEMU = "qemu-system-arm"


def missing(tools: Sequence[str] = (COMPILER, QEMU)) -> str | None:
    """One line that says what is missing for an emulated run and how to get it."""
    absent = [tool for tool in tools if shutil.which(tool) is None]
    if not absent and not _has_library():
        absent = ["newlib for arm-none-eabi"]
    if not absent:
        return None
    return f"{', '.join(absent)}: not found; run apt-get install {PACKAGES}"


def require() -> None:
    """Raises UserError where compiler, C library or QEMU are missing."""
    line = missing()
    if line is not None:
        raise UserError(line)


def require_compiler() -> None:
    """Raises UserError where compiler or C library are missing."""
    line = missing((COMPILER,))
    if line is not None:
        raise UserError(line)


@cache
def _has_library() -> bool:
    found = _output([COMPILER, "-mthumb", "-print-file-name=librdimon.a"])
    return Path(found).is_absolute()


@cache
def compiler_version() -> str:
    """Such as `arm-none-eabi-gcc 12.2.1`."""
    return f"{COMPILER} {_output([COMPILER, '-dumpfullversion'])}"


@cache
def qemu_version() -> str:
    """Such as `QEMU 7.2.22`."""
    text = _output([QEMU, "--version"])
    match = re.search(r"version (\d+(\.\d+)*)", text)
    return f"QEMU {match[1] if match else text}"


def plugin_interface() -> int:
    """The version of QEMU's plugin interface that a plugin must name."""
    major = int(qemu_version().removeprefix("QEMU ").partition(".")[0])
    return 1 if major < 9 else 2


def call(command: Sequence[str], directory: Path | None = None) -> str:
    """Runs a tool; its output. UserError with its first error line if it fails."""
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"{Path(command[0]).name}: {_reason(done.stderr)}")
    return done.stdout


def _reason(text: str) -> str:
    """The line of a tool's messages that says most."""
    lines = [line for line in text.strip().splitlines() if "ld returned" not in line]
    errors = [line for line in lines if "error:" in line or "undefined" in line]
    return (errors or lines or ["failed"])[0]


def _output(command: Sequence[str]) -> str:
    return call(command).strip()
