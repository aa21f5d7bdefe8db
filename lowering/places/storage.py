"""Where tensors live: from values of `tinyts` to rows of tables of `tsbuf`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, NoReturn

from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import Block, BlockArgument, Operation, SSAValue
from xdsl.utils.exceptions import PassFailedException

from lowering.places.state import State, layer_key
from lowering.variables import network_results
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.fused_rows import FusedRowsOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.structure import ConcatOp, ConstantOp, SliceOp
from tinyts_dialect.stateful import StatefulOp
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tensors import byte_image, is_activation, shape_of
from tinyts_dialect.tsbuf import Image
from tinyts_dialect.windows import Rect

Interval = tuple[int, int]
"""Indices first..last-1 along one axis."""


class Rows(NamedTuple):
    """Rows first..last-1 of a stored tensor, all columns of them or some."""

    tensor: Hashable
    first: int
    last: int
    columns: Interval | None = None
    """Columns first..last-1, where these are not all."""

    @property
    def interval(self) -> Interval:
        """The rows."""
        return self.first, self.last


@dataclass
class StoredTensor:
    """A tensor of the network and the values that hold its rows."""

    image: Image
    parts: list[tuple[SSAValue, int]] = field(
        default_factory=list[tuple[SSAValue, int]]
    )
    """Each value with the number of its first row, from top to bottom; those of equal
    rows from left to right."""
    borders: tuple[int, ...] | None = None
    """Where columns of tiles begin, then the width; None where parts are whole rows."""
    alias: Hashable | None = None
    """A tensor whose bytes this one shares, in another shape."""


class Storage:
    """All tensors of a function, by the layer that computes them.

    The slices of a layer are the parts of one tensor; what has no layer is a tensor of
    its own.
    """

    def __init__(self, function: FuncOp) -> None:
        self.tensors: dict[Hashable, StoredTensor] = {}
        self._places: dict[SSAValue, Rect] = {}
        self._rows: dict[SSAValue, Rows] = {}
        self.state = State(function)
        block = function.body.block
        for argument in block.args:
            image = Image(*byte_image(argument))
            self._add(argument, ("argument", argument.index), image)
        for op in block.ops:
            if isinstance(op, StepOp) and not op.is_last():
                continue  # its result is an accumulator, which is state
            if isinstance(op, TensorOp):
                self._add_result(op)
            elif isinstance(op, ConstantOp):
                image = Image(*byte_image(op.result))
                self._add(op.result, ("constant", id(op)), image)
        for key, tensor in self.tensors.items():
            self._settle(key, tensor)

    def _add_result(self, op: TensorOp) -> None:
        rect = op.output_rect()
        image = Image(*byte_image(op.output()))
        self._add(op.output(), layer_key(op), image, rect.y0, rect.x0)

    def _add(
        self, value: SSAValue, key: Hashable, part: Image, top: int = 0, left: int = 0
    ) -> None:
        place = Rect(top, top + part.height, left, left + part.width)
        image = Image(place.y1, place.x1, part.channels)
        tensor = self.tensors.setdefault(key, StoredTensor(image))
        if tensor.image.channels != part.channels:
            _refuse_parts(key)
        height, width = map(max, tensor.image[:2], image[:2])
        tensor.image = Image(height, width, part.channels)
        tensor.parts.append((value, top))
        self._places[value] = place

    def _settle(self, key: Hashable, tensor: StoredTensor) -> None:
        """Orders the parts of a tensor: rows, or columns of tiles."""
        tensor.parts.sort(key=lambda part: self._places[part[0]])
        places = [self._places[value] for value, _ in tensor.parts]
        whole = (0, tensor.image.width)
        columns = {place[2:] for place in places}
        if columns != {whole}:
            tensor.borders = tuple(sorted({0, *(x for pair in columns for x in pair)}))
            adjacent = set(pairwise(tensor.borders))
            if not columns <= adjacent:
                _refuse_parts(key)
        ends = dict.fromkeys(columns, 0)
        for (value, _), place in zip(tensor.parts, places, strict=True):
            if place.y0 < ends[place[2:]]:
                raise PassFailedException(
                    f"convert-tinyts-to-tsbuf: rows of layer {key} are computed twice"
                )
            ends[place[2:]] = place.y1
            self._rows[value] = self._part(key, place)

    def _part(self, key: Hashable, place: Rect) -> Rows:
        whole = (0, self.tensors[key].image.width)
        columns = None if place[2:] == whole else (place.x0, place.x1)
        return Rows(key, place.y0, place.y1, columns)

    def place(self, rows: Rows) -> Rect:
        """The rectangle of its tensor that rows are."""
        columns = rows.columns or (0, self.tensors[rows.tensor].image.width)
        return Rect(rows.first, rows.last, *columns)

    def sources(self, op: TensorOp) -> list[Rows]:
        """The rows of tensors that an operation reads, state apart."""
        if not isinstance(op, FusedRowsOp):
            inputs = [value for value in op.operands if is_activation(value)]
            if isinstance(op, StatefulOp):
                updated = [update.before for update in op.updates()]
                inputs = [value for value in inputs if value not in updated]
            return [self.rows(value) for value in inputs]
        chain = self.state.chains[layer_key(op)]
        given = chain.input_part
        if op.input is not None:
            return [self.rows(op.input)]
        if given is None or given.input is None:
            return [Rows(("no input", layer_key(op)), 0, 0)]
        rows = self.rows(given.input)
        row_0 = rows.first - given.input_rows()[0]
        return [Rows(rows.tensor, row_0, row_0)]

    def target(self, op: TensorOp) -> Rows:
        """The rows of its tensor that an operation completes."""
        if isinstance(op, StepOp) and not op.is_last():
            return Rows(layer_key(op), 0, 0)
        return self.rows(op.output())

    def height(self, key: Hashable) -> int:
        """Rows of a tensor, of state as well."""
        known = self.tensors.get(key) or self.state.tensors[key]
        return known.image.height

    def computed_rows(self, key: Hashable) -> tuple[int, int]:
        """From the lowest to the highest row of a tensor that is computed."""
        parts = self.tensors[key].parts
        return parts[0][1], self.rows(parts[-1][0]).last

    def rows(self, value: SSAValue) -> Rows:
        """The rows of a stored tensor that a value stands for."""
        known = self._rows.get(value)
        if known is None:
            known = self._rows[value] = self._resolve(value)
        return known

    def _resolve(self, value: SSAValue) -> Rows:
        owner = value.owner
        if isinstance(owner, SliceOp):
            return self._resolve_slice(owner)
        if isinstance(owner, ConcatOp):
            return self._resolve_concat(owner)
        if isinstance(value, BlockArgument) or not isinstance(owner, Operation):
            raise PassFailedException("convert-tinyts-to-tsbuf: unknown value")
        _fail(owner, "cannot be lowered")

    def _resolve_slice(self, op: SliceOp) -> Rows:
        inner = self.rows(op.input)
        place = self.place(inner)
        return self._part(inner.tensor, op.rect.data.shifted(place.y0, place.x0))

    def _resolve_concat(self, op: ConcatOp) -> Rows:
        """The parts must lie in one tensor as they do in the result."""
        found: set[tuple[Hashable, int, int]] = set()
        for rect, part in zip(op.rects(), op.parts, strict=True):
            rows = self.rows(part)
            place = self.place(rows)
            found.add((rows.tensor, place.y0 - rect.y0, place.x0 - rect.x0))
        if len(found) != 1:
            _fail(op, "joins rows that do not follow each other in one tensor")
        ((key, y, x),) = found
        height, width = shape_of(op.result)[1:3]
        return self._part(key, Rect(y, y + height, x, x + width))

    def share_reshapes(self, function: FuncOp, private: set[Hashable]) -> None:
        """Lets a reshape share the bytes of its input where these are contiguous.

        Tensors in `private` have a place of their own that nothing may share.
        """
        for op in function.body.block.ops:
            if not isinstance(op, ReshapeOp):
                continue
            source = self.rows(op.input)
            tensor = self.tensors[source.tensor]
            key = self.rows(op.result).tensor
            whole = source[1:] == (0, tensor.image.height, None)
            if whole and len(tensor.parts) == 1 and key not in private:
                self.tensors[key].alias = source.tensor


def returned_values(function: FuncOp) -> list[SSAValue]:
    """What the function returns, one entry an output of the network."""
    terminator = function.body.block.last_op
    if not isinstance(terminator, ReturnOp):
        raise PassFailedException(
            "convert-tinyts-to-tsbuf: a function must end with func.return"
        )
    return [terminator.arguments[n] for n in network_results(function)]


def returned_tensors(function: FuncOp, storage: Storage) -> list[Rows]:
    """The rows that the function returns, one entry an output of the network."""
    found: list[Rows] = []
    for value in returned_values(function):
        found.append(storage.rows(value))
        if found[-1].columns is not None:
            _fail(value.owner, COLUMNS)
    return found



COLUMNS = "slices of columns cannot be lowered here; use whole rows"


def _refuse_parts(key: Hashable) -> NoReturn:
    raise PassFailedException(
        f"convert-tinyts-to-tsbuf: slices of layer {key} differ in width or channels"
    )


def _fail(op: Operation | Block, message: str) -> NoReturn:
    name = op.name if isinstance(op, Operation) else "an argument"
    raise PassFailedException(f"convert-tinyts-to-tsbuf: {name} {message}")
