"""Where state lives that operations hand on: kept rows, accumulators, scratch."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from xdsl.dialects.func import FuncOp
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.kept_rows import Interval
from tinyts_dialect.ops.fused_pixels import FusedPixelsOp
from tinyts_dialect.ops.fused_rows import FusedRowsOp
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tensors import shape_of
from tinyts_dialect.tsbuf import Image

NO_ROWS = (0, 0)


class StateRows(NamedTuple):
    """Rows of a table of state that a call writes or reads, under a field's name."""

    field: str
    tensor: Hashable
    rows: Interval


@dataclass
class StateTensor:
    """A table that no value stands for as a whole."""

    image: Image
    buffers: dict[int, Image] = field(default_factory=dict[int, Image])
    """Each buffer by the number of its first row."""
    ragged: bool = False
    """Whether buffers may be smaller than rows of the image: scratch."""


@dataclass
class Chain:
    """The parts of one layer that hand rows of the tensor in the middle on."""

    parts: list[FusedRowsOp]

    def __post_init__(self) -> None:
        self.parts.sort(key=FusedRowsOp.rows_of_output)
        self.first_row = self.parts[0].rows_of_output()[0]
        self.last_row = self.parts[-1].rows_of_output()[1]
        self.input_part = next((p for p in self.parts if p.input is not None), None)
        self.runs = max(1, *(len(self.stored(part)) for part in self.parts))

    def stored(self, part: FusedRowsOp) -> list[Interval]:
        """Runs of rows of the middle that the part's call writes."""
        first, last = part.rows_of_output()
        return part.kept_rows().stored(first, last, is_end=last == self.last_row)

    def check(self) -> None:
        """Every kept row must be the one that an earlier part of the layer stored."""
        stored: dict[int, SSAValue] = {}
        for part in self.parts:
            first = part.rows_of_output()[0]
            start, stop = part.kept_rows().kept(first)
            for row, value in zip(range(start, stop), part.kept, strict=True):
                if stored.get(row) != value:
                    _fail(part, f"row {row} of the middle is not the one stored before")
            if first != self.first_row and not part.kept and _keeps(part, first):
                _fail(part, f"output row {first} keeps no row, as if it were the first")
            stored.update(zip(range(*part.stored_rows()), part.stored, strict=True))


def _keeps(part: FusedRowsOp, y: int) -> bool:
    """Whether an output row that is not the first keeps rows."""
    start, stop = replace(part.kept_rows(), first_row=y - 1).kept(y)
    return start < stop


def _scratch_of(part: FusedRowsOp, chain: Chain) -> Image:
    """New rows of a group of channels; in a block columns of them, and a pixel."""
    first, last = part.rows_of_output()
    width, channels = part.middle_shape()[1:]
    rows = part.kept_rows()
    if part.project_weights is None:
        most = rows.most_computed(first, last)
        return Image(1, most * width, part.group.value.data)
    pixels = rows.most_passing(first, last, chain.last_row) * part.fresh_columns()
    return Image(1, pixels * channels + part.depthwise_channels(), 1)


class State:
    """The tables of state of a function and what each operation touches of them."""

    def __init__(self, function: FuncOp) -> None:
        self.tensors: dict[Hashable, StateTensor] = {}
        self.chains: dict[Hashable, Chain] = {}
        self.last_steps: dict[Hashable, StepOp] = {}
        ops = list(function.body.block.ops)
        parts: dict[Hashable, list[FusedRowsOp]] = {}
        for op in ops:
            if isinstance(op, FusedRowsOp):
                parts.setdefault(layer_key(op), []).append(op)
            elif isinstance(op, FusedPixelsOp):
                self._add_pixel(op)
        for key, found in parts.items():
            self.chains[key] = Chain(found)
            self._add_chain(key, self.chains[key])
        self._add_steps([op for op in ops if isinstance(op, StepOp)])

    def _add_pixel(self, op: FusedPixelsOp) -> None:
        first, last = op.output_rect()[:2]
        image = Image(last, 1, op.middle_channels())
        self._add_scratch(layer_key(op), image, {first: image._replace(height=1)})

    def _add_chain(self, key: Hashable, chain: Chain) -> None:
        chain.check()
        part = chain.parts[0]
        height, width, channels = part.middle_shape()
        middle = self.tensors["middle", key] = StateTensor(
            Image(height, width, channels)
        )
        if chain.input_part is None:  # all windows lie in the padding
            image = Image(*shape_of(part.input_type)[1:])
            self.tensors["no input", key] = StateTensor(image)
        scratch: dict[int, Image] = {}
        for part in chain.parts:
            for run in chain.stored(part):
                for row in range(*run):
                    middle.buffers[row] = Image(1, width, channels)
            first, last = part.rows_of_output()
            size = _scratch_of(part, chain)
            if size.width:
                scratch[first] = size
        widest = max((image.width for image in scratch.values()), default=1)
        image = Image(chain.last_row, widest, _scratch_of(part, chain).channels)
        self._add_scratch(key, image, scratch)

    def _add_scratch(
        self, key: Hashable, image: Image, buffers: dict[int, Image]
    ) -> None:
        tensor = self.tensors.setdefault(
            ("scratch", key), StateTensor(image, ragged=True)
        )
        height = max(tensor.image.height, image.height)
        tensor.image = tensor.image._replace(height=height)
        tensor.buffers.update(buffers)

    def _add_steps(self, steps: Iterable[StepOp]) -> None:
        layers: dict[Hashable, list[StepOp]] = {}
        for step in steps:
            layers.setdefault(layer_key(step), []).append(step)
            if step.is_last():
                self.last_steps[layer_key(step)] = step
        for key, found in layers.items():
            end = 0
            for step in found:
                self._check_step(step, end, key)
                end = step.rows.data[1]
            image = Image(1, 1, 4 * found[0].accumulators())
            self.tensors["accumulator", key] = StateTensor(image, {0: image})

    def _check_step(self, step: StepOp, end: int, key: Hashable) -> None:
        """Steps of a layer follow each other: they share one accumulator."""
        first, last = step.rows.data
        before = step.accumulator
        follows = before is None or (
            isinstance(before.owner, StepOp)
            and layer_key(before.owner) == key
            and before.has_one_use()
        )
        if first != end or not follows:
            _fail(step, f"rows [{first}, {last}) do not follow the step before")
        if key not in self.last_steps:
            _fail(step, "the step of the last row is missing")

    def writes(self, op: TensorOp) -> list[StateRows]:
        """What a call of an operation writes beside its output."""
        key = layer_key(op)
        if isinstance(op, StepOp):
            return [StateRows("accumulator", ("accumulator", key), (0, 1))]
        if not isinstance(op, FusedRowsOp | FusedPixelsOp):
            return []
        first = op.output_rect().y0
        has_scratch = first in self.tensors["scratch", key].buffers
        scratch = StateRows(
            "scratch",
            ("scratch", key),
            (first, first + 1) if has_scratch else NO_ROWS,
        )
        if isinstance(op, FusedPixelsOp):
            return [scratch]
        chain = self.chains[key]
        runs = chain.stored(op)
        runs += [NO_ROWS] * (chain.runs - len(runs))
        return [*(StateRows("middle", ("middle", key), run) for run in runs), scratch]

    def reads(self, op: TensorOp) -> list[StateRows]:
        """What a call of an operation reads beside its inputs."""
        key = layer_key(op)
        if isinstance(op, StepOp):
            rows = NO_ROWS if op.is_first() else (0, 1)
            return [StateRows("accumulator", ("accumulator", key), rows)]
        if not isinstance(op, FusedRowsOp):
            return []
        rows = op.kept_rows().kept(op.rows_of_output()[0]) if op.kept else NO_ROWS
        return [StateRows("middle", ("middle", key), rows)]


def layer_key(op: TensorOp) -> Hashable:
    """What the slices of a layer have in common."""
    return id(op) if op.layer is None else op.layer.value.data


def _fail(op: TensorOp, message: str):
    raise PassFailedException(
        f"convert-tinyts-to-tsbuf: {op.name} of layer {op.layer_text()}: {message}"
    )
