"""Where tensors live: from values of `tinyts` to rows of tables of `tsbuf`."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import BlockArgument, Operation, SSAValue
from xdsl.utils.exceptions import PassFailedException

from lowering.state import State, layer_key
from lowering.variables import network_results
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.structure import ConcatOp, ConstantOp, SliceOp
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tensors import byte_image, shape_of
from tinyts_dialect.tsbuf import Image
from tinyts_dialect.windows import Rect


class Rows(NamedTuple):
    """Rows first..last-1 of a stored tensor."""

    tensor: Hashable
    first: int
    last: int


@dataclass
class StoredTensor:
    """A tensor of the network and the values that hold its rows."""

    image: Image
    parts: list[tuple[SSAValue, int]] = field(
        default_factory=list[tuple[SSAValue, int]]
    )
    """Each value with the number of its first row, from top to bottom."""
    alias: Hashable | None = None
    """A tensor whose bytes this one shares, in another shape."""


class Storage:
    """All tensors of a function, by the layer that computes them.

    The slices of a layer are the parts of one tensor; what has no layer is a tensor of
    its own.
    """

    def __init__(self, function: FuncOp) -> None:
        self.tensors: dict[Hashable, StoredTensor] = {}
        self._rows: dict[SSAValue, Rows] = {}
        self.state = State(function)
        block = function.body.block
        for argument in block.args:
            image = Image(*byte_image(argument))
            self._add(argument, ("argument", argument.index), image, 0)
        for op in block.ops:
            if isinstance(op, StepOp) and not op.is_last():
                continue  # its result is an accumulator, which is state
            if isinstance(op, TensorOp):
                self._add_result(op)
            elif isinstance(op, ConstantOp):
                image = Image(*byte_image(op.result))
                self._add(op.result, ("constant", id(op)), image, 0)
        for tensor in self.tensors.values():
            tensor.parts.sort(key=lambda part: part[1])
            self._check_parts(tensor)

    def _add_result(self, op: TensorOp) -> None:
        key = layer_key(op)
        rect = op.output_rect()
        height, width, channels = byte_image(op.output())
        if rect.x0 != 0:
            _fail(op, "slices of columns cannot be lowered yet; use whole rows")
        self._add(op.output(), key, Image(rect.y0 + height, width, channels), rect.y0)

    def _add(self, value: SSAValue, key: Hashable, image: Image, first: int) -> None:
        tensor = self.tensors.setdefault(key, StoredTensor(image))
        if tensor.image[1:] != image[1:]:
            raise PassFailedException(
                f"convert-tinyts-to-tsbuf: slices of layer {key} differ in width or "
                "channels"
            )
        height = image.height - first
        tensor.image = Image(max(tensor.image.height, image.height), *image[1:])
        tensor.parts.append((value, first))
        self._rows[value] = Rows(key, first, first + height)

    def _check_parts(self, tensor: StoredTensor) -> None:
        for (above, _), (_, start) in zip(
            tensor.parts, tensor.parts[1:], strict=False
        ):
            rows = self._rows[above]
            if start < rows.last:
                raise PassFailedException(
                    f"convert-tinyts-to-tsbuf: rows of layer {rows.tensor} are "
                    "computed twice"
                )

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
        rect = op.rect.data
        _check_columns(op, rect, shape_of(op.input)[2])
        return Rows(inner.tensor, inner.first + rect.y0, inner.first + rect.y1)

    def _resolve_concat(self, op: ConcatOp) -> Rows:
        pairs = sorted(zip(op.rects(), op.parts, strict=True), key=lambda p: p[0])
        for rect, _ in pairs:
            _check_columns(op, rect, shape_of(op.result)[2])
        parts = [self.rows(part) for _, part in pairs]
        for above, below in zip(parts, parts[1:], strict=False):
            if (below.tensor, below.first) != (above.tensor, above.last):
                _fail(op, "joins rows that do not follow each other in one tensor")
        return Rows(parts[0].tensor, parts[0].first, parts[-1].last)

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
            whole = (source.first, source.last) == (0, tensor.image.height)
            if whole and len(tensor.parts) == 1 and key not in private:
                self.tensors[key].alias = source.tensor


def returned_tensors(function: FuncOp, storage: Storage) -> list[Rows]:
    """The rows that the function returns, one entry an output of the network."""
    terminator = function.body.block.last_op
    if not isinstance(terminator, ReturnOp):
        raise PassFailedException(
            "convert-tinyts-to-tsbuf: a function must end with func.return"
        )
    return [
        storage.rows(terminator.arguments[position])
        for position in network_results(function)
    ]


def _check_columns(op: Operation, rect: Rect, width: int) -> None:
    if (rect.x0, rect.x1) != (0, width):
        _fail(op, "slices of columns cannot be lowered yet; use whole rows")


def _fail(op: Operation, message: str):
    raise PassFailedException(f"convert-tinyts-to-tsbuf: {op.name} {message}")
