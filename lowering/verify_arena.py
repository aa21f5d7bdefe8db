"""`verify-arena`: proves that no kernel reads a byte that another tensor has taken.

The proof executes the kernels on a shadow of the arena: every byte holds the number of
the buffer and byte that was last written to it. It shares neither live ranges nor
arithmetic with the planner. What a call writes over what it reads itself is proved byte
by byte in `overlaps/verify_overlaps.py`; on the shadow such input is gone afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException, VerifyException

from lowering.accesses import (
    ByteRange,
    RowRange,
    arena_and_function,
    held_rows,
    is_input,
    kernels_of,
    window_bytes,
)
from lowering.overlaps.verify_fused_rows import check_fused_rows
from lowering.overlaps.verify_overlaps import check_overlaps, sides
from tinyts_dialect.multipliers import INT32_MAX
from tinyts_dialect.tsbuf import (
    Access,
    BufferOp,
    ExternalOp,
    KernelOp,
    MemoryOp,
    PersistentOp,
    is_window,
)

NEVER_WRITTEN = -1

Written = BufferOp | ExternalOp | PersistentOp
"""What kernels can write to."""

Numbers: TypeAlias = npt.NDArray[np.int32] | npt.NDArray[np.int64]


@dataclass(frozen=True)
class VerifyArena(ModulePass):
    """Fails where a buffer is out of bounds, misaligned, or overwritten too early."""

    name = "verify-arena"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        arena, function = arena_and_function(op)
        if arena.bytes is None or arena.alignment is None:
            raise PassFailedException("verify-arena: run plan-arena first")
        buffers = [b for b in function.body.block.ops if isinstance(b, MemoryOp)]
        shadow = _Shadow(
            arena.bytes.value.data,
            arena.alignment.value.data,
            [b for b in buffers if isinstance(b, Written)],
        )
        for step, kernel in enumerate(kernels_of(function)):
            shadow.run(step, kernel)
        shadow.check_outputs()


class _Shadow:
    """What every byte of the arena, and of the caller's memory, holds."""

    def __init__(
        self, size: int, alignment: int, buffers: list[Written]
    ) -> None:
        total = sum(buffer.image.bytes for buffer in buffers)
        self.dtype = np.int32 if total <= INT32_MAX else np.int64
        self.contents: dict[MemoryOp | int | None, Numbers] = {
            None: np.full(size, NEVER_WRITTEN, self.dtype)
        }
        self.first_number: dict[MemoryOp, int] = {}
        self.buffers = buffers
        number = 0
        for buffer in buffers:
            self.first_number[buffer] = number
            number += buffer.image.bytes
            if isinstance(buffer, PersistentOp):
                self._add_variable(buffer)
            elif isinstance(buffer, ExternalOp):
                self.contents[buffer] = np.full(
                    buffer.image.bytes, NEVER_WRITTEN, self.dtype
                )
            elif buffer.offset is not None:
                self._check_place(buffer, size, alignment)
        for buffer in buffers:
            if is_input(buffer) or _is_old(buffer):
                self._write(ByteRange(buffer, 0, buffer.image.bytes))
        for buffer in buffers:
            if is_input(buffer):
                self._check(
                    ByteRange(buffer, 0, buffer.image.bytes), "the input overlaps"
                )

    def _add_variable(self, buffer: PersistentOp) -> None:
        """The memory of a variable: one for its value before the run and the next."""
        size = buffer.image.bytes
        known = self.contents.setdefault(
            buffer.number, np.full(size, NEVER_WRITTEN, self.dtype)
        )
        if len(known) != size:
            raise PassFailedException(
                f"verify-arena: variable {buffer.number} has {len(known)} and {size} "
                "bytes"
            )

    def _check_place(self, buffer: BufferOp, size: int, alignment: int) -> None:
        offset = buffer.placed_offset()
        if offset % alignment:
            raise PassFailedException(
                f"verify-arena: offset {offset} is no multiple of {alignment}"
            )
        if offset + buffer.image.bytes > size:
            raise PassFailedException(
                f"verify-arena: a buffer of {buffer.image.bytes} bytes at {offset} "
                f"reaches beyond the arena of {size}"
            )

    def run(self, step: int, kernel: KernelOp) -> None:
        """Checks what a kernel reads, then lets it write."""
        layer = kernel.layer.value.data
        where = f"kernel {step} '{kernel.kernel.data}' of layer {layer}"
        for access in (*kernel.reads(), *kernel.writes()):
            _check_rows_exist(access, where)
        check_fused_rows(kernel, where)
        try:
            writes, reads = list(sides(kernel.writes())), list(sides(kernel.reads()))
        except VerifyException as error:
            raise PassFailedException(f"verify-arena: {error}") from error
        for side in reads:
            message = f"{where}: input '{side.access.field}' was overwritten"
            self._check(side.part, message, side.rows)
        check_overlaps(kernel, where, writes, reads)
        for side in writes:
            self._write(side.part, side.rows)
        for side in writes:
            message = f"{where}: '{side.access.field}' overlaps its operands"
            self._check(side.part, message, side.rows)

    def check_outputs(self) -> None:
        """Every byte of outputs, and of variables, was written and still holds."""
        changed = {b.number for b in self.buffers if _is_next(b)}
        for buffer in self.buffers:
            if isinstance(buffer, PersistentOp):
                if _is_next(buffer) or buffer.number not in changed:
                    self._check(
                        ByteRange(buffer, 0, buffer.image.bytes),
                        f"variable {buffer.number} is not complete",
                    )
            elif buffer.port is not None and not is_input(buffer):
                self._check(
                    ByteRange(buffer, 0, buffer.image.bytes),
                    f"output '{buffer.port.data.name}' is not complete",
                )

    def _place(self, part: ByteRange) -> tuple[Numbers, int]:
        if isinstance(part.buffer, BufferOp):
            try:
                return self.contents[None], part.buffer.placed_offset()
            except VerifyException as error:
                raise PassFailedException(f"verify-arena: {error}") from error
        if isinstance(part.buffer, PersistentOp):
            return self.contents[part.buffer.number], 0
        return self.contents[part.buffer], 0

    def _cells(
        self, part: ByteRange, rows: RowRange | None
    ) -> tuple[Numbers, slice | Numbers, Numbers]:
        """A memory, which of its bytes are meant, and the numbers that these hold.

        Rows of a window are exactly its bytes, not those between.
        """
        contents, offset = self._place(part)
        number = self.first_number[part.buffer]
        if rows is not None and is_window(rows.buffer):
            index = window_bytes(rows)
            return contents, index + offset, (index + number).astype(self.dtype)
        first, last = part.first, part.last
        numbers = np.arange(number + first, number + last, dtype=self.dtype)
        return contents, slice(offset + first, offset + last), numbers

    def _write(self, part: ByteRange, rows: RowRange | None = None) -> None:
        contents, where, numbers = self._cells(part, rows)
        contents[where] = numbers

    def _check(
        self, part: ByteRange, message: str, rows: RowRange | None = None
    ) -> None:
        contents, where, numbers = self._cells(part, rows)
        if not np.array_equal(contents[where], numbers):
            raise PassFailedException(f"verify-arena: {message}")


def _is_old(buffer: MemoryOp) -> bool:
    """Whether a buffer is a variable's before the run."""
    return isinstance(buffer, PersistentOp) and buffer.next is None


def _is_next(buffer: MemoryOp) -> TypeGuard[PersistentOp]:
    """Whether a buffer is a variable's after the run."""
    return isinstance(buffer, PersistentOp) and buffer.next is not None


def _check_rows_exist(access: Access, where: str) -> None:
    held = sum(rows.last - rows.first for rows in held_rows(access))
    if held != access.last - access.first:
        raise PassFailedException(
            f"verify-arena: {where}: '{access.field}' names a row that no buffer holds"
        )


PASS = VerifyArena
