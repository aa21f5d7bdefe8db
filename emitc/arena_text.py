"""The picture of the arena as text: steps to the right, addresses upwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from string import ascii_letters, digits

import numpy as np
import numpy.typing as npt

from emitc.arena_picture import ArenaPicture, Holder, printed_rows, short_name

MAX_COLUMNS, MAX_LINES = 100, 40
"""Of the picture; more steps or units are put together."""

FREE, REST = ".", "*"
"""A cell that no byte fills, and one of a layer for which no letter is left."""


def arena_text(picture: ArenaPicture) -> str:
    """The whole picture, lines ending in a newline."""
    letters = layer_letters(picture)
    sections = (
        _header(picture),
        _stages(picture),
        _picture(picture, letters),
        _key(picture, letters),
        _holders(picture, letters),
    )
    lines: list[str] = []
    for section in map(list, sections):
        lines += ["", *section] if lines and section else section
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _header(picture: ArenaPicture) -> Iterator[str]:
    yield (
        f"arena of {picture.name}: {picture.arena_bytes} bytes, alignment "
        f"{picture.alignment}, {picture.steps} kernel calls"
    )
    optimal = "proven optimal" if picture.proven_optimal else "not proven optimal"
    yield f"lower bound {picture.lower_bound_bytes} bytes, {optimal}"
    yield (
        f"peak live bytes {picture.peak_live_bytes}, fragmentation "
        f"{picture.fragmentation:.2%}"
    )
    step = picture.peak_step
    if step is not None:
        yield (
            f"most bytes in use: {picture.occupied[step]} at call {step}, one of "
            f"{picture.peak_steps}"
        )


def _stages(picture: ArenaPicture) -> Iterator[str]:
    if not picture.stages:
        return
    yield from _table(
        [("stage", "calls", "peak bytes", "at call")]
        + [
            (
                str(stage.number),
                f"{stage.first}-{stage.last}",
                str(stage.peak_bytes),
                str(stage.peak_step),
            )
            for stage in picture.stages
        ]
    )


def layer_letters(picture: ArenaPicture) -> dict[int, str]:
    """One letter for each layer, in the order in which they begin to live."""
    buffers = sorted(picture.buffers, key=lambda b: (b.first, b.layer))
    layers = list(dict.fromkeys(buffer.layer for buffer in buffers))
    letters = chain(ascii_letters.swapcase(), digits, repeat(REST))
    return dict(zip(layers, letters, strict=False))


def _picture(picture: ArenaPicture, letters: dict[int, str]) -> Iterator[str]:
    if not picture.rectangles or not picture.arena_bytes:
        return
    steps = max(r.last + 1 for r in picture.rectangles)
    steps = max(picture.steps, steps)
    units = -(-picture.arena_bytes // picture.alignment)
    columns = borders(steps, MAX_COLUMNS)
    lines = borders(units, MAX_LINES) * picture.alignment
    yield (
        f"address against time, a column {_per(steps, columns)} calls, a line "
        f"{_per(picture.arena_bytes, lines)} bytes"
    )
    margin = len(str(picture.arena_bytes))
    cells = _cells(picture, letters, columns, lines)
    for low, row in reversed(list(zip(lines[:-1], cells, strict=True))):
        yield f"{low:>{margin}} {''.join(row)}"
    marks = [" "] * (len(columns) - 1)
    for stage in picture.stages:
        marks[_column(columns, stage.first)] = "|"
    if picture.peak_step is not None:
        marks[_column(columns, picture.peak_step)] = "^"
    yield " " * (margin + 1) + "".join(marks)
    yield " " * (margin + 1) + "| a stage begins, ^ most bytes in use"


def borders(size: int, most: int) -> npt.NDArray[np.int64]:
    """At most that many ranges that make up 0..size-1, none empty."""
    count = min(size, most)
    return np.arange(count + 1) * size // count


def _per(size: int, edges: npt.NDArray[np.int64]) -> str:
    return f"{size / (len(edges) - 1):.3g}"


def _column(edges: npt.NDArray[np.int64], step: int) -> int:
    return int(np.searchsorted(edges, step, "right")) - 1


def _cells(
    picture: ArenaPicture,
    letters: dict[int, str],
    columns: npt.NDArray[np.int64],
    lines: npt.NDArray[np.int64],
) -> list[list[str]]:
    """The layer that fills most of each cell; the lowest line first."""
    shown = list(letters)
    number = {layer: index for index, layer in enumerate(shown)}
    area = np.zeros((len(shown), len(lines) - 1, len(columns) - 1), np.int64)
    for part in picture.rectangles:
        high = _shared(lines, part.offset, part.offset + part.size)
        wide = _shared(columns, part.first, part.last + 1)
        rows, steps = np.flatnonzero(high), np.flatnonzero(wide)
        if len(rows) and len(steps):
            where = slice(rows[0], rows[-1] + 1), slice(steps[0], steps[-1] + 1)
            area[number[part.buffer.layer]][where] += np.outer(
                high[where[0]], wide[where[1]]
            )
    most, filled = area.argmax(axis=0), area.any(axis=0)
    return [
        [
            letters[shown[layer]] if some else FREE
            for layer, some in zip(*line, strict=True)
        ]
        for line in zip(most, filled, strict=True)
    ]


def _shared(
    edges: npt.NDArray[np.int64], first: int, last: int
) -> npt.NDArray[np.int64]:
    """How much of first..last-1 lies between each two edges."""
    shared = np.minimum(edges[1:], last) - np.maximum(edges[:-1], first)
    return np.maximum(shared, 0)


def _key(picture: ArenaPicture, letters: dict[int, str]) -> Iterator[str]:
    names: dict[int, str] = {}
    kinds: dict[int, dict[str, None]] = {}
    for buffer in picture.buffers:
        names.setdefault(buffer.layer, buffer.name)
        kinds.setdefault(buffer.layer, {})[buffer.kind] = None
    if names:
        yield from _table(
            [("key", "tensor", "kinds", "name")]
            + [
                (
                    letter,
                    str(layer),
                    ", ".join(sorted(kinds[layer])),
                    short_name(names[layer]),
                )
                for layer, letter in letters.items()
            ]
        )


def _holders(picture: ArenaPicture, letters: dict[int, str]) -> Iterator[str]:
    holders = picture.holders(picture.peak_step)
    if not holders:
        return
    yield f"what binds, alive at call {picture.peak_step}"
    yield from _table(
        [("bytes", "key", "tensor", "kind", "rows", "name")]
        + [_cells_of(holder, letters) for holder in holders]
    )


def _cells_of(holder: Holder, letters: dict[int, str]) -> tuple[str, ...]:
    return (
        str(holder.bytes),
        letters[holder.layer],
        str(holder.layer),
        holder.kind,
        printed_rows(holder.rows),
        short_name(holder.name),
    )


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Columns as wide as their widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
