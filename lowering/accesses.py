"""Which bytes of which buffers the kernels of a lowered module touch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

from tinyts_dialect.tsbuf import (
    Access,
    ArenaOp,
    BufferOp,
    ExternalOp,
    KernelOp,
    MemoryOp,
    image_of,
    root_buffer,
)


class ByteRange(NamedTuple):
    """Bytes first..last-1 of a buffer."""

    buffer: MemoryOp
    first: int
    last: int


def touched(access: Access) -> Iterator[ByteRange]:
    """The bytes of each buffer that an access to rows of a table touches."""
    for value, first, last in access.table.parts():
        start, stop = max(first, access.first), min(last, access.last)
        if start < stop:
            yield _bytes_of(value, start - first, stop - first)


def _bytes_of(value: SSAValue, first: int, last: int) -> ByteRange:
    row_bytes = image_of(value).row_bytes
    return ByteRange(root_buffer(value), first * row_bytes, last * row_bytes)


def kernels_of(function: FuncOp) -> list[KernelOp]:
    """The kernels of a function in the order in which they run."""
    return [op for op in function.body.block.ops if isinstance(op, KernelOp)]


def is_input(buffer: BufferOp | ExternalOp) -> bool:
    """Whether the buffer holds an input of the network."""
    return buffer.port is not None and buffer.port.data.direction == "input"


def arena_and_function(module: ModuleOp) -> tuple[ArenaOp, FuncOp]:
    """The arena and the function of a lowered module."""
    ops = list(module.body.block.ops)
    arenas = [op for op in ops if isinstance(op, ArenaOp)]
    functions = [op for op in ops if isinstance(op, FuncOp)]
    if len(arenas) != 1 or len(functions) != 1:
        raise PassFailedException(
            f"the module has {len(arenas)} tsbuf.arena and {len(functions)} functions, "
            "expected one of each; run convert-tinyts-to-tsbuf first"
        )
    if len(functions[0].body.blocks) != 1:
        raise PassFailedException(
            f"function @{functions[0].sym_name.data} has "
            f"{len(functions[0].body.blocks)} blocks; only one block can be compiled"
        )
    return arenas[0], functions[0]
