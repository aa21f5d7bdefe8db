"""All files of a generated library: model, kernels, and how to build them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from emitc.model_files import header_text, render, source_text
from emitc.program import Program
from lowering.cmsis_nn import calls_library

RUNTIME = Path(__file__).resolve().parents[1] / "runtime_c"

FOLDERS = {".c": ("src", "cmsis_nn"), ".h": ("include", "cmsis_nn")}
"""Where the sources and headers of kernels are; the last calls CMSIS-NN."""


STANDARD_HEADERS = frozenset(
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp "
    "signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn "
    "string tgmath threads time uchar wchar wctype".split()
)


@cache
def reserved_names() -> frozenset[str]:
    """Names that no model may have: `N.h` or `N.c` would hide another file."""
    folders = ("src", "include", "cmsis_nn", "host", "firmware")
    runtime = {path.stem for f in folders for path in (RUNTIME / f).glob("*.[ch]")}
    return STANDARD_HEADERS | runtime | {"host_main"}


def project_files(program: Program) -> dict[str, str]:
    """Text of every file, by its path in the output directory."""
    files = {
        f"{program.name}.h": header_text(program),
        f"{program.name}.c": source_text(program),
    }
    kernels = kernel_files(program)
    sources = sorted(path for path in kernels if path.endswith(".c"))
    library = calls_cmsis_nn(program)
    files["CMakeLists.txt"] = render(
        "CMakeLists.txt.j2", p=program, sources=sources, cmsis_nn=library
    )
    return files | kernels


def calls_cmsis_nn(program: Program) -> bool:
    """Whether CMSIS-NN computes some layers."""
    return any(calls_library(kernel) for kernel in program.kernels())


def _runtime_file(name: str) -> Path:
    """The source or header of a kernel, which may be missing."""
    folders = FOLDERS[Path(name).suffix]
    paths = [RUNTIME / folder / name for folder in folders]
    return next((path for path in paths if path.exists()), paths[0])


def kernel_files(program: Program) -> dict[str, str]:
    """Sources of the kernels that are called, and all headers that they include.

    What `tinyts_x.h` declares is in `x.c`, if there is such a file.
    """
    sources = [_runtime_file(f"{name}.c") for name in program.sources()]
    files: dict[str, str] = {}
    headers = ["tinyts", *program.instance_headers()]
    pending = [*sources, *(_runtime_file(f"{name}.h") for name in headers)]
    while pending:
        path = pending.pop()
        name = f"kernels/{path.name}"
        if name in files:
            continue
        files[name] = path.read_text(encoding="utf-8")
        for header in re.findall(r'#include "(\w+)\.h"', files[name]):
            pending.append(_runtime_file(f"{header}.h"))
            source = _runtime_file(f"{header.removeprefix('tinyts_')}.c")
            if source.exists():
                pending.append(source)
    return dict(sorted(files.items()))
