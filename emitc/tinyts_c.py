"""Target `tinyts-c`: the C source of a placed module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException
from xdsl.utils.target import Target

from emitc.model_files import header_text, source_text
from emitc.read_program import read_program


@dataclass(frozen=True)
class TinyTSCTarget(Target):
    """Prints `N.c`, or with `file=header` the header `N.h`."""

    name = "tinyts-c"

    file: str = "source"

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        texts = {"source": source_text, "header": header_text}
        if self.file not in texts:
            raise PassFailedException(
                f"tinyts-c: file '{self.file}' is not one of {', '.join(texts)}"
            )
        output.write(texts[self.file](read_program(module)))
