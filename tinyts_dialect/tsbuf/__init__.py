"""The `tsbuf` dialect: kernels that read and write bytes of named memories.

Values are buffers, tables of their rows, and constants. A kernel names the rows that it
reads and writes; everything that the generated C needs is an attribute, so that the
printer decides nothing.
"""

from xdsl.ir import Dialect

from tinyts_dialect.overlaps import OverlapAttr
from tinyts_dialect.tsbuf.kernel import READ_ROWS, TILES, Access, KernelOp
from tinyts_dialect.tsbuf.memory import (
    MAX_ARENA_BYTES,
    ArenaOp,
    BufferOp,
    ConstantBufferOp,
    ConstantOp,
    ExternalOp,
    MemoryOp,
    PersistentOp,
    ViewOp,
    is_window,
    layout_of,
    memory_of,
    root_buffer,
)
from tinyts_dialect.tsbuf.rows import RowsOp, table_of
from tinyts_dialect.tsbuf.types import (
    BufferType,
    Image,
    Layout,
    LayoutAttr,
    Port,
    PortAttr,
    TableType,
    image_of,
)

__all__ = [
    "Access",
    "ArenaOp",
    "BufferOp",
    "BufferType",
    "ConstantBufferOp",
    "ConstantOp",
    "ExternalOp",
    "Image",
    "KernelOp",
    "Layout",
    "LayoutAttr",
    "MAX_ARENA_BYTES",
    "MemoryOp",
    "PersistentOp",
    "Port",
    "PortAttr",
    "READ_ROWS",
    "RowsOp",
    "TableType",
    "TILES",
    "ViewOp",
    "image_of",
    "is_window",
    "layout_of",
    "memory_of",
    "root_buffer",
    "table_of",
    "TSBuf",
]

TSBuf = Dialect(
    "tsbuf",
    [
        ArenaOp,
        BufferOp,
        ExternalOp,
        PersistentOp,
        ConstantBufferOp,
        ViewOp,
        ConstantOp,
        RowsOp,
        KernelOp,
    ],
    [BufferType, TableType, PortAttr, LayoutAttr, OverlapAttr],
)
