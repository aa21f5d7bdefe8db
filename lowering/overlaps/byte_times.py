"""When each byte of a call's operands is written, and from when on it may be lost.

Times count what a call writes, byte by byte: 0 for the first. They are found per byte
by following the walk, without trails: `verify-arena` proves with them what the trails
claim. A byte may be overwritten at a time that is not below the one it is free from.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lowering.overlaps.walks import FusedRowsWalk, Taps, Walk
from tinyts_dialect.tsbuf import Image

Times = npt.NDArray[np.int64]

UNREAD = -1


def written_at(
    walk: Walk, call_first: int, rows: tuple[int, int], output: Image
) -> Times:
    """For each byte of output rows first..last-1; `call_first` is the call's first."""
    start, stop = ((row - call_first) * output.row_bytes for row in rows)
    times = np.arange(start, stop)
    if walk.planar:
        planes = times.reshape(-1, output.channels, output.width)
        return planes.transpose(0, 2, 1).ravel()
    return times


def free_from(
    walk: Walk,
    call_rows: tuple[int, int],
    output: Image,
    rows: tuple[int, int],
    input: Image,
) -> Times:
    """For each byte of input rows first..last-1, while `call_rows` are computed."""
    last_y = _last_reader(walk.rows, call_rows, rows)[:, np.newaxis]
    last_x = _last_reader(walk.columns, (0, output.width), (0, input.width))
    above = (last_y - call_rows[0]) * output.width
    if walk.planar:
        planes = np.arange(input.channels) * output.width
        free = last_x if walk.block == 1 else output.width
        times = (above * output.channels + free)[..., np.newaxis] + planes
    elif walk.ahead:
        times = ((above + last_x) * output.channels)[..., np.newaxis]
    elif walk.ch_mult is None:
        stop = np.minimum((last_x // walk.block + 1) * walk.block, output.width)
        times = ((above + stop) * output.channels)[..., np.newaxis]
    else:
        pixels = (above + last_x) * output.channels
        last_channel = np.arange(1, input.channels + 1) * walk.ch_mult - 1
        times = pixels[..., np.newaxis] + last_channel
    unread = (last_y == UNREAD) | (last_x == UNREAD)
    free = np.where(unread[..., np.newaxis], 0, times)
    return np.broadcast_to(free, (*unread.shape, input.channels)).ravel()


def _last_reader(
    taps: Taps, outputs: tuple[int, int], inputs: tuple[int, int]
) -> Times:
    """The last of the outputs that reads each of the inputs, or UNREAD."""
    last = np.full(inputs[1] - inputs[0], UNREAD)
    index = np.arange(*outputs)
    for tap in range(taps.count):
        read = index * taps.stride - taps.padding + tap * taps.dilation - inputs[0]
        inside = (0 <= read) & (read < len(last))
        last[read[inside]] = np.maximum(last[read[inside]], index[inside])
    return last


def kept_free_from(
    walk: FusedRowsWalk, call_rows: tuple[int, int], rows: tuple[int, int], image: Image
) -> Times:
    """For each byte of kept rows first..last-1; times count groups of channels."""
    readers = [
        [y for y in range(*call_rows) if walk.window(y)[0] <= row < walk.kept_end(y)]
        for row in range(*rows)
    ]
    return _group_times(
        walk, [y[-1] - call_rows[0] if y else UNREAD for y in readers], image
    )


def stored_at(
    walk: FusedRowsWalk, call_rows: tuple[int, int], rows: tuple[int, int], image: Image
) -> Times:
    """For each byte of stored rows first..last-1; those not stored come at once."""
    writers = [
        [y for y in range(*call_rows) if walk.stored(y)[0] <= row < walk.stored(y)[1]]
        for row in range(*rows)
    ]
    times = _group_times(
        walk, [y[0] - call_rows[0] if y else UNREAD for y in writers], image
    )
    if walk.by_columns:
        by_row = times.reshape(len(writers), -1)
        for row, found, line in zip(range(*rows), writers, by_row, strict=True):
            if found and walk.placed(found[0])[0] <= row < walk.placed(found[0])[1]:
                line[:] = (found[0] - call_rows[0]) * (image.width + 1)
    return times


def _group_times(walk: FusedRowsWalk, steps: list[int], image: Image) -> Times:
    """Times of rows of the middle tensor, handled in the given output rows.

    By columns each output row takes one time more, at its start.
    """
    if walk.by_columns:
        starts = np.array(steps)[:, np.newaxis, np.newaxis] * (image.width + 1)
        columns = np.arange(1, image.width + 1)[:, np.newaxis]
        return np.broadcast_to(
            starts + columns, (len(steps), image.width, image.channels)
        ).reshape(-1)
    groups = np.arange(image.channels) // walk.group
    per_row = int(groups[-1]) + 1
    rows = np.array(steps)[:, np.newaxis, np.newaxis] * per_row
    return np.broadcast_to(
        rows + groups, (len(steps), image.width, image.channels)
    ).ravel()
