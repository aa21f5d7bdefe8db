"""`verify-arena` where calls write over their own dying inputs."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from support_unit import LoweredText, transformed
from xdsl.utils.exceptions import PassFailedException

Rows = tuple[str, int, int]


def tile(h: int, w: int) -> str:
    return f"{{h = {h} : i32, w = {w} : i32}}"


THREE_WIDE = (
    f"{{kernel = {tile(1, 3)}, params = {{stride = {tile(1, 1)}, "
    f"padding = {tile(0, 1)}, dilation = {tile(1, 1)}}}}}"
)
"""Value x of a row is computed of x-1, x and x+1: a trail of two bytes."""


class Text(LoweredText):
    """Calls of real kernels, on an arena without alignment."""

    def __init__(self, arena_bytes: int, width: int = 4) -> None:
        super().__init__(arena_bytes, width)
        self.arena = self.arena.replace("alignment = 4", "alignment = 1")
        self.tensor("x", 4, port="input", external=True)
        self.tensor("y", 4, port="output", external=True)

    def kernel(
        self,
        name: str,
        outs: dict[str, Rows],
        ins: dict[str, Rows],
        *overlaps: str,
        params: str = "{}",
        rows: tuple[int, int] | None = None,
    ) -> None:
        """A call with operands by field; overlaps as `out 0 row 1, in ...`."""
        named = (
            ", ".join(self.operand(field, *access) for field, access in group.items())
            for group in (outs, ins)
        )
        text = 'tsbuf.kernel "{}" outs({}) ins({}) layer 1 params {}'
        line = text.format(name, *named, params)
        if rows is not None:
            line += f" rows #tinyts.pair<[{rows[0]}, {rows[1]}]>"
        if overlaps:
            marks = ", ".join(f"#tsbuf.overlap<{overlap}>" for overlap in overlaps)
            line += f" overlaps [{marks}]"
        self.lines.append(line)

    def check(self) -> None:
        transformed(self.module(), "verify-arena")

    def refused(self, message: str) -> None:
        with pytest.raises(PassFailedException, match=message) as error:
            self.check()
        assert "\n" not in str(error.value)


def trailing(distance: int, *overlaps: str, kernel: str = "conv_2d") -> Text:
    """x -> a -> b -> y where b begins `distance` bytes below a."""
    text = Text(16)
    text.tensor("a", 1, 6)
    text.tensor("b", 1, 6 - distance)
    text.call(("a", 0, 1), ("x", 0, 1))
    text.kernel(
        kernel,
        {"output": ("b", 0, 1)},
        {"input": ("a", 0, 1)},
        *overlaps,
        params=THREE_WIDE,
    )
    text.call(("y", 0, 4), ("b", 0, 1))
    return text


PAIR = "out 0 row 0, in 0 row 0"


@pytest.mark.parametrize("distance", [2, 3, 4, 5])
def test_an_output_trails_its_input(distance: int) -> None:
    trailing(distance, f"{PAIR}, trail 2").check()


def test_disjoint_buffers_need_no_overlap() -> None:
    trailing(4).check()
    trailing(-4).check()


@pytest.mark.parametrize("distance", [-3, 0, 1, 2, 3])
def test_shared_bytes_without_an_overlap(distance: int) -> None:
    trailing(distance).refused(
        "kernel 1 'conv_2d' of layer 1: 'input' overlaps its operands: the call "
        "declares no overlap of 'output' with it"
    )


def test_a_trail_that_is_one_byte_too_short() -> None:
    trailing(1, f"{PAIR}, trail 1").refused(
        "kernel 1 .*: 'output' overwrites byte 6 of the arena before 'input' was read"
    )
    trailing(2, f"{PAIR}, trail 1").check()


@pytest.mark.parametrize("distance", [-1, 0, 1])
def test_an_output_above_its_trail(distance: int) -> None:
    trailing(distance, f"{PAIR}, trail 2").refused(
        f"'output' begins {distance} bytes below 'input', its overlap demands 2 or more"
    )


def test_the_same_place_where_that_is_wrong() -> None:
    trailing(0, f"{PAIR}, same").refused("'output' overwrites byte 6")
    trailing(1, f"{PAIR}, same").refused("begins 1 bytes below 'input', .* demands 0")


def test_an_input_that_is_read_later() -> None:
    text = trailing(3, f"{PAIR}, trail 2")
    text.check()
    text.call(("y", 0, 1), ("a", 0, 1))
    text.refused("kernel 3 .*: input 'input_1' was overwritten")


@pytest.mark.parametrize("kernel", ["any", "mean", "fully_connected", "reshape"])
def test_a_kernel_that_promises_no_order(kernel: str) -> None:
    trailing(2, f"{PAIR}, trail 2", kernel=kernel).refused(
        "'input' overlaps its operands: the order in which the kernel reads it and "
        "writes 'output' is not known"
    )


@pytest.mark.parametrize(
    "params", ["{}", "{params = 3 : i32}", THREE_WIDE.replace("h = 1", "h = 0")]
)
def test_a_window_without_its_numbers(params: str) -> None:
    text = trailing(2, f"{PAIR}, trail 2")
    text.lines = [line.replace(THREE_WIDE, params) for line in text.lines]
    text.refused("is not known")


@pytest.mark.parametrize(
    ("kernel", "params"),
    [
        ("depthwise_conv_2d", THREE_WIDE.replace("{k", "{ch_mult = 1 : i32, k", 1)),
        ("average_pool_2d", THREE_WIDE),
        ("max_pool_2d", THREE_WIDE),
        ("fused_pixels", f"{{producer = {THREE_WIDE}}}"),
    ],
)
def test_kernels_that_need_a_window_no_more_when_they_write(
    kernel: str, params: str
) -> None:
    """One channel: a value may be overwritten by the last result that it goes into."""
    for distance in (0, 1):
        text = trailing(distance, f"{PAIR}, trail 0", kernel=kernel)
        text.lines = [line.replace(THREE_WIDE, params) for line in text.lines]
        if distance:
            text.check()
        else:
            text.refused("'output' overwrites byte 6")


def test_rows_that_the_call_does_not_read() -> None:
    """Only the lower row of a is read: b may lie anywhere in the upper one."""
    text = Text(16)
    text.tensor("a", 2, 4)
    text.tensor("b", 1, 4)
    text.call(("a", 0, 2), ("x", 0, 1))
    text.call(("b", 0, 1), ("a", 1, 2))
    text.call(("y", 0, 4), ("b", 0, 1))
    text.check()


def addition(a: int, b: int, *overlaps: str, rows: int = 2) -> Text:
    """c = a + b, of two rows each, c at byte 8."""
    text = Text(32)
    for name, offset, height in (("a", a, 2), ("b", b, rows), ("c", 8, 2)):
        text.tensor(name, height, offset)
    text.call(("a", 0, 2), ("x", 0, 1))
    text.call(("b", 0, rows), ("x", 0, 1))
    text.kernel(
        "add",
        {"output": ("c", 0, 2)},
        {"input_1": ("a", 0, 2), "input_2": ("b", 0, rows)},
        *overlaps,
    )
    text.call(("y", 0, 4), ("c", 0, 2))
    return text


@pytest.mark.parametrize("how", ["same", "trail 0"])
def test_addition_in_place(how: str) -> None:
    overlaps = [f"out 0 row 0, in {operand} row 0, {how}" for operand in (0, 1)]
    addition(8, 16, *overlaps).check()
    addition(0, 8, *overlaps).check()
    addition(8, 16, overlaps[1]).refused("'input_1' .* declares no overlap")
    addition(0, 8, overlaps[0]).refused("'input_2' .* declares no overlap")


def test_addition_over_the_lower_rows() -> None:
    addition(4, 16, "out 0 row 1, in 0 row 1, trail 0").refused(
        "'output' begins -4 bytes below 'input_1', its overlap demands 0 or more"
    )
    addition(9, 20, "out 0 row 1, in 0 row 1, trail 0").check()


def test_addition_over_a_row_that_is_read_again() -> None:
    overlap = "out 0 row 0, in 1 row 0, trail 0"
    addition(0, 8, overlap, rows=1).refused("'input_2' .* is not known")


def test_an_overlap_is_that_of_the_buffer_behind_its_row() -> None:
    """Of the two buffers of a table, the call may write over the lower one."""
    text = Text(16)
    text.buffer("top", 1, 12)
    text.buffer("bottom", 1, 4)
    text.table("a", 2, ("top", 0), ("bottom", 1))
    text.buffer("b_bytes", 1, 2)
    text.table("b", 2, ("b_bytes", 1))
    text.call(("a", 0, 2), ("x", 0, 1))
    text.kernel(
        "conv_2d",
        {"output": ("b", 1, 2)},
        {"input": ("a", 0, 2)},
        "out 0 row 1, in 0 row 1, trail 2",
        params=THREE_WIDE,
    )
    text.call(("y", 0, 4), ("b", 1, 2))
    text.check()
    text.lines = [line.replace("in 0 row 1", "in 0 row 0") for line in text.lines]
    text.refused("'input' .* declares no overlap")


def test_memory_of_the_caller_is_not_shared() -> None:
    text = Text(16)
    text.kernel(
        "add",
        {"output": ("y", 0, 4)},
        {"input_1": ("x", 0, 4), "input_2": ("y", 0, 4)},
        "out 0 row 0, in 1 row 0, same",
    )
    text.refused("input 'input_2' was overwritten")
    text.lines.insert(-1, text.lines[-1])
    text.call(("y", 0, 4), ("x", 0, 4))
    text.lines.insert(-2, text.lines.pop())
    text.refused("'output' overlaps its operands")


# Scratch


def with_scratch(scratch: int) -> Text:
    """A call whose scratch is at the given byte, a at 0, b at 8, kept at 12."""
    text = Text(20)
    for name, offset in (("a", 0), ("b", 8), ("kept", 12), ("s", scratch)):
        text.tensor(name, 1, offset)
    text.call(("a", 0, 1), ("x", 0, 1))
    text.call(("kept", 0, 1), ("x", 0, 1))
    text.kernel(
        "conv_2d",
        {"output": ("b", 0, 1), "scratch": ("s", 0, 1)},
        {"input": ("a", 0, 1)},
        "out 1 row 0, in 0 row 0, trail 0",
        params=THREE_WIDE,
    )
    text.call(("y", 0, 4), ("b", 0, 1), ("kept", 0, 1))
    return text


def test_scratch_has_its_own_bytes() -> None:
    with_scratch(4).check()
    with_scratch(16).check()
    with_scratch(0).refused("'input' .* is not known")
    with_scratch(8).refused("kernel 2 .*: 'output' overlaps its operands")
    with_scratch(13).refused("kernel 3 .*: input 'input_2' was overwritten")


# Steps of a reduction


def stepping(kernel: str, field: str, read: Rows = ("sums", 0, 1)) -> Text:
    """Two steps that add to an accumulator of two rows."""
    text = Text(16)
    text.tensor("sums", 2, 0)
    text.call(("sums", 0, 2), ("x", 0, 1))
    text.kernel(
        kernel,
        {"output": ("y", 0, 0), field: ("sums", 0, 1)},
        {"input": ("x", 0, 1), field: read},
        rows=(0, 1),
    )
    text.call(("y", 0, 4), ("sums", 0, 1))
    return text


def test_a_step_updates_its_accumulator() -> None:
    stepping("mean_step", "accumulator").check()
    stepping("mean", "accumulator").refused("'accumulator' overlaps its operands")
    stepping("mean_step", "sums").refused("'sums' overlaps its operands")
    rows = stepping("mean_step", "accumulator", ("sums", 0, 2))
    rows.refused("'accumulator' overlaps its operands")


# Rows kept and stored by fused_rows


@dataclass(frozen=True)
class Fused:
    """A 3x1 window, pad 1, over five middle rows, of which each call keeps some."""

    keep: int = 2
    stride: int = 1

    def params(self) -> str:
        window = (
            f"{{kernel = {tile(3, 1)}, params = {{stride = {tile(self.stride, 1)}, "
            f"padding = {tile(1, 0)}, dilation = {tile(1, 1)}}}}}"
        )
        return (
            f"{{consumer = {window}, keep = {self.keep} : i32, group = 1 : i32, "
            "first_row = 0 : i32, last_row = 5 : i32}"
        )

    def text(
        self,
        offsets: tuple[int, ...],
        overlap: str,
        kept: tuple[int, int] = (0, 2),
        stored: tuple[int, int] = (2, 3),
        rows: tuple[int, int] = (1, 2),
    ) -> Text:
        """Rows 0 and 1 of the middle tensor are kept, row 2 is stored."""
        text = Text(32)
        for row, offset in enumerate(offsets):
            text.buffer(f"m{row}", 1, offset)
        parts = [(f"m{row}", row) for row in range(len(offsets))]
        text.table("m", 5, *parts)
        text.call(("m", 0, 2), ("x", 0, 1))
        text.kernel(
            "fused_rows",
            {"output": ("y", *rows), "middle": ("m", *stored)},
            {"input": ("x", 2, 3), "middle": ("m", *kept)},
            overlap,
            params=self.params(),
        )
        text.call(("y", 0, 4), ("m", 2, 3))
        return text


SAME = "out 1 row 2, in 1 row 0, same"


def test_a_stored_row_takes_the_place_of_a_dying_one() -> None:
    text = Fused().text((0, 8, 0), SAME)
    text.check()
    text.call(("y", 0, 1), ("m", 0, 1))
    text.refused("kernel 3 .*: input 'input_1' was overwritten")


def test_a_stored_row_at_another_place() -> None:
    for offset in (1, 2):
        Fused().text((4, 16, 4 + offset), SAME).refused(
            f"'middle' begins -{offset} bytes below 'middle', its overlap demands 0"
        )
    Fused().text((0, 8, 0), SAME.replace("row 0", "row 1")).refused(
        "declares no overlap"
    )


@pytest.mark.parametrize(
    ("offsets", "write_row", "read_row", "fine"),
    [
        ((0, 8, 0, 16), 2, 0, True),
        ((0, 8, 16, 0), 3, 0, True),
        ((0, 8, 16, 8), 3, 1, True),
        ((0, 8, 8, 16), 2, 1, False),
    ],
)
def test_a_call_of_two_output_rows(
    offsets: tuple[int, ...], write_row: int, read_row: int, fine: bool
) -> None:
    """The second reads middle rows 1 to 3: row 2, of the first, must spare row 1."""
    overlap = f"out 1 row {write_row}, in 1 row {read_row}, same"
    text = Fused().text(offsets, overlap, stored=(2, 4), rows=(1, 3))
    if fine:
        text.check()
    else:
        text.refused("'middle' overwrites byte 8 of the arena before 'middle' was read")


def test_groups_are_stored_in_the_order_in_which_they_are_read() -> None:
    """Two channels, one a group: only the same place is legal, not one a byte below."""
    for overlap, offset, message in (
        (SAME, 4, None),
        (SAME.replace("same", "trail 0"), 3, "'middle' overwrites byte 5"),
    ):
        text = Fused().text((4, 16, offset), overlap)
        text.lines = [line.replace("x4x1x", "x2x2x") for line in text.lines]
        if message is None:
            text.check()
        else:
            text.refused(message)


def test_kept_and_stored_rows_are_those_of_the_kernel() -> None:
    apart = (0, 8, 16)
    Fused().text(apart, SAME).check()
    row = "without naming it"
    other = SAME.replace("in 1 row 0", "in 1 row 1")
    Fused().text(apart, other, kept=(1, 2)).refused(f"reads row 0 of 'middle' {row}")
    wide = SAME.replace("row 2", "row 1")
    Fused().text(apart, wide, stored=(1, 2)).refused("it names row 1 .* storing it")
    Fused(keep=1).text(apart, SAME, kept=(0, 1)).refused("it stores row 1 .* naming")
    Fused(keep=1).text(apart, wide, kept=(0, 1), stored=(1, 2)).refused(
        "kernel 2 .*: input 'input_1' was overwritten"
    )


def test_rows_that_no_call_of_fused_rows_computes() -> None:
    text = Fused().text((0, 8, 0), SAME)
    text.lines = [line.replace("last_row = 5", "last_row = 1") for line in text.lines]
    text.refused(r"rows \[1, 2\) are not among \[0, 1\)")


@pytest.mark.parametrize(
    ("old", "new"),
    [("consumer", "other"), ("group = 1", "group = 0"), ("keep", "kept")],
)
def test_fused_rows_without_its_numbers(old: str, new: str) -> None:
    text = Fused().text((0, 8, 0), SAME)
    text.lines = [line.replace(old, new) for line in text.lines]
    text.refused("its window or the rows of its middle tensor are not known")


def test_fused_rows_without_a_middle_table() -> None:
    text = Fused().text((0, 8, 0), SAME)
    text.lines = [line.replace("middle = ", "other = ") for line in text.lines]
    text.refused("it must write rows of 'middle' and read")
