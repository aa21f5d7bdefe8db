"""All files of a generated library: model, kernels, and how to build them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from emitc.model_files import header_text, render, source_text
from emitc.program import Program

RUNTIME = Path(__file__).resolve().parents[1] / "runtime_c"


STANDARD_HEADERS = frozenset(
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp "
    "signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn "
    "string tgmath threads time uchar wchar wctype".split()
)


@cache
def reserved_names() -> frozenset[str]:
    """Names that no model may have: `N.h` or `N.c` would hide another file."""
    folders = ("src", "include", "host", "firmware")
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
    files["CMakeLists.txt"] = render("CMakeLists.txt.j2", p=program, sources=sources)
    return files | kernels


def kernel_files(program: Program) -> dict[str, str]:
    """Sources of the kernels that are called, and all headers that they include.

    What `tinyts_x.h` declares is in `x.c`, if there is such a file.
    """
    sources = [RUNTIME / "src" / f"{name}.c" for name in program.sources()]
    files: dict[str, str] = {}
    headers = ["tinyts", *program.instance_headers()]
    pending = [*sources, *(RUNTIME / "include" / f"{name}.h" for name in headers)]
    while pending:
        path = pending.pop()
        name = f"kernels/{path.name}"
        if name in files:
            continue
        files[name] = path.read_text(encoding="utf-8")
        for header in re.findall(r'#include "(\w+)\.h"', files[name]):
            pending.append(RUNTIME / "include" / f"{header}.h")
            source = RUNTIME / "src" / f"{header.removeprefix('tinyts_')}.c"
            if source.exists():
                pending.append(source)
    return dict(sorted(files.items()))
