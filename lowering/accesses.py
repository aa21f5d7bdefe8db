"""Which bytes of which buffers the kernels of a lowered module touch."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute, SSAValue
from xdsl.utils.exceptions import PassFailedException

from tinyts_dialect.tsbuf import (
    Access,
    ArenaOp,
    BufferOp,
    ExternalOp,
    KernelOp,
    MemoryOp,
    PersistentOp,
    RowsOp,
    image_of,
    layout_of,
    root_buffer,
)


class ByteRange(NamedTuple):
    """Bytes first..last-1 of a buffer."""

    buffer: MemoryOp
    first: int
    last: int


class RowRange(NamedTuple):
    """Rows first..last-1 of a table, in a buffer that holds the rows from `start`."""

    buffer: SSAValue
    start: int
    first: int
    last: int


_STARTS: WeakKeyDictionary[RowsOp, tuple[Attribute, list[int]]] = WeakKeyDictionary()
"""First rows of a table's buffers, while its `starts` are those: read only once."""


def held_rows(access: Access) -> Iterator[RowRange]:
    """The rows of an access by the buffers that hold them.

    Finds them among thousands: buffers of a table are ordered and do not overlap.
    """
    table = access.table
    known = _STARTS.get(table)
    if known is None or known[0] is not table.starts:
        known = table.starts, [start.value.data for start in table.starts]
        _STARTS[table] = known
    starts = known[1]
    index = max(bisect_right(starts, access.first) - 1, 0)
    while index < len(starts) and starts[index] < access.last:
        buffer, start = table.operands[index], starts[index]
        first = max(start, access.first)
        last = min(start + image_of(buffer).height, access.last)
        if first < last:
            yield RowRange(buffer, start, first, last)
        index += 1


def touched(access: Access) -> Iterator[ByteRange]:
    """The bytes of each buffer that an access to rows of a table touches.

    Of a window also those between its first and its last that it does not touch.
    """
    for _, part in held_bytes(access):
        yield part


def held_bytes(access: Access) -> Iterator[tuple[RowRange, ByteRange]]:
    """The rows that each buffer holds of an access, with their bytes."""
    for rows in held_rows(access):
        first, last = rows.first - rows.start, rows.last - rows.start
        yield rows, _bytes_of(rows.buffer, first, last)


def _bytes_of(value: SSAValue, first: int, last: int) -> ByteRange:
    """From the first byte to the last, of a window with what lies between its own."""
    layout = layout_of(value)
    start = layout.offset + first * layout.row_pitch
    stop = layout.end(image_of(value), last)
    return ByteRange(root_buffer(value), start, stop)


def window_bytes(rows: RowRange) -> npt.NDArray[np.int64]:
    """Every byte of rows of a window, counted from the start of the buffer behind it.

    Ascending, in an array of one dimension.
    """
    layout, (_, width, channels) = layout_of(rows.buffer), image_of(rows.buffer)
    y = np.arange(rows.first - rows.start, rows.last - rows.start)
    row_starts = layout.offset + y * layout.row_pitch
    pixels = np.add.outer(row_starts, np.arange(width) * layout.pixel_pitch)
    return np.add.outer(pixels, np.arange(channels)).ravel()


def kernels_of(function: FuncOp) -> list[KernelOp]:
    """The kernels of a function in the order in which they run."""
    return [op for op in function.body.block.ops if isinstance(op, KernelOp)]


def is_input(buffer: BufferOp | ExternalOp | PersistentOp) -> bool:
    """Whether the buffer holds an input of the network."""
    if isinstance(buffer, PersistentOp) or buffer.port is None:
        return False
    return buffer.port.data.direction == "input"


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


def arena_bytes(module: ModuleOp) -> int:
    """Size of a placed module's arena."""
    arena, _ = arena_and_function(module)
    return 0 if arena.bytes is None else arena.bytes.value.data
