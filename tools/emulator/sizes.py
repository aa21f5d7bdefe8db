"""Flash and RAM of a model: linked alone, its sections added up from the link map."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from emitc.program import Program
from tools.emulator import toolchain
from tools.emulator.boards import Board

PROGRAM, MAP = "model.elf", "model.map"
"""The model without harness, and the map of its link."""

KINDS = (
    ("rodata", (".rodata", ".ARM.ex")),
    ("text", (".text", ".glue", ".vfp11", ".v4")),
    ("data", (".data",)),
    ("bss", (".bss", "COMMON")),
)
"""Input sections by the start of their names; others are not loaded."""

LINE = re.compile(r" (\S+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)")


@dataclass(frozen=True)
class Section:
    """A piece of an object that the link kept."""

    kind: str
    size: int
    file: str


@dataclass(frozen=True)
class Sizes:
    """Bytes of a model, its kernels and the library functions that they call."""

    text: int
    rodata: int
    data: int
    bss: int
    library: tuple[str, ...]
    """Members of the C and compiler libraries, such as `libc.a(lib_a-memset.o)`."""


def link_model(
    program: Program, objects: Sequence[Path], directory: Path, board: Board
) -> Path:
    """The model alone with its arena and what it needs of the C library.

    UserError where it needs what no bare machine has, such as a heap.
    """
    name = program.name
    arena = directory / "arena.c"
    arena.write_text(
        f'#include "{name}.h"\n'
        f"#if {name}_ARENA_BYTES\n"
        f"__attribute__((aligned({name}_ARENA_ALIGN)))\n"
        f"int8_t {name}_arena[{name}_ARENA_BYTES];\n"
        "#endif\n"
    )
    target = directory / PROGRAM
    toolchain.call([
        toolchain.COMPILER, *board.core_flags, f"-D{name}_ARENA_EXTERN",
        f"-I{directory}", "-nostartfiles", "-static", "-Wl,--gc-sections",
        "-Wl,--emit-relocs", f"-Wl,-e,{name}_invoke", *_roots(name, directory),
        f"-Wl,-Map={directory / MAP}", str(arena), *map(str, objects),
        "-Wl,--start-group", "-lc", "-lm", "-lgcc", "-Wl,--end-group",
        "-o", str(target),
    ])  # fmt: skip
    return target


def _roots(name: str, directory: Path) -> list[str]:
    """Linker flags that keep every function that the header declares."""
    header = (directory / f"{name}.h").read_text()
    functions = re.findall(rf"\b({name}_\w+)\((?:void\)|.*\n?.*\));", header)
    return [f"-Wl,-u,{function}" for function in sorted(set(functions))]


def model_sizes(directory: Path) -> Sizes:
    """The sizes of the model that `link_model` has linked in a directory."""
    sections = [*_sections((directory / MAP).read_text())]
    totals = {
        kind: sum(section.size for section in sections if section.kind == kind)
        for kind, _ in KINDS
    }
    members = {
        Path(section.file).name for section in sections if ".a(" in section.file
    }
    return Sizes(**totals, library=tuple(sorted(members)))


def _sections(text: str) -> Iterator[Section]:
    """The input sections of a map of GNU ld, with the padding between them."""
    _, _, body = text.partition("Linker script and memory map")
    # A long name stands on a line of its own.
    body = re.sub(r"^ (\S{15,})\n", r" \1 ", body, flags=re.MULTILINE)
    kind = None
    for line in body.splitlines():
        fill = re.match(r" \*fill\*\s+0x[0-9a-f]+\s+0x([0-9a-f]+)", line)
        if fill and kind:
            yield Section(kind, int(fill[1], 16), "padding")
            continue
        found = LINE.fullmatch(line.rstrip())
        if found is None:
            continue
        kind = next(
            (kind for kind, starts in KINDS if found[1].startswith(starts)), None
        )
        if kind and int(found[3], 16):
            yield Section(kind, int(found[3], 16), found[4])
