"""A checkout of CMSIS-NN: where it is, and which of its sources a model needs.

CMSIS-NN is not part of TinyTS. Programs that call it are built against the checkout
that the environment variable CMSIS_NN_DIR names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from emitc.program import Program
from emitc.project import calls_cmsis_nn, kernel_files
from tools.user_errors import UserError

VARIABLE = "CMSIS_NN_DIR"
HEADER = Path("Include", "arm_nnfunctions.h")
UPSTREAM = "https://github.com/ARM-software/CMSIS-NN"

FLAGS = ("-w", "-fno-sanitize=undefined")
"""For sources that are not ours."""

NAME = re.compile(r"\barm_\w+")
DEFINITION = re.compile(
    r"^(?:[\w \t*]+[ \t*])?(arm_\w+)\s*\([^;{}]*\)\s*\{", re.MULTILINE
)


@dataclass(frozen=True)
class Library:
    """What a program needs of CMSIS-NN; nothing where it does not call it."""

    flags: tuple[str, ...] = ()
    """For the program's own sources."""
    sources: tuple[Path, ...] = ()
    """To be compiled with `flags` and `FLAGS`."""


def library_of(program: Program) -> Library:
    """What a program needs of the checkout; UserError where there is none."""
    if not calls_cmsis_nn(program):
        return Library()
    root = checkout()
    return Library(
        (f"-I{root / HEADER.parent}",),
        needed_sources(root, kernel_files(program)),
    )


def missing() -> str | None:
    """One line that says why there is no checkout; None where there is one."""
    named = os.environ.get(VARIABLE)
    if not named:
        return f"{VARIABLE}: not set; it names a checkout of CMSIS-NN ({UPSTREAM})"
    if not Path(named, HEADER).is_file():
        return f"{VARIABLE}: '{named}' is no checkout of CMSIS-NN, it has no {HEADER}"
    return None


def checkout() -> Path:
    """The checkout; UserError where there is none."""
    line = missing()
    if line is not None:
        raise UserError(line)
    return Path(os.environ[VARIABLE]).resolve()


def needed_sources(root: Path, kernels: Mapping[str, str]) -> tuple[Path, ...]:
    """The sources of the functions that kernels name, and of those that these call.

    UserError where a kernel calls a function that the checkout does not define.
    """
    definitions = _definitions(root)
    texts = [text for name, text in kernels.items() if name.endswith("_cmsis_nn.c")]
    called = {name for text in texts for name in NAME.findall(text)}
    unknown = sorted(called - definitions.keys())
    if unknown:
        raise UserError(
            f"{VARIABLE}: the checkout has no {unknown[0]}; update it from {UPSTREAM}"
        )
    needed: dict[Path, None] = {}
    pending = [definitions[name] for name in sorted(called)]
    while pending:
        source = pending.pop()
        if source in needed:
            continue
        needed[source] = None
        names = NAME.findall(source.read_text(encoding="utf-8"))
        pending += [definitions[name] for name in names if name in definitions]
    return tuple(sorted(needed))


@lru_cache(maxsize=4)
def _definitions(root: Path) -> Mapping[str, Path]:
    """The source of every function of integers."""
    found: dict[str, Path] = {}
    for source in sorted((root / "Source").glob("*/*.c")):
        if not source.stem.endswith(("_f16", "_f32", "_flt")):
            text = source.read_text(encoding="utf-8")
            found |= dict.fromkeys(DEFINITION.findall(text), source)
    return found
