"""Target `mlir-elided`: MLIR text without the contents of large constants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

from xdsl.context import Context
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, ModuleOp
from xdsl.ir import Attribute
from xdsl.printer import Printer
from xdsl.utils.target import Target

MAX_BYTES = 32
"""Constants of at most that many bytes are printed."""


class ElidingPrinter(Printer):
    """A printer that writes `dense<...>` for a large constant; not to be parsed."""

    def print_attribute(self, attribute: Attribute) -> None:
        if (
            isinstance(attribute, DenseIntOrFPElementsAttr)
            and len(attribute.data.data) > MAX_BYTES
        ):
            self.print_string("dense<...> : ")
            super().print_attribute(attribute.get_type())
            return
        super().print_attribute(attribute)


@dataclass(frozen=True)
class MLIRElidedTarget(Target):
    """Prints the module to be read, not to be parsed again."""

    name = "mlir-elided"

    def emit(self, ctx: Context, module: ModuleOp, output: IO[str]) -> None:
        ElidingPrinter(output).print_op(module)
        output.write("\n")
