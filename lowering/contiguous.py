"""Whether rows of a tensor lie in memory as an image that is no table of rows."""

from __future__ import annotations

from lowering.accesses import held_bytes
from tinyts_dialect.tsbuf import Access, BufferOp, layout_of


def is_contiguous(access: Access) -> bool:
    """Whether all pixels of an access's rows follow each other without gaps.

    The buffers of the arena must be placed.
    """
    image, held, end = access.table.image, 0, None
    for rows, part in held_bytes(access):
        layout, count = layout_of(rows.buffer), rows.last - rows.first
        if layout.pixel_pitch != image.channels:
            return False
        if count > 1 and layout.row_pitch != image.row_bytes:
            return False
        root = part.buffer
        base = root.placed_offset() if isinstance(root, BufferOp) else 0
        if end is not None and base + part.first != end:
            return False
        held, end = held + count, base + part.last
    return held == access.last - access.first
