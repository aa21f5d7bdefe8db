"""Which buffers of the arena may share bytes while a kernel replaces one by the other.

A kernel declares what it can do row by row; here that becomes what the planner may do
with whole buffers: one that begins with a kernel's call, over one with bytes that
nothing reads after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lowering.accesses import is_input, touched
from lowering.arena.blocks import Block, Permission
from tinyts_dialect.tsbuf import Access, BufferOp, KernelOp


@dataclass(frozen=True)
class _Choice:
    """Ways for a written buffer to lie over a read one: by a trail, at equal bases."""

    trail: int | None
    same: bool

    def both(self, other: _Choice) -> _Choice:
        """What serves two pairs of rows alike; the longer trail serves both."""
        trails = [t for t in (self.trail, other.trail) if t is not None]
        return _Choice(
            max(trails) if len(trails) == 2 else None, self._equal and other._equal
        )

    @property
    def _equal(self) -> bool:
        return self.same or self.trail == 0


def permissions_of(
    kernels: Sequence[KernelOp], buffers: Sequence[BufferOp], blocks: Sequence[Block]
) -> Iterator[Permission]:
    """The permissions of all kernels; block k is buffer k.

    Buffers with several rows may be named by several overlaps: those of one pair of
    rows are alternatives, those of different rows must all hold.
    """
    index = {buffer: position for position, buffer in enumerate(buffers)}
    for step, kernel in enumerate(kernels):
        for (writer, reader), choice in _choices(kernel).items():
            w, r = index[writer], index[reader]
            begins = min(piece.first for piece in blocks[w].pieces) == step
            if not begins or all(piece.last != step for piece in blocks[r].pieces):
                continue
            if choice.trail is not None:
                yield Permission(w, r, choice.trail)
            if choice.same:
                yield Permission(w, r, None)


def _choices(kernel: KernelOp) -> dict[tuple[BufferOp, BufferOp], _Choice]:
    """For each pair of buffers, written and read, what the kernel declares."""
    overlaps = kernel.legal_overlaps()
    if not overlaps:
        return {}
    writes, reads = kernel.writes(), kernel.reads()
    by_rows: dict[tuple[BufferOp, BufferOp], dict[tuple[int, ...], list[int | None]]]
    by_rows = defaultdict(lambda: defaultdict(list))
    for item in overlaps:
        writer = _buffer_of(writes[item.write], item.write_row)
        reader = _buffer_of(reads[item.read], item.read_row)
        if writer is None or reader is None or writer is reader:
            continue
        if is_input(writer) or (reader.port is not None and not is_input(reader)):
            continue
        by_rows[writer, reader][item[:4]].append(item.trail)
    return {pair: _combined(rows.values()) for pair, rows in by_rows.items()}


def _combined(rows: Iterable[list[int | None]]) -> _Choice:
    combined: _Choice | None = None
    for alternatives in rows:
        trails = [trail for trail in alternatives if trail is not None]
        choice = _Choice(min(trails, default=None), None in alternatives)
        combined = choice if combined is None else combined.both(choice)
    return combined or _Choice(None, False)


def _buffer_of(access: Access, row: int) -> BufferOp | None:
    """The buffer of the arena that holds a row of a table, if it is one."""
    for part in touched(access._replace(first=row, last=row + 1)):
        if isinstance(part.buffer, BufferOp):
            return part.buffer
    return None
