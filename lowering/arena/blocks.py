"""What the planners place: blocks of bytes, and which may share them for a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """Bytes of a block that are alive from step `first` to step `last`, inclusive.

    `offset` and `size` are in bytes, `offset` counts from the start of the block.
    Raises ValueError if the piece has negative bytes or dies before it is born.
    """

    offset: int
    size: int
    first: int
    last: int

    def __post_init__(self) -> None:
        if self.offset < 0 or self.size < 0:
            raise ValueError(f"a piece needs offset and size >= 0, got {self}")
        if self.first > self.last:
            raise ValueError(f"a piece needs first <= last, got {self}")


@dataclass(frozen=True)
class Block:
    """`size` bytes that keep their relative position wherever they are placed.

    A buffer has one piece; an input frame whose rows die one by one has many. Bytes
    outside every piece are free for others at any step. Pieces of one block may share
    bytes and time: that is how a kernel's output over its dying input is written.
    Raises ValueError if a piece leaves the block.
    """

    size: int
    pieces: tuple[Piece, ...]

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError(f"a block needs size >= 0, got {self.size}")
        for piece in self.pieces:
            if piece.offset + piece.size > self.size:
                raise ValueError(f"{piece} leaves its block of {self.size} bytes")


@dataclass(frozen=True)
class Permission:
    """Block `writer` may share bytes with block `reader` while one replaces the other.

    It speaks of the step at which the writer begins, and there of the pieces of the
    writer that begin and those of the reader that end; later pieces never share. With
    a `trail`, in bytes, the writer may begin that far below the start of the reader, or
    lower; without one (None) both begin at the same byte. Several permissions of one
    pair are alternatives. Raises ValueError if the trail is negative or both blocks are
    the same.
    """

    writer: int
    reader: int
    trail: int | None

    def __post_init__(self) -> None:
        if self.trail is not None and self.trail < 0:
            raise ValueError(f"a permission needs a trail >= 0, got {self}")
        if self.writer == self.reader:
            raise ValueError(f"a permission needs two blocks, got {self}")


@dataclass(frozen=True)
class Placement:
    """Byte offsets of the blocks, in their order, and the arena that holds them all.

    `arena_bytes` is a multiple of the alignment; `strategy` says who found it. No
    placement is below `lower_bound` bytes, 0 where nobody tried to prove more than
    `lower_bound_bytes` says.
    """

    offsets: tuple[int, ...]
    arena_bytes: int
    strategy: str
    lower_bound: int = 0


def check_alignment(alignment: int) -> None:
    """Raise ValueError unless `alignment` is a positive number of bytes."""
    if alignment < 1:
        raise ValueError(f"the alignment must be at least 1 byte, got {alignment}")


def units(size: int, alignment: int) -> int:
    """Number of units of `alignment` bytes that hold `size` bytes."""
    return -(-size // alignment)


def check_permissions(blocks: Sequence[Block], overlaps: Sequence[Permission]) -> None:
    """Raise ValueError where a permission names a block that does not exist."""
    for item in overlaps:
        if not (0 <= item.writer < len(blocks) and 0 <= item.reader < len(blocks)):
            raise ValueError(f"{item} names none of {len(blocks)} blocks")
