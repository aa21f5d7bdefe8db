"""Part of `verify-arena`: what a call writes over what it reads is legal.

Bytes that a call both writes and reads must be covered by an overlap that the call
declares, and, whatever that says, by a proof from the kernel's walk that each of them
was read for the last time before it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from xdsl.utils.exceptions import PassFailedException

from lowering.accesses import ByteRange, RowRange, held_bytes
from lowering.overlaps.byte_times import (
    Times,
    free_from,
    kept_free_from,
    stored_at,
    written_at,
)
from lowering.overlaps.walks import fused_rows_walk, walk_of
from tinyts_dialect.tsbuf import (
    Access,
    BufferOp,
    ExternalOp,
    KernelOp,
    PersistentOp,
    is_window,
)


class Side(NamedTuple):
    """Rows of an operand that one buffer holds."""

    operand: int
    access: Access
    rows: RowRange
    part: ByteRange
    base: int
    """Where the buffer begins in its memory."""

    @property
    def first(self) -> int:
        return self.base + self.part.first

    @property
    def last(self) -> int:
        return self.base + self.part.last

    def shares_bytes_with(self, other: Side) -> bool:
        """Whether both touch one byte of one memory."""
        return (
            self.first < other.last
            and other.first < self.last
            and (
                self.part.buffer is other.part.buffer
                or isinstance(self.part.buffer, BufferOp)
                and isinstance(other.part.buffer, BufferOp)
                or self.is_variable_of(other)
            )
        )

    def is_variable_of(self, other: Side) -> bool:
        """Whether both are values of one variable."""
        mine, others = self.part.buffer, other.part.buffer
        return (
            isinstance(mine, PersistentOp)
            and isinstance(others, PersistentOp)
            and mine.number == others.number
        )


def sides(accesses: Sequence[Access]) -> Iterator[Side]:
    """The parts of operands that lie in memory that kernels can write.

    VerifyException where a buffer of the arena has no place.
    """
    for operand, access in enumerate(accesses):
        for rows, part in held_bytes(access):
            if isinstance(part.buffer, BufferOp):
                yield Side(operand, access, rows, part, part.buffer.placed_offset())
            elif isinstance(part.buffer, ExternalOp | PersistentOp):
                yield Side(operand, access, rows, part, 0)


def check_overlaps(
    call: KernelOp, where: str, writes: list[Side], reads: list[Side]
) -> None:
    """Fails where a call may overwrite what it still has to read."""
    for written in writes:
        for read in reads:
            if not written.shares_bytes_with(read):
                continue
            if written.part.buffer is read.part.buffer:
                _check_in_place(call, where, written, read)
                continue
            if written.is_variable_of(read):
                _check_updated(call, where, written, read)
                continue
            _check_declared(call, where, (written, read), writes, reads)
            _check_times(call, where, written, read)


def _check_in_place(call: KernelOp, where: str, written: Side, read: Side) -> None:
    """Only the accumulator of a step is written where it was read."""
    is_update = (
        call.kernel.data.endswith("_step")
        and written.access.field == "accumulator"
        and written.access == read.access
    )
    if not is_update:
        _fail(where, f"'{written.access.field}' overlaps its operands")


UPDATING = frozenset({"svdf", "sequence_lstm"})
"""Kernels that read a variable and write its next value to the same bytes."""


def _check_updated(call: KernelOp, where: str, written: Side, read: Side) -> None:
    """Only kernels that say so write a variable's next value over what they read."""
    fields = written.access.field, read.access.field
    if call.kernel.data not in UPDATING or fields[0] != fields[1]:
        _fail(where, f"'{fields[0]}' overlaps its operand '{fields[1]}'")


def _check_declared(
    call: KernelOp,
    where: str,
    pair: tuple[Side, Side],
    writes: list[Side],
    reads: list[Side],
) -> None:
    """An overlap of the call names the two buffers, and they lie as it demands."""
    written, read = pair
    trails = [
        item.trail
        for item in call.legal_overlaps()
        if _holds(writes, item.write, item.write_row, written)
        and _holds(reads, item.read, item.read_row, read)
    ]
    name, other = written.access.field, read.access.field
    if not trails:
        _fail(
            where,
            f"'{other}' overlaps its operands: the call declares no overlap of "
            f"'{name}' with it",
        )
    distance = read.base - written.base
    if any(distance >= trail for trail in trails if trail is not None):
        return
    if None in trails and distance == 0:
        return
    demanded = " or ".join(
        "0" if trail is None else f"{trail} or more" for trail in trails
    )
    _fail(
        where,
        f"'{name}' begins {distance} bytes below '{other}', its overlap demands "
        f"{demanded}",
    )


def _holds(candidates: list[Side], operand: int, row: int, wanted: Side) -> bool:
    """Whether the wanted buffer is the one behind a row of an operand."""
    return any(
        side.part.buffer is wanted.part.buffer
        for side in candidates
        if side.operand == operand and side.rows.first <= row < side.rows.last
    )


def _check_times(call: KernelOp, where: str, written: Side, read: Side) -> None:
    """Every shared byte is free when it is written."""
    times = _times(call, written, read)
    if times is None:
        _fail(
            where,
            f"'{read.access.field}' overlaps its operands: the order in which the "
            f"kernel reads it and writes '{written.access.field}' is not known",
        )
    free, writes = times
    first, last = max(written.first, read.first), min(written.last, read.last)
    late = free[first - read.first : last - read.first] > (
        writes[first - written.first : last - written.first]
    )
    if late.any():
        address = first + int(np.argmax(late))
        _fail(
            where,
            f"'{written.access.field}' overwrites byte {address} of the arena before "
            f"'{read.access.field}' was read",
        )


def _times(call: KernelOp, written: Side, read: Side) -> tuple[Times, Times] | None:
    """When the read bytes are free, and when the written ones are written.

    None where that is not known, as for windows of other tensors.
    """
    if is_window(written.rows.buffer) or is_window(read.rows.buffer):
        return None
    rows = call.named_rows()
    output, input = written.access.table.image, read.access.table.image
    write_rows, read_rows = written.rows[2:], read.rows[2:]
    walk = walk_of(call, written.access, read.access)
    if walk is not None:
        return (
            free_from(walk, rows, output, read_rows, input),
            written_at(walk, rows[0], write_rows, output),
        )
    fused = fused_rows_walk(call, written.access, read.access)
    if fused is not None:
        return (
            kept_free_from(fused, rows, read_rows, input),
            stored_at(fused, rows, write_rows, output),
        )
    return None


def _fail(where: str, message: str):
    raise PassFailedException(f"verify-arena: {where}: {message}")
