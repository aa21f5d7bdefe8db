"""Building the firmware of a model for a board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emitc.firmware import BENCHMARKS, model_text
from emitc.model_files import header_text, source_text
from emitc.program import Program
from emitc.project import RUNTIME, kernel_files
from tools import cmsis_nn
from tools.atomic_files import write_tree
from tools.emulator import toolchain
from tools.emulator.boards import Board, Memory
from tools.emulator.image import WARNINGS, compile_objects
from tools.user_errors import UserError

FIRMWARE = RUNTIME / "firmware"
STACK_BYTES = 2048
"""Twice what a model may take; the protocol takes little."""


@dataclass(frozen=True)
class Firmware:
    """A linked firmware."""

    elf: Path
    binary: Path
    """What is written to flash."""
    arena_memory: str
    """The memory of the arena: dtcm where the board has one that is large enough."""


def board_layer(board: Board) -> Path:
    """The source that starts a board; UserError where it or the compiler is missing."""
    toolchain.require_compiler()
    layer = FIRMWARE / f"firmware_board_{board.name}.c"
    if not layer.is_file():
        known = sorted(
            path.stem.removeprefix("firmware_board_")
            for path in FIRMWARE.glob("firmware_board_*.c")
        )
        raise UserError(
            f"board '{board.name}' has no firmware; there is one for {', '.join(known)}"
        )
    return layer


def build_firmware(
    program: Program,
    directory: Path,
    board: Board,
    title: str | None = None,
    upload: str | None = None,
    profile: bool = False,
) -> Firmware:
    """Compiles and links the firmware of a model in `directory`.

    `title` is the model's name in the protocol; one of `BENCHMARKS` also says what is
    uploaded. With `profile` cycles are counted by layer. UserError where a tool is
    missing, the board has no layer here, or the model does not fit.
    """
    layer = board_layer(board)
    title = title or program.name
    try:
        adapter = model_text(program, title, upload or BENCHMARKS.get(title, "raw"))
    except ValueError as error:
        raise UserError(f"{program.name}: {error}") from None
    arena, script = memory_script(board, program.arena_bytes)
    files = {
        f"{program.name}.h": header_text(program),
        f"{program.name}.c": source_text(program),
        "firmware_model.c": adapter,
        "memory.ld": script,
        **kernel_files(program),
    }
    library = cmsis_nn.library_of(program)
    folder = directory.resolve()
    write_tree(folder, files)
    flags = [*WARNINGS, f"-I{folder}", f"-I{folder / 'kernels'}", f"-I{FIRMWARE}"]
    flags += library.flags
    flags.append('-DTINYTS_ARENA_SECTION=".tinyts_arena"')
    if profile:
        layers = 1 + max(layer.layer for layer in program.layers)
        flags += [f"-DFIRMWARE_LAYERS={layers}"]
    generated = [folder / name for name in files if name.endswith((".c", ".S"))]
    steps = ["-include", str(FIRMWARE / "firmware_steps.h")] if profile else []
    shared = [
        path
        for path in sorted(FIRMWARE.glob("*.c"))
        if path == layer or not path.stem.startswith("firmware_board_")
    ]
    objects = [
        *compile_objects(generated, folder / "model", board, [*flags, *steps]),
        *compile_objects(shared, folder / "firmware", board, flags),
        *compile_objects(
            library.sources, folder / "library", board, [*flags, *cmsis_nn.FLAGS]
        ),
    ]
    return _link(objects, folder, board, arena)


def _link(
    objects: Sequence[Path], folder: Path, board: Board, arena: str
) -> Firmware:
    elf, binary = folder / "firmware.elf", folder / "firmware.bin"
    toolchain.call([
        toolchain.COMPILER, *board.core_flags, "-nostartfiles", "-static",
        "-Wl,--gc-sections", f"-Wl,-L,{folder}", f"-Wl,-T,{FIRMWARE / 'firmware.ld'}",
        f"-Wl,-Map={folder / 'firmware.map'}", *map(str, objects),
        "-Wl,--start-group", "-lc", "-lm", "-lgcc", "-Wl,--end-group", "-o", str(elf),
    ])  # fmt: skip
    toolchain.call(
        ["arm-none-eabi-objcopy", "-O", "binary", str(elf), str(binary)]
    )
    return Firmware(elf, binary, arena)


def memory_script(board: Board, arena_bytes: int) -> tuple[str, str]:
    """The memory of the arena, and the linker's description of all memories.

    The arena and the stack lie in `dtcm`, as far as they fit there together. A dtcm
    that is the first part of `ram` is taken off it.
    """
    memories = {name: board.memory[name] for name in ("flash", "ram")}
    arena = stack = "ram"
    dtcm = board.memory.get("dtcm")
    if dtcm is not None:
        memories["dtcm"] = dtcm
        ram = memories["ram"]
        if ram.origin == dtcm.origin:
            memories["ram"] = Memory(ram.origin + dtcm.size, ram.size - dtcm.size)
        stack = "dtcm"
        arena = "dtcm" if arena_bytes + STACK_BYTES + 8 <= dtcm.size else "ram"
    lines = [
        f"    {name} (rwx) : ORIGIN = {memory.origin:#x}, LENGTH = {memory.size:#x}"
        for name, memory in memories.items()
    ]
    return arena, "\n".join([
        f"/* {board.name} */",
        "MEMORY {",
        *lines,
        "}",
        f'REGION_ALIAS("arena_memory", {arena})',
        f'REGION_ALIAS("stack_memory", {stack})',
        f"firmware_stack_bytes = {STACK_BYTES};",
        "",
    ])  # fmt: skip
