"""Which rows of a call CMSIS-NN gets at a time: all of them, or one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from lowering.cmsis_nn.windows import Axis
from lowering.contiguous import is_contiguous
from lowering.kernel_choice.kernel_variant import LayerCalls
from tinyts_dialect.tsbuf import Access, KernelOp

MAX_EXTENT = 2**15 - 1
"""Largest dimension: some functions keep positions in numbers of 16 bits."""

Slice = tuple[KernelOp, int, int]
"""Output rows first..last-1 of a call."""


def step_of(layer: LayerCalls, rows: Axis | None = None) -> int | None:
    """How many output rows go at a time so that each slice lies in memory without gaps.

    `rows` are the windows along rows; without them output and inputs have the same
    rows. None where not even single rows will do.
    """
    if max(max(table.image) for table in layer.tables.values()) > MAX_EXTENT:
        return None
    for step in (layer.image("output").height, 1):
        slices = slices_of(layer, step)
        if all(_has_no_gaps(access) for s in slices for access in _accesses(s, rows)):
            return step
    return None


def slices_of(layer: LayerCalls, step: int) -> Iterator[Slice]:
    """The output rows of all calls, at most `step` at a time."""
    for call in layer.calls:
        first, last = call.named_rows()
        for low in range(first, last, step):
            yield call, low, min(low + step, last)


def _accesses(item: Slice, rows: Axis | None) -> Iterator[Access | None]:
    """What a slice writes and reads; None for rows that its call does not read."""
    call, first, last = item
    for access in call.writes():
        yield access._replace(first=first, last=last)
    for access in call.reads():
        low, high = (first, last) if rows is None else rows.covered(first, last)
        inside = access.first <= low < high <= access.last
        yield access._replace(first=low, last=high) if inside else None


def _has_no_gaps(access: Access | None) -> bool:
    return access is not None and is_contiguous(access)
