"""Building a bare-metal image, and the marks that it holds."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from emitc.project import RUNTIME
from tools.emulator import toolchain
from tools.emulator.boards import Board

EMULATOR = RUNTIME / "emulator"
OPTIMIZATION = ("-O3",)
WARNINGS = ("-std=gnu99", "-Wall", "-Wextra", "-Werror")
SECTIONS = ("-ffunction-sections", "-fdata-sections")


@dataclass(frozen=True)
class Mark:
    """A place in the program where the emulator takes note of its count."""

    address: int
    kind: int
    number: int


@dataclass(frozen=True)
class Image:
    """A linked program."""

    path: Path
    board: Board
    marks: tuple[Mark, ...]


def compile_flags(board: Board, flags: Sequence[str] = ()) -> list[str]:
    """The compiler with everything that all sources share; later flags win."""
    return [
        toolchain.COMPILER,
        *board.core_flags,
        *OPTIMIZATION,
        *SECTIONS,
        f"-I{EMULATOR}",
        *flags,
    ]


def compile_objects(
    sources: Sequence[Path], directory: Path, board: Board, flags: Sequence[str] = ()
) -> list[Path]:
    """Objects of C and assembly sources, in `directory`; UserError if one fails."""
    command = compile_flags(board, flags)

    def object_of(numbered: tuple[int, Path]) -> Path:
        index, source = numbered
        target = directory.resolve() / f"{index}_{source.stem}.o"
        toolchain.call([*command, "-c", str(source.resolve()), "-o", str(target)])
        return target

    directory.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(object_of, enumerate(sources)))


def link(
    objects: Sequence[Path], directory: Path, board: Board, name: str = "program.elf"
) -> Image:
    """The image of objects that define `main`, with start-up code and semihosting."""
    start = compile_objects([EMULATOR / "start.c"], directory / "start", board)
    target = directory.resolve() / name
    script = f"-Wl,-T,{EMULATOR / 'image.ld'}"
    memories = [
        f"-Wl,--defsym={region.upper()}_{what.upper()}={getattr(memory, what)}"
        for region, memory in board.memory.items()
        for what in ("origin", "size")
    ]
    toolchain.call([
        toolchain.COMPILER, *board.core_flags, "-nostartfiles", "-static", script,
        *memories, "-Wl,--gc-sections", f"-Wl,-Map={target.with_suffix('.map')}",
        *map(str, start), *map(str, objects),
        "-Wl,--start-group", "-lc", "-lm", "-lrdimon", "-lgcc", "-Wl,--end-group",
        "-o", str(target),
    ])  # fmt: skip
    return Image(target, board, read_marks(target))


def build_image(
    sources: Sequence[Path], directory: Path, board: Board, flags: Sequence[str] = ()
) -> Image:
    """The image of sources, one of which defines `main`."""
    toolchain.require()
    return link(compile_objects(sources, directory, board, flags), directory, board)


def read_marks(program: Path) -> tuple[Mark, ...]:
    """The marks of a program, by address; none where it has no section of them."""
    dump = program.with_suffix(".marks.bin")
    sections = toolchain.call(["arm-none-eabi-objdump", "-h", str(program)])
    if ".tinyts_marks" not in sections:
        return ()
    toolchain.call([
        "arm-none-eabi-objcopy", "--dump-section", f".tinyts_marks={dump}",
        str(program), os.devnull,
    ])  # fmt: skip
    words = struct.iter_unpack("<Iii", dump.read_bytes())
    return tuple(Mark(at & ~1, kind, number) for at, kind, number in words)
