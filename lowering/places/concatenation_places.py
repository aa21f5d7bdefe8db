"""Concatenations in place: what is joined is written where the result lies.

An input that nobody else reads needs no memory of its own: it is a window of the
result. Other inputs are copied into theirs. Calls write rows, wherever these lie, so it
does not matter how inputs and result are cut into slices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from xdsl.dialects.func import FuncOp

from lowering.places.state import layer_key
from lowering.places.storage import Rows, Storage, returned_tensors
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.concatenation import ConcatenationOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import byte_image, shape_of
from tinyts_dialect.tsbuf import Image, Layout

PART_OF_ROWS = "part_of_rows"
"""Attribute of a call that writes a window of its layer's tensor, not whole rows."""
UNNAMED = "unnamed"
"""Attribute of a call whose result only prepares or copies the tensor it is for."""

Interval = tuple[int, int]
"""Rows first..last-1."""

Sources = Callable[[TensorOp], Sequence[Rows]]
"""The rows of stored tensors that an operation reads."""


class Place(NamedTuple):
    """Row, column and channel of a tensor at which another one begins."""

    row: int
    column: int
    channel: int

    def within(self, outer: Place) -> Place:
        """The place in a tensor in which the surrounding one has the place `outer`."""
        return Place(*(a + b for a, b in zip(self, outer, strict=True)))

    def layout(self, around: Image, row: int) -> Layout:
        """Where row `row` and those below lie in a buffer of the surrounding tensor.

        The place counts rows from the first one of the buffer.
        """
        start = (self.row + row) * around.row_bytes
        start += self.column * around.channels + self.channel
        return Layout(start, around.row_bytes, around.channels)


Places = Mapping[Hashable, tuple[Hashable, Place]]
"""Tensors that lie in another one, and where."""


def outermost(places: Places, key: Hashable, place: Place) -> tuple[Hashable, Place]:
    """The tensor that lies in no other one around a place, and the place in it."""
    while key in places:
        key, outer = places[key]
        place = place.within(outer)
    return key, place


def operand_places(
    op: ConcatenationOp, first: int, sources: Sequence[Rows]
) -> list[Place]:
    """The place of each stored input in the result, of which `op` computes a part.

    The part begins at row `first` of the result; `sources` are the rows that it reads.
    """
    axis = 3 - (len(shape_of(op.result)) - op.axis_index())
    places: list[Place] = []
    before = 0
    for value, rows in zip(op.inputs, sources, strict=True):
        place = [first - rows.first, 0, 0]
        place[axis] += before
        before += byte_image(value)[axis]
        places.append(Place(*place))
    return places


def places_in_concatenations(
    function: FuncOp, storage: Storage, sources: Sources, ports: set[Hashable]
) -> Places:
    """The tensors that can lie in the result of a concatenation.

    A kernel must write the tensor, nothing but one concatenation may read it, in one
    place, and no port or reshape may share its bytes. `ports` have a memory already.
    """
    readers: dict[Hashable, list[TensorOp]] = defaultdict(list)
    found: dict[Hashable, set[tuple[Hashable, Place]]] = defaultdict(set)
    for op in function.body.block.ops:
        if not isinstance(op, TensorOp):
            continue
        read = sources(op)
        for rows in read:
            readers[rows.tensor].append(op)
        if isinstance(op, ConcatenationOp):
            first = storage.rows(op.result).first
            places = operand_places(op, first, read)
            for rows, place in zip(read, places, strict=True):
                found[rows.tensor].add((layer_key(op), place))
    shared = ports | {tensor.alias for tensor in storage.tensors.values()}
    shared |= {rows.tensor for rows in returned_tensors(function, storage)}
    return {
        key: next(iter(places))
        for key, places in found.items()
        if len(places) == 1
        and key not in shared
        and _only_joined(readers[key])
        and _computed(storage, key)
        and _covered(storage, key, *next(iter(places)))
    }


def _only_joined(readers: Sequence[TensorOp]) -> bool:
    """Whether concatenations alone read a tensor, each of them once."""
    return len(set(readers)) == len(readers) and all(
        isinstance(reader, ConcatenationOp) for reader in readers
    )


def _computed(storage: Storage, key: Hashable) -> bool:
    """Whether kernels write all parts of a tensor, which are whole rows."""
    if storage.tensors[key].borders is not None:
        return False
    owners = [value.owner for value, _ in storage.tensors[key].parts]
    return all(
        isinstance(owner, TensorOp) and not isinstance(owner, ReshapeOp)
        for owner in owners
    )


def _covered(storage: Storage, key: Hashable, around: Hashable, place: Place) -> bool:
    """Whether the surrounding tensor has all rows that are written, and no tiles."""
    if storage.tensors[around].borders is not None:
        return False
    blocks = _adjoining(_parts(storage, around))
    return all(
        any(
            block[0] <= first + place.row and last + place.row <= block[1]
            for block in blocks
        )
        for first, last in _parts(storage, key)
    )


def _parts(storage: Storage, key: Hashable) -> list[Interval]:
    """The rows of each part of a tensor, from top to bottom."""
    return [storage.rows(value).interval for value, _ in storage.tensors[key].parts]


def _adjoining(intervals: Iterable[Interval]) -> list[Interval]:
    """Ascending intervals, each joined with those that follow without a gap."""
    found: list[Interval] = []
    for first, last in intervals:
        if found and found[-1][1] == first:
            first = found.pop()[0]
        found.append((first, last))
    return found
