"""The overlaps that a kernel's walk allows between the buffers of one call."""

from __future__ import annotations

from xdsl.dialects.builtin import ArrayAttr
from xdsl.dialects.func import FuncOp

from lowering.accesses import ByteRange, RowRange, held_bytes, kernels_of
from lowering.overlaps.overlaps import Held, smallest_trail
from lowering.overlaps.walks import Walk, walk_of
from tinyts_dialect.overlaps import Overlap, OverlapAttr
from tinyts_dialect.tsbuf import Access, BufferOp, KernelOp, MemoryOp, is_window


def declare_overlaps(function: FuncOp, in_place_only: bool = False) -> None:
    """Adds its legal overlaps to every call of a function.

    With `in_place_only` those alone that let the output begin where its input does.
    """
    for call in kernels_of(function):
        found = legal_overlaps(call)
        if in_place_only:
            found = [overlap for overlap in found if not overlap.trail]
        if found:
            known = call.overlaps or ()
            call.overlaps = ArrayAttr([*known, *map(OverlapAttr, found)])


def legal_overlaps(call: KernelOp) -> list[Overlap]:
    """One overlap for each written and read buffer that may share bytes.

    Only buffers of the arena count, and no windows: their bytes lie apart. A pair whose
    trail leaves no byte to share is left out.
    """
    return [
        overlap
        for write, written in enumerate(call.writes())
        for rows, target in held_bytes(written)
        if isinstance(target.buffer, BufferOp) and not is_window(rows.buffer)
        for overlap in _overlaps_of(call, write, written, rows, target)
    ]


def _overlaps_of(
    call: KernelOp, write: int, written: Access, rows: RowRange, target: ByteRange
) -> list[Overlap]:
    """Those of one written buffer; a buffer that is read twice needs both trails."""
    found: dict[MemoryOp, Overlap] = {}
    refused: set[MemoryOp] = {target.buffer}
    held = _held(written, rows, target)
    for read, access in enumerate(call.reads()):
        walk = walk_of(call, written, access)
        for read_rows, source in held_bytes(access):
            if not isinstance(source.buffer, BufferOp):
                continue
            window = is_window(read_rows.buffer)
            pair = held, _held(access, read_rows, source)
            trail = None if window else _trail(call, walk, *pair)
            if trail is None or trail >= target.buffer.image.bytes:
                refused.add(source.buffer)
                continue
            known = found.get(source.buffer)
            if known is None or known.trail is None or known.trail < trail:
                found[source.buffer] = Overlap(
                    write, rows.first, read, read_rows.first, trail
                )
    return [overlap for buffer, overlap in found.items() if buffer not in refused]


def _trail(call: KernelOp, walk: Walk | None, written: Held, read: Held) -> int | None:
    if walk is None:
        return None
    return smallest_trail(walk, call.named_rows(), written, read)


def _held(access: Access, rows: RowRange, part: ByteRange) -> Held:
    _, width, channels = access.table.image
    return Held(rows.first, rows.last, part.first, width, channels)
