"""Blocks as MiniMalloc reads and writes them: CSV of `id,lower,upper,size,offset`.

A block is alive at the steps lower..upper-1. Ids count the blocks from 0. The format
knows neither rows that die one after the other nor permitted overlaps: a block counts
whole, from its first step to its last, so that every solution of the file is one of the
blocks.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from lowering.arena.blocks import Block

COLUMNS = ("id", "lower", "upper", "size")
OFFSET = "offset"


def csv_text(blocks: Sequence[Block], offsets: Sequence[int] | None = None) -> str:
    """The blocks, one a line below the header, with their byte offsets where given."""
    lines = [",".join((*COLUMNS, OFFSET) if offsets is not None else COLUMNS)]
    for index, block in enumerate(blocks):
        lower = min((piece.first for piece in block.pieces), default=0)
        upper = max((piece.last + 1 for piece in block.pieces), default=0)
        values = [index, lower, upper, block.size]
        if offsets is not None:
            values.append(offsets[index])
        lines.append(",".join(map(str, values)))
    return "\n".join(lines) + "\n"


def read_offsets(text: str, blocks: Sequence[Block], alignment: int) -> tuple[int, ...]:
    """The byte offset of every block; columns and lines may have any order.

    Raises ValueError where the text is no such table, names a block that does not
    exist, one twice or not all, gives another size than the block's, or an offset that
    is negative or no multiple of `alignment`.
    """
    found: dict[int, int] = {}
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    try:
        for name in ("id", OFFSET):
            if name not in (reader.fieldnames or ()):
                raise ValueError(f"there is no column '{name}'")
        for row in reader:
            where = f"line {reader.line_num}"
            index = _number(row, "id", where)
            if not 0 <= index < len(blocks):
                raise ValueError(f"{where}: there is no buffer {index}")
            if index in found:
                raise ValueError(f"{where}: buffer {index} is there twice")
            _check_size(row, blocks[index].size, f"{where}: buffer {index}")
            found[index] = _offset(row, alignment, where)
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error
    for index in range(len(blocks)):
        if index not in found:
            raise ValueError(f"buffer {index} is missing")
    return tuple(found[index] for index in range(len(blocks)))


def _check_size(row: dict[str, str | None], size: int, where: str) -> None:
    if "size" in row and _number(row, "size", where) != size:
        raise ValueError(f"{where} has size {row['size']}, expected {size}")


def _offset(row: dict[str, str | None], alignment: int, where: str) -> int:
    offset = _number(row, OFFSET, where)
    if offset < 0:
        raise ValueError(f"{where}: offset {offset} is negative")
    if offset % alignment:
        raise ValueError(f"{where}: offset {offset} is no multiple of {alignment}")
    return offset


def _number(row: dict[str, str | None], column: str, where: str) -> int:
    text = (row[column] or "").strip()
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise ValueError(f"{where}: {column} '{text[:40]}' is not a number")
    return int(text)
