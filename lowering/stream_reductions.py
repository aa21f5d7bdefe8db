"""`stream-reductions`: a reduction consumes its input a few rows at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, TensorType, i32, i64
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import PassFailedException

from lowering.split_height import number_layers, rows_of
from tinyts_dialect.attributes import PairAttr, QuantAttr
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.average_pool_2d import AveragePool2DOp
from tinyts_dialect.ops.average_pool_2d_step import AveragePool2DStepOp, covers
from tinyts_dialect.ops.fully_connected import FullyConnectedOp
from tinyts_dialect.ops.fully_connected_step import FullyConnectedStepOp
from tinyts_dialect.ops.mean import MeanOp
from tinyts_dialect.ops.mean_step import MeanStepOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.structure import SliceOp
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tensors import quant_of, shape_of, whole_rect

PLANNED = ("stream", "slice", "axes")
"""Properties that a step does not take over from its reduction."""


class StreamError(Exception):
    """Why an op cannot consume its input by rows."""


@dataclass(frozen=True)
class Reduction:
    """An op as a sum over the rows of an image."""

    input: SSAValue
    """[1, H, W, C]."""
    step: type[StepOp]
    accumulators: int
    constants: tuple[SSAValue, ...] = ()
    properties: Mapping[str, Attribute] | None = None


def reduction_of(op: TensorOp) -> Reduction:
    """How an op is a sum over rows; StreamError where it is none."""
    if op.rect is not None:
        raise StreamError("it is cut already")
    if isinstance(op, FullyConnectedOp):
        return _fully_connected(op)
    if not isinstance(op, MeanOp | AveragePool2DOp):
        raise StreamError("only mean, average_pool_2d and fully_connected can be")
    shape = shape_of(op.input)
    if len(shape) != 4 or shape[0] != 1:
        raise StreamError(f"its input has shape {list(shape)}, not [1, H, W, C]")
    if isinstance(op, AveragePool2DOp):
        if not covers(op.window.data, *shape[1:3]):
            raise StreamError("its window does not cover the whole input at once")
        return Reduction(op.input, AveragePool2DStepOp, shape[3])
    summed = {axis for axis, size in enumerate(shape[:3]) if size == 1}
    if not summed | set(op.reduced_axes()) == {0, 1, 2}:
        raise StreamError(
            f"it reduces axes {list(op.reduced_axes())}, not rows and columns alone"
        )
    return Reduction(op.input, MeanStepOp, shape[3])


def _fully_connected(op: FullyConnectedOp) -> Reduction:
    """A layer of one batch, over an image behind reshapes that nobody else reads."""
    if shape_of(op.input)[0] != 1:
        raise StreamError(f"it has {shape_of(op.input)[0]} batches, not one")
    found, value = None, op.input
    while isinstance(value.owner, ReshapeOp) and value.has_one_use():
        value = value.owner.input
        if len(shape_of(value)) == 4 and shape_of(value)[0] == 1:
            found = value
    if found is None:
        raise StreamError("its input is no reshaped [1, H, W, C] that it alone reads")
    return Reduction(
        found,
        FullyConnectedStepOp,
        shape_of(op.weights)[0],
        (op.weights, op.bias),
        {"input_quant": QuantAttr(quant_of(op.input))},
    )


def build_steps(op: TensorOp, reduction: Reduction, rows: int) -> list[Operation]:
    """The steps, `rows` rows of the input each, and the slices that they read."""
    operations: list[Operation] = []
    whole = whole_rect(shape_of(reduction.input))
    accumulator = TensorType(i32, (1, 1, 1, reduction.accumulators))
    kept = {name: v for name, v in op.properties.items() if name not in PLANNED}
    state: list[SSAValue] = []
    for part in rows_of(whole, rows):
        piece = reduction.input
        if part != whole:
            operations.append(SliceOp(reduction.input, part))
            piece = operations[-1].results[0]
        is_last = part.y1 == whole.y1
        step = reduction.step.build(
            operands=[state, piece, *reduction.constants],
            result_types=[op.output().type if is_last else accumulator],
            properties={
                **kept,
                **(reduction.properties or {}),
                "rows": PairAttr((part.y0, part.y1)),
                "height": IntegerAttr(whole.y1, i64),
            },
            attributes=op.attributes,
        )
        step.location = op.location
        step.result.name_hint = "sums"
        state = [step.result]
        operations.append(step)
    operations[-1].results[0].name_hint = op.output().name_hint
    return operations


@dataclass(frozen=True)
class StreamReductions(ModulePass):
    """Cuts reductions that carry the attribute `stream` into steps of some input rows.

    The first number of the attribute `slice` is the rows of a step, 1 where there is
    none. With `all` every reduction is cut that can be. An input of one row is left as
    it is.
    """

    name = "stream-reductions"

    all: bool = False

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        number_layers(op)
        for inner in list(op.walk()):
            if not isinstance(inner, TensorOp) or isinstance(inner, StepOp):
                continue
            if inner.stream is not None or self.all:
                self._stream(inner)

    def _stream(self, op: TensorOp) -> None:
        try:
            reduction = reduction_of(op)
            rows = 1 if op.slice is None else op.slice.data[0]
            if rows < 1:
                raise StreamError(f"its slice has {rows} rows")
        except StreamError as error:
            if op.stream is None:
                return
            raise PassFailedException(
                f"stream-reductions: {op.name} of layer {op.layer_text()} cannot be "
                f"streamed: {error}"
            ) from error
        if shape_of(reduction.input)[1] > 1:
            _replace(op, build_steps(op, reduction, rows))


def _replace(op: TensorOp, steps: list[Operation]) -> None:
    """Puts steps in the place of an op; reshapes that are no longer read go."""
    op.parent_block().insert_ops_before(steps, op)
    op.output().replace_all_uses_with(steps[-1].results[0])
    unread: Operation = op
    while True:
        before = unread.operands[0].owner
        unread.detach()
        unread.erase()
        if not isinstance(before, ReshapeOp) or before.result.uses:
            return
        unread = before


PASS = StreamReductions
