"""Which tensors are stored tile by tile, and what calls must check of columns.

A tensor is computed in tiles where its slices are columns. Its tiles have buffers of
their own if every reader is computed in tiles, in the same stage; else the rows lie in
one piece, so that its readers need not care, and tiles are windows of them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from xdsl.dialects.func import FuncOp
from xdsl.utils.exceptions import PassFailedException

from lowering.operators import takes_tiles
from lowering.places.state import layer_key
from lowering.places.storage import COLUMNS, Rows, Storage, returned_tensors
from tinyts_dialect.interfaces import TensorOp, WindowedOp
from tinyts_dialect.windows import Window

Sources = Callable[[TensorOp], Sequence[Rows]]
"""The rows of stored tensors that an operation reads."""

LayerOperand = tuple[Hashable, int]
"""A layer, and the position of one of its activation operands."""


def tensors_by_rows(
    function: FuncOp, storage: Storage, sources: Sources
) -> set[Hashable]:
    """The tensors that are computed in tiles, but whose rows lie in one piece."""
    tiled = {key for key, tensor in storage.tensors.items() if tensor.borders}
    if not tiled:
        return set()
    found = {rows.tensor for rows in returned_tensors(function, storage)} & tiled
    ops = [op for op in function.body.block.ops if isinstance(op, TensorOp)]
    stages = {layer_key(op): op.stage for op in ops}
    for op in ops:
        read = {rows.tensor for rows in sources(op)} & tiled
        if takes_tiles(type(op)) and layer_key(op) in tiled:
            read = {key for key in read if stages[key] != op.stage}
        found |= read
    return found


def reads_columnwise(op: TensorOp) -> bool:
    """Whether each column that an op computes needs one column of its input alone."""
    if not isinstance(op, WindowedOp):
        return True
    window = op.get_window()
    return window.extent(1) == 1 and window.stride[1] == 1


def eats_columns(op: TensorOp, storage: Storage) -> bool:
    """Whether an op reads its inputs tile by tile, even those stored by rows."""
    if not takes_tiles(type(op)) or storage.target(op).columns is None:
        return False
    return reads_columnwise(op)


def eaten_columns(
    function: FuncOp, storage: Storage, sources: Sources
) -> dict[Hashable, tuple[int, ...]]:
    """Of tensors that are computed by whole rows the borders of what tiles read.

    A row that dies with its stage dies tile by tile then.
    """
    found: dict[Hashable, set[int]] = {}
    if all(tensor.borders is None for tensor in storage.tensors.values()):
        return {}
    for op in function.body.block.ops:
        if not isinstance(op, TensorOp) or not eats_columns(op, storage):
            continue
        for rows in sources(op):
            tensor = storage.tensors[rows.tensor]
            computed = isinstance(tensor.parts[0][0].owner, TensorOp)
            if computed and tensor.borders is None and rows.columns is not None:
                ends = found.setdefault(rows.tensor, {0, tensor.image.width})
                ends.update(rows.columns)
    return {key: tuple(sorted(ends)) for key, ends in found.items()}


def check_columns(
    op: TensorOp, storage: Storage, sources: Sequence[Rows], target: Rows
) -> None:
    """PassFailedException where an operation cannot work on its columns alone."""
    parts = [rows for rows in (target, *sources) if rows.columns is not None]
    if not parts:
        return
    if not takes_tiles(type(op)):
        _fail(op, COLUMNS)
    if isinstance(op, WindowedOp):
        return
    columns = storage.place(target)[2:]
    for rows in sources:
        width = storage.tensors[rows.tensor].image.width
        if width > 1 and storage.place(rows)[2:] != columns:
            _fail(
                op,
                f"reads columns {list(storage.place(rows)[2:])} for columns "
                f"{list(columns)}",
            )


def check_window_columns(
    op: TensorOp,
    storage: Storage,
    window: Window,
    left: int,
    source: Rows,
    target: Rows,
) -> None:
    """The columns that a part reads are those that its layer's window reads there.

    The window of output column 0 begins at column `left` of the stored input.
    """
    outputs, given = storage.place(target)[2:], storage.place(source)[2:]
    width = storage.tensors[source.tensor].image.width
    start = left + outputs[0] * window.stride[1]
    stop = left + (outputs[1] - 1) * window.stride[1] + window.extent(1)
    reads = (max(start, 0), min(stop, width))
    if reads[0] < reads[1] and not (given[0] <= reads[0] and reads[1] <= given[1]):
        _fail(
            op,
            f"pads columns that exist in its input: it would read columns "
            f"{list(reads)}, not {list(given)}",
        )


def _fail(op: TensorOp, message: str) -> None:
    raise PassFailedException(
        f"convert-tinyts-to-tsbuf: {op.name} of layer {layer_key(op)} {message}"
    )
