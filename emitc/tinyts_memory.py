"""Target `tinyts-memory`: the arena of a placed module, to be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.target import Target

from emitc.arena_reader import read_picture
from emitc.arena_text import arena_text


@dataclass(frozen=True)
class TinyTSMemoryTarget(Target):
    """Prints size, bounds, stages, addresses against time, and what binds."""

    name = "tinyts-memory"

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        output.write(arena_text(read_picture(module)))
