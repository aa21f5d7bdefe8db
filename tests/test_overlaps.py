"""Trails against kernels that are walked byte by byte, and against closed formulas."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import pytest

from lowering.overlaps.byte_times import free_from, written_at
from lowering.overlaps.overlaps import Held, smallest_trail
from lowering.overlaps.walks import BY_VALUE, Taps, Walk
from tinyts_dialect.tsbuf import Image


@dataclass(frozen=True)
class Call:
    """One call on one written and one read buffer; other rows lie elsewhere."""

    walk: Walk
    rows: tuple[int, int]
    written: Held
    read: Held

    @property
    def trail(self) -> int:
        return smallest_trail(self.walk, self.rows, self.written, self.read)


def taps_of(taps: Taps, index: int, first: int, last: int) -> list[int]:
    """The indices among first..last-1 that an output reads along an axis."""
    origin = index * taps.stride - taps.padding
    found = (origin + k * taps.dilation for k in range(taps.count))
    return [position for position in found if first <= position < last]


def events(call: Call):
    """The bytes of the buffers that a kernel reads and writes, in its order.

    The kernel is written down as loops: it shares nothing with the arithmetic.
    """
    walk, written = call.walk, call.written
    for y in range(*call.rows):
        if walk.planar:
            yield from row_by_planes(call, y)
            continue
        for start in range(0, written.width, walk.block):
            columns = range(start, min(start + walk.block, written.width))
            if walk.ch_mult is not None:
                yield from pixel_by_channels(call, y, start)
                continue
            seen = [byte for x in columns for byte in window(call, y, x)]
            if walk.ahead:
                for byte in seen:
                    yield "read", byte
                seen = []
            for x in columns:
                for channel in range(written.channels):
                    for byte in seen:  # once more for each value
                        yield "read", byte
                    if written.first <= y < written.last:
                        yield "write", place(written, y, x) + channel
            for byte in seen:  # until the last byte is written, itself included
                yield "read", byte


def row_by_planes(call: Call, y: int):
    written = call.written
    for channel in range(written.channels):
        plane = [
            byte for x in range(written.width) for byte in window(call, y, x, [channel])
        ]
        for x in range(written.width):
            for byte in window(call, y, x, [channel]):
                yield "read", byte
            if written.first <= y < written.last:
                yield "write", place(written, y, x) + channel
            for byte in plane if call.walk.block > 1 else []:
                yield "read", byte


def pixel_by_channels(call: Call, y: int, x: int):
    written = call.written
    for channel in range(written.channels):
        in_channel = channel // (call.walk.ch_mult or 1)
        for byte in window(call, y, x, [in_channel]):
            yield "read", byte
        if written.first <= y < written.last:
            yield "write", place(written, y, x) + channel


def place(held: Held, row: int, column: int) -> int:
    return held.byte + ((row - held.first) * held.width + column) * held.channels


def window(call: Call, y: int, x: int, channels: list[int] | None = None) -> list[int]:
    read = call.read
    return [
        place(read, row, column) + channel
        for row in taps_of(call.walk.rows, y, read.first, read.last)
        for column in taps_of(call.walk.columns, x, 0, read.width)
        for channel in (range(read.channels) if channels is None else channels)
    ]


def is_legal(call: Call, trail: int) -> bool:
    """No read sees a byte that was written, with the buffers at that distance."""
    taken: set[int] = set()
    for kind, byte in events(call):
        if kind == "write":
            taken.add(byte - trail)
        elif byte in taken:
            return False
    return True


def random_taps(random: Random) -> Taps:
    return Taps(
        random.randint(1, 4),
        random.randint(1, 3),
        random.randint(-2, 3),
        random.choice([1, 1, 2]),
    )


def random_call(random: Random, planar: bool = False) -> Call:
    """Few pixels, any window; the rows of both buffers lie anywhere in their tables."""
    kinds = ["window", "window", "channels", "value", "pointwise", "ahead"]
    kinds += ["planar"] if planar else []
    kind = random.choice(kinds)
    in_channels, out_channels = random.randint(1, 4), random.randint(1, 4)
    width, first = random.randint(1, 6), random.randint(0, 4)
    rows = first, first + random.randint(1, 3)
    out_width = width
    if kind == "value":
        walk, out_channels = BY_VALUE, in_channels
    elif kind == "pointwise":
        walk = Walk(Taps(1, 1, 0, 1), Taps(1, 1, 0, 1), block=random.randint(1, 3))
    elif kind == "window":
        out_width = random.randint(1, 6)
        walk = Walk(
            random_taps(random), random_taps(random), block=random.choice([1, 1, 2])
        )
    elif kind == "planar":
        out_channels, out_width = in_channels, random.randint(1, 6)
        block = random.choice([1, 9])
        taps = random_taps(random), random_taps(random)
        walk = Walk(*taps, planar=True, block=block)
    elif kind == "ahead":
        walk = Walk(random_taps(random), random_taps(random), ahead=True)
    else:
        ch_mult = random.randint(1, 3)
        out_channels, out_width = in_channels * ch_mult, random.randint(1, 6)
        walk = Walk(random_taps(random), random_taps(random), ch_mult=ch_mult)
    low = random.randint(rows[0], rows[1] - 1)
    written = Held(
        low,
        random.randint(low + 1, rows[1]),
        random.randint(0, 2) * out_width * out_channels,
        out_width,
        out_channels,
    )
    top = max(0, low * walk.rows.stride - walk.rows.padding + random.randint(-2, 2))
    read = Held(
        top,
        top + random.randint(1, 4),
        random.randint(0, 2) * width * in_channels,
        width,
        in_channels,
    )
    return Call(walk, rows, written, read)


@pytest.mark.parametrize("seed", range(4))
def test_the_trail_is_the_smallest_that_is_legal(seed: int) -> None:
    random = Random(seed)
    tight = 0
    for _ in range(250):
        call = random_call(random)
        trail = call.trail
        for more in (0, 1, 2, 7):
            assert is_legal(call, trail + more), call
        if trail > 0:
            tight += 1
            assert not is_legal(call, trail - 1), call
    assert tight > 50, "trails of zero test little"


def is_proved(call: Call, trail: int) -> bool:
    """What `verify-arena` says of the same distance, from the times of the bytes."""
    read, written = call.read, call.written
    output, input = Image(99, *written[3:]), Image(99, *read[3:])
    free = free_from(call.walk, call.rows, output, read[:2], input)
    times = written_at(call.walk, call.rows[0], written[:2], output)
    first = read.byte - written.byte + trail  # of the read bytes, among the written
    start, stop = max(first, 0), min(first + len(free), len(times))
    return stop <= start or bool(
        (free[start - first : stop - first] <= times[start:stop]).all()
    )


@pytest.mark.parametrize("seed", range(10, 13))
def test_the_proof_accepts_exactly_what_is_legal(seed: int) -> None:
    """At every distance, also where the written buffer begins above the read one."""
    random = Random(seed)
    found = {True: 0, False: 0}
    for _ in range(150):
        call = random_call(random, planar=True)
        for trail in range(-12, call.trail + 5, random.randint(1, 5)):
            legal = is_legal(call, trail)
            assert is_proved(call, trail) == legal, (call, trail)
            found[legal] += 1
    assert min(found.values()) > 100


def test_pointwise_formula() -> None:
    """b * Cout where the output is the narrower one, else P * Cout - (P - b) * Cin."""
    random = Random(7)
    for _ in range(2000):
        block = random.randint(1, 4)
        pixels = block * random.randint(1, 20)
        before, after = random.randint(1, 64), random.randint(1, 64)
        one = Taps(1, 1, 0, 1)
        row = random.randint(0, 9)
        call = Call(
            Walk(one, one, block=block),
            (row, row + 1),
            Held(row, row + 1, 0, pixels, after),
            Held(row, row + 1, 0, pixels, before),
        )
        wanted = block * after
        if after > before:
            wanted = pixels * after - (pixels - block) * before
        assert call.trail == wanted


def test_window_formula() -> None:
    """One output row over the top row of its window."""
    random = Random(8)
    for _ in range(2000):
        width, taps = random.randint(3, 40), random.choice([3, 5, 7])
        stride = random.randint(1, 2)
        before, after = random.randint(1, 64), random.randint(1, 64)
        pad = random.randint(0, taps // 2)
        columns = Taps(taps, stride, pad, 1)
        outputs = (width + pad + taps // 2 - taps) // stride + 1
        if outputs < 1:
            continue
        row = random.randint(0, 9)
        call = Call(
            Walk(Taps(taps, stride, 0, 1), columns),
            (row, row + 1),
            Held(row, row + 1, 0, outputs, after),
            Held(row * stride, row * stride + 1, 0, width, before),
        )
        wanted = max(
            (x + 1) * after - min(max(0, x * stride - pad), width) * before
            for x in range(outputs)
        )
        assert call.trail == max(0, wanted)


def test_value_by_value_needs_no_trail() -> None:
    held = Held(3, 7, 0, 5, 6)
    assert smallest_trail(BY_VALUE, (3, 7), held, held) == 0


def test_a_row_further_down_in_the_read_buffer_needs_a_shorter_trail() -> None:
    """The output takes the place of the upper row, which nothing of the call reads."""
    one = Taps(1, 1, 0, 1)
    written, read = Held(1, 2, 0, 4, 2), Held(1, 2, 8, 4, 2)
    assert smallest_trail(Walk(one, one), (1, 2), written, read) == 0
    assert smallest_trail(Walk(one, one), (1, 2), written, read._replace(byte=0)) == 2


def test_rows_that_the_window_never_reads() -> None:
    one = Taps(1, 1, 0, 1)
    written, read = Held(1, 2, 0, 4, 2), Held(5, 6, 0, 4, 2)
    assert smallest_trail(Walk(one, one), (1, 2), written, read) == 0
