"""Part of `verify-arena`: kernels that keep rows name those that they find and leave.

The kernel works out by itself which rows of its middle tensor it keeps from call to
call. What the call says of them must agree, or the shadow of the arena tells nothing.
"""

from __future__ import annotations

from xdsl.utils.exceptions import PassFailedException

from lowering.accesses import touched
from lowering.overlaps.walks import (
    KEEPING_ROWS,
    STRAIGHT,
    FusedRowsWalk,
    fused_rows_walk,
    scalars,
)
from tinyts_dialect.tsbuf import Access, Image, KernelOp


def check_fused_rows(call: KernelOp, where: str) -> None:
    """Fails where kept or stored rows are not those of the call's accesses."""
    if call.kernel.data not in KEEPING_ROWS:
        return
    written, read = _middle(call.writes()), _middle(call.reads())
    if not written or len(read) != 1 or written[0].table is not read[0].table:
        _fail(where, "it must write rows of 'middle' and read some of them once")
    walk = fused_rows_walk(call, written[0], read[0])
    if walk is None:
        _fail(where, "its window or the rows of its middle tensor are not known")
    first, last = call.named_rows()
    height = min(walk.last_row, call.writes()[0].table.image.height)
    if not walk.first_row <= first < last <= height:
        _fail(
            where,
            f"rows [{first}, {last}) are not among [{walk.first_row}, {height})",
        )
    kept, stored = _rows(walk, first, last)
    missing = kept - _named(read)
    if missing:
        _fail(where, f"it reads row {min(missing)} of 'middle' without naming it")
    wrong = stored ^ _named(written)
    if wrong:
        row = min(wrong)
        if row in stored:
            _fail(where, f"it stores row {row} of 'middle' without naming it")
        _fail(where, f"it names row {row} of 'middle' without storing it")
    _check_scratch(call, walk, written[0].table.image, where)


def _check_scratch(
    call: KernelOp, walk: FusedRowsWalk, middle: Image, where: str
) -> None:
    """The rows that an output row computes, a group of channels of each, must fit.

    Of a block, the columns of a window of those that are not placed, and a pixel.
    """
    first, last = call.named_rows()
    straight = call.function in STRAIGHT
    rows = max(walk.in_scratch(y, straight) for y in range(first, last))
    needed = rows * middle.width * min(walk.group, middle.channels)
    if walk.by_columns:
        needed = max(_cell_bytes(call, walk, middle, y) for y in range(first, last))
    scratch = [access for access in call.writes() if access.field == "scratch"]
    given = sum(
        part.last - part.first
        for access in scratch
        if access.first == first
        for part in touched(access)
    )
    if scratch and given < needed:
        _fail(where, f"it needs {needed} bytes of 'scratch' and is given {given}")


def _cell_bytes(
    call: KernelOp, walk: FusedRowsWalk, middle: Image, y: int
) -> int:
    """Bytes of scratch that `fused_block` uses for output row y."""
    consumer = scalars(call.params).get("consumer", 0)
    multiplier = 1 if isinstance(consumer, int) else consumer.get("ch_mult", 1)
    more = multiplier - 1 if isinstance(multiplier, int) else 0
    return walk.cell_bytes(y, middle) + more * walk.pixels * middle.channels


def _rows(walk: FusedRowsWalk, first: int, last: int) -> tuple[set[int], set[int]]:
    """Rows that a call must find in the middle table, and those that it writes."""
    kept: set[int] = set()
    stored: set[int] = set()
    for y in range(first, last):
        kept |= set(range(walk.window(y)[0], walk.kept_end(y))) - stored
        stored |= set(range(*walk.stored(y)))
    return kept, stored


def _middle(accesses: list[Access]) -> list[Access]:
    return [access for access in accesses if access.field == "middle"]


def _named(accesses: list[Access]) -> set[int]:
    return {row for a in accesses for row in range(a.first, a.last)}


def _fail(where: str, message: str):
    raise PassFailedException(f"verify-arena: {where}: {message}")
