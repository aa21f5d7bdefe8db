"""In which order the C kernels read and write: the descriptors of `runtime_c/src`.

A walk is a promise of the C code. All kernels with a window, and those that work value
by value, compute output pixels row by row, columns ascending, `block` pixels at a time.
Whoever changes a kernel's loops changes its walk here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr
from xdsl.ir import Attribute

from tinyts_dialect.tsbuf import Access, Image, KernelOp

MAX_WINDOW_NUMBER = 1 << 16
"""Largest kernel, stride or dilation that a walk is made for."""

Scalars: TypeAlias = "Mapping[str, int | Scalars]"
"""The numbers of a kernel's layer by field; nested structures are nested mappings."""


class Taps(NamedTuple):
    """The indices that output `i` reads along one axis, of which some may not exist.

    They are i * stride - padding + k * dilation for k = 0..count-1.
    """

    count: int
    stride: int
    padding: int
    dilation: int


ONE_TAP = Taps(1, 1, 0, 1)


class Walk(NamedTuple):
    """When a kernel reads its input while it writes its output.

    Without `ch_mult` all that the windows of a block of pixels cover is read until the
    last byte of the block is written. With it a pixel is written channel by channel,
    ascending; when channel c is written, channels up to c / ch_mult of the window have
    been read, and after it only those from (c + 1) / ch_mult on are. `ahead` says
    that a pixel's whole window has been read when its first channel is written.
    `planar` says that a row is computed channel by channel, each along all its columns:
    when an output is written, the windows in this channel of all outputs before it have
    been read, and its own; or where `block` is more than 1, perhaps only its own.
    """

    rows: Taps
    columns: Taps
    ch_mult: int | None = None
    block: int = 1
    ahead: bool = False
    planar: bool = False


BY_PIXEL = Walk(ONE_TAP, ONE_TAP)
"""Each pixel is read until its result is written."""

BY_VALUE = Walk(ONE_TAP, ONE_TAP, ch_mult=1)
"""Each value is read, and read for the last time, before its result is written."""


class FusedRowsWalk(NamedTuple):
    """When `fused_rows` reads kept rows of its middle tensor and writes stored ones.

    For an output row, group by group of channels: the group of all kept rows is read,
    then the group of the new rows is written. `fused_block` goes column by column in
    the same way, but that it writes new rows at any time for which no kept row dies.
    """

    rows: Taps
    """The consumer's window along rows."""
    keep: int
    group: int
    first_row: int
    """The lowest output row that any call computes."""
    last_row: int
    middle_height: int
    columns: int = 0
    """Columns that a cell of pixels sees, where the kernel goes by columns."""
    pixels: int = 0
    """Output pixels of a cell."""

    @property
    def by_columns(self) -> bool:
        """Whether the kernel is `fused_block`."""
        return self.columns > 0

    def window(self, y: int) -> tuple[int, int]:
        """The rows [lo, hi) of the middle tensor that output row y sees."""
        start = y * self.rows.stride - self.rows.padding
        extent = (self.rows.count - 1) * self.rows.dilation + 1
        return self._inside(start), self._inside(start + extent)

    def kept_end(self, y: int) -> int:
        """Output row y finds rows [lo, kept_end) of its window in the middle table."""
        low, high = self.window(y)
        if y == self.first_row:
            return low
        wanted = y * self.rows.stride - self.rows.padding + self.keep
        return min(max(min(self.window(y - 1)[1], wanted), low), high)

    def stored(self, y: int) -> tuple[int, int]:
        """The rows of the middle tensor that output row y computes and stores."""
        if y + 1 >= self.last_row:
            return 0, 0
        low = max(self.window(y + 1)[0], self.kept_end(y))
        return low, min(self.kept_end(y + 1), self.window(y)[1])

    def placed(self, y: int) -> tuple[int, int]:
        """Those that `fused_block` writes at once: none takes a dying row's place."""
        first, last = self.stored(y)
        low, kept_end = self.window(y)[0], self.kept_end(y)
        dying = max(min(self.window(y + 1)[0], kept_end) - low, 0)
        return min(first + dying, last), last

    def cell_bytes(self, y: int, middle: Image) -> int:
        """Scratch of `fused_block` for output row y: pixels, and columns of new rows.

        For a depthwise convolution of one output channel an input channel.
        """
        placed = self.placed(y)
        rows = self.window(y)[1] - self.kept_end(y) - (placed[1] - placed[0])
        columns = min(self.columns, middle.width)
        return (rows * columns + self.pixels) * middle.channels

    def in_scratch(self, y: int, straight: bool) -> int:
        """How many of the rows that output row y computes lie in scratch.

        Where it finds no kept rows, a `straight` kernel computes those to keep where
        they stay, if they are the last ones.
        """
        first, (low, high) = self.kept_end(y), self.window(y)
        stored = self.stored(y)
        if straight and first == low and stored[0] < stored[1] == high:
            return stored[0] - first
        return high - first

    def _inside(self, row: int) -> int:
        return min(max(row, 0), self.middle_height)


KEEPING_ROWS = frozenset({"fused_rows", "fused_block"})
"""Kernels that keep rows of a middle tensor from call to call."""


def walk_of(call: KernelOp, written: Access, read: Access) -> Walk | None:
    """How a call walks between two of its operands; None where nothing is promised."""
    if written.field != "output" or read.field not in _INPUTS:
        return None
    if call.named_rows()[1] > written.table.image.height:
        return None
    kernel = call.function
    if kernel in WALK_LIKE_THEIR_KERNEL:
        kernel = call.kernel.data
    if kernel == "conv_2d_cmsis_nn":
        kernel = "" if _is_pointwise(call.params) else "conv_2d"
    if kernel in _CONVERSIONS:
        return conversion_walk(written.table.image, read.table.image)
    if kernel in _BY_VALUE:
        return BY_VALUE if _same_values(written.table.image, read.table.image) else None
    if kernel == "strided_slice":
        return _slice_walk(call.params)
    if kernel in _WINDOWED:
        return _window_walk(kernel, call.params)
    return None


def fused_rows_walk(
    call: KernelOp, written: Access, read: Access, params: Scalars | None = None
) -> FusedRowsWalk | None:
    """The walk of `fused_rows` between its kept and its stored rows.

    With `params` as if these were the scalars of the call.
    """
    kernel = call.kernel.data
    if kernel not in KEEPING_ROWS or (written.field, read.field) != (
        "middle",
        "middle",
    ):
        return None
    if call.variant is not None and call.function not in WALK_LIKE_THEIR_KERNEL:
        return None
    params = scalars(call.params) if params is None else params
    consumer = params.get("consumer")
    rows = None if consumer is None or isinstance(consumer, int) else _taps(consumer)
    if kernel == "fused_block":
        params = {**params, "group": written.table.image.channels}
    numbers = [
        params.get(name) for name in ("keep", "group", "first_row", "last_row")
    ]
    if rows is None or not all(isinstance(number, int) for number in numbers):
        return None
    columns = pixels = 0
    if kernel == "fused_block":
        pixels = params.get("pixels", 1)
        if not isinstance(pixels, int) or pixels < 1:
            return None
        extent = (rows[1].count - 1) * rows[1].dilation + 1
        columns = extent + (pixels - 1) * rows[1].stride
    height = written.table.image.height
    walk = FusedRowsWalk(rows[0], *numbers, height, columns, pixels)
    return walk if walk.group >= 1 else None


WALK_LIKE_THEIR_KERNEL = frozenset(
    {
        "add_cmsis_nn",
        "add_linear",
        "average_pool_2d_cmsis_nn",
        "conv_2d_direct",
        "conv_2d_paired",
        "conv_2d_summed",
        "depthwise_conv_2d_cmsis_nn",
        "depthwise_conv_2d_long",
        "depthwise_conv_2d_pixels",
        "fully_connected_step_packed",
        "fused_block_pairs",
        "fused_block_pixels",
        "fused_pixels_pairs",
        "fused_pixels_rows",
        "fused_rows_conv",
        "fused_rows_conv_dw",
        "fused_rows_pair_dw",
        "fused_rows_wide_dw",
        "maximum_cmsis_nn",
        "minimum_cmsis_nn",
        "mul_cmsis_nn",
        "softmax_cmsis_nn",
    }
)
"""Functions of variants that promise what their portable kernel promises."""

STRAIGHT = frozenset(
    {"fused_rows_conv_dw", "fused_rows_pair_dw", "fused_rows_wide_dw"}
)
"""Functions that compute rows to keep where they stay, see `in_scratch`."""

_INPUTS = frozenset({"input", "input_1", "input_2"})
_BY_VALUE = frozenset(
    {
        "add",
        "div",
        "l2_normalization",
        "log_softmax",
        "maximum",
        "minimum",
        "mul",
        "prelu",
        "softmax",
        "squared_difference",
        "sub",
        "table",
    }
)
_CONVERSIONS = frozenset({"quantize", "quantize_float", "dequantize", "flip_sign"})
_WINDOWED = frozenset(
    {
        "conv_2d",
        "depthwise_conv_2d",
        "depthwise_conv_2d_compact",
        "depthwise_conv_2d_rows",
        "depthwise_conv_2d_staged",
        "average_pool_2d",
        "max_pool_2d",
        "fused_pixels",
    }
)


def _is_pointwise(attribute: DictionaryAttr) -> bool:
    """Whether a convolution's windows are single pixels.

    CMSIS-NN reads all of them again for every two channels.
    """
    kernel = scalars(attribute).get("kernel")
    return (_number(kernel, "h"), _number(kernel, "w")) == (1, 1)


def _slice_walk(attribute: DictionaryAttr) -> Walk | None:
    """Pixel by pixel; a row without gaps is read before it is written."""
    params = scalars(attribute)
    one = {"h": 1, "w": 1}
    taps = _taps({"kernel": one, "params": params})
    return None if taps is None else Walk(*taps)


def conversion_walk(output: Image, input: Image) -> Walk | None:
    """Value by value; where the types differ in size only pixels correspond.

    Rows correspond by their numbers: the last ones may not be computed.
    """
    if output.width != input.width:
        return None
    return BY_VALUE if output.channels == input.channels else BY_PIXEL


def _same_values(output: Image, input: Image) -> bool:
    """Whether value i of an input row belongs to value i of the same output row.

    An input of one row is spread over all rows of the output.
    """
    if output[1:] != input[1:]:
        return False
    return input.height > 1 or output.height == 1


@lru_cache(maxsize=1024)
def _window_walk(kernel: str, attribute: DictionaryAttr) -> Walk | None:
    params = scalars(attribute)
    if kernel == "fused_pixels":
        params = params.get("producer", 0)
    taps = None if isinstance(params, int) else _taps(params)
    if taps is None:
        return None
    if kernel in ("average_pool_2d", "max_pool_2d"):
        return Walk(*taps, ch_mult=1)
    if kernel == "depthwise_conv_2d_staged":
        return Walk(*taps, ahead=True)
    if kernel == "depthwise_conv_2d_compact":
        return Walk(*taps, planar=True, block=MAX_WINDOW_NUMBER)
    if kernel == "depthwise_conv_2d_rows":
        return Walk(*taps, planar=True)
    if kernel != "depthwise_conv_2d":
        return Walk(*taps, ahead=kernel == "fused_pixels")
    ch_mult = params.get("ch_mult")
    if not isinstance(ch_mult, int) or ch_mult < 1:
        return None
    return Walk(*taps, ch_mult)


def _taps(params: Scalars) -> tuple[Taps, Taps] | None:
    """The window of a layer along rows and columns; None where fields are missing."""
    inner = params.get("params")
    if inner is None or isinstance(inner, int):
        return None
    found: list[Taps] = []
    for axis in ("h", "w"):
        count, stride, padding, dilation = (
            _number(params.get("kernel"), axis),
            _number(inner.get("stride"), axis),
            _number(inner.get("padding"), axis),
            _number(inner.get("dilation", {"h": 1, "w": 1}), axis),
        )
        if count is None or stride is None or padding is None or dilation is None:
            return None
        if not all(1 <= n <= MAX_WINDOW_NUMBER for n in (count, stride, dilation)):
            return None
        found.append(Taps(count, stride, padding, dilation))
    return found[0], found[1]


def _number(tile: int | Scalars | None, axis: str) -> int | None:
    if tile is None or isinstance(tile, int):
        return None
    number = tile.get(axis)
    return number if isinstance(number, int) else None


def scalars(params: DictionaryAttr) -> Scalars:
    """The integers among a call's parameters."""
    found: dict[str, int | Scalars] = {}
    for name, value in params.data.items():
        entry = _scalar(value)
        if entry is not None:
            found[name] = entry
    return found


def _scalar(value: Attribute) -> int | Scalars | None:
    if isinstance(value, IntegerAttr):
        return value.value.data
    return scalars(value) if isinstance(value, DictionaryAttr) else None
