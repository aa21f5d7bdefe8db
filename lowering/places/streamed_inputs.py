"""Inputs that come row by row: tables whose rows the caller fills when needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    IntegerAttr,
    NameLoc,
    NoneAttr,
    StringAttr,
    i64,
)

from lowering.accesses import touched
from tinyts_dialect.tsbuf import (
    READ_ROWS,
    BufferOp,
    Image,
    KernelOp,
    MemoryOp,
    Port,
    RowsOp,
    root_buffer,
)


class Reading(NamedTuple):
    """Rows first..last-1 of an input are read right before a step."""

    step: int
    first: int
    last: int


def readings(needs: Sequence[Iterable[int]]) -> Iterator[Reading]:
    """When which rows are read, if step i needs the rows `needs[i]`.

    Every row is read once, in ascending order and as late as that allows: right before
    the first step that needs it or a row further down. Rows that no step needs are
    skipped. A reading is a run of consecutive rows.
    """
    waiting = sorted({row for rows in needs for row in rows}, reverse=True)
    for step, rows in enumerate(needs):
        deepest = max(rows, default=-1)
        first = last = None
        while waiting and waiting[-1] <= deepest:
            row = waiting.pop()
            if first is not None and row != last:
                yield Reading(step, first, last)
                first = None
            first = row if first is None else first
            last = row + 1
        if first is not None:
            yield Reading(step, first, last)


def streamed_table(port: Port, image: Image, whole: bool) -> RowsOp:
    """The table of an input: each row in a buffer of its own, or a `whole` frame."""
    height = image.height if whole else 1
    starts = range(0, image.height, height)
    buffers = [BufferOp(image._replace(height=height)) for _ in starts]
    return RowsOp([buffer.result for buffer in buffers], starts, image, port)


def with_read_rows(
    calls: Sequence[KernelOp], tables: Sequence[RowsOp]
) -> list[KernelOp]:
    """The calls, and between them those that read the rows of the given tables.

    Buffers of which no row is read are removed.
    """
    before: list[list[KernelOp]] = [[] for _ in calls]
    for table in tables:
        needs = _needed_rows(calls, table)
        for step, first, last in readings(needs):
            before[step].append(_read_rows(table, first, last))
        _prune(table, {row for rows in needs for row in rows})
    return [
        kernel
        for reads, call in zip(before, calls, strict=True)
        for kernel in (*reads, call)
    ]


def _needed_rows(calls: Sequence[KernelOp], table: RowsOp) -> list[set[int]]:
    """The rows of a table that each call reads, be it through a view."""
    starts: dict[MemoryOp, int] = {
        root_buffer(buffer): first for buffer, first, _ in table.parts()
    }
    row_bytes = table.image.row_bytes
    needs: list[set[int]] = []
    for call in calls:
        rows: set[int] = set()
        for access in call.reads():
            for part in touched(access):
                start = starts.get(part.buffer)
                if start is not None:
                    last = -(-part.last // row_bytes)
                    rows.update(range(start + part.first // row_bytes, start + last))
        needs.append(rows)
    return needs


def _read_rows(table: RowsOp, first: int, last: int) -> KernelOp:
    if table.port is None:
        raise ValueError("only the rows of an input can be read")
    port = table.port.data
    outs = [("output", table.result, first, last)]
    call = KernelOp(READ_ROWS, port.layer, outs, [], [], DictionaryAttr({}))
    call.location = NameLoc(StringAttr(port.name), NoneAttr())
    return call


def _prune(table: RowsOp, used: set[int]) -> None:
    parts = list(table.parts())
    kept = [part for part in parts if used.intersection(range(part[1], part[2]))]
    table.operands = [buffer for buffer, _, _ in kept]
    table.starts = ArrayAttr([IntegerAttr(first, i64) for _, first, _ in kept])
    for buffer, _, _ in parts:
        if not buffer.uses:
            buffer.owner.detach()
            buffer.owner.erase()
