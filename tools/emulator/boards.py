"""Boards as data: `boards/*.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.user_errors import UserError

FOLDER = Path(__file__).resolve().parents[2] / "boards"

CORE_FLAGS = {
    "cortex-m0plus": ("-mcpu=cortex-m0plus", "-mthumb", "-mfloat-abi=soft"),
    "cortex-m3": ("-mcpu=cortex-m3", "-mthumb", "-mfloat-abi=soft"),
    "cortex-m4": (
        "-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"
    ),
    "cortex-m7": (
        "-mcpu=cortex-m7", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"
    ),
    "cortex-m33": (
        "-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"
    ),
}  # fmt: skip
"""What the C compiler is told about a core. M0+ and M3 have no DSP instructions."""


@dataclass(frozen=True)
class Memory:
    """A contiguous memory; bytes."""

    origin: int
    size: int


@dataclass(frozen=True)
class Board:
    """A board: its core, its clock and its memories."""

    name: str
    core: str
    clock_hz: int
    memory: dict[str, Memory]
    """At least `flash` and `ram`."""
    qemu: str | None = None
    """The machine of QEMU that emulates it."""

    @property
    def core_flags(self) -> tuple[str, ...]:
        """Flags of the C compiler."""
        return CORE_FLAGS[self.core]


@cache
def board(name: str) -> Board:
    """The board that `boards/NAME.toml` describes; UserError where there is none."""
    path = FOLDER / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in FOLDER.glob("*.toml")))
        raise UserError(f"board '{name}' is not known; there are {known}")
    return read_board(path)


def read_board(path: Path) -> Board:
    """The board of a file; UserError where something is missing or unknown."""
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        fields["memory"] = {
            name: Memory(**memory) for name, memory in fields["memory"].items()
        }
        found = Board(**fields)
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise UserError(f"{path}: is no board: {error}") from None
    if found.core not in CORE_FLAGS:
        raise UserError(f"{path}: core '{found.core}' is not one of {[*CORE_FLAGS]}")
    if not {"flash", "ram"} <= set(found.memory):
        raise UserError(f"{path}: needs the memories flash and ram")
    return found
