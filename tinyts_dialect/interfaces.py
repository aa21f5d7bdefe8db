"""What the passes ask of an operation of the `tinyts` dialect."""

from __future__ import annotations

import abc
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import IntegerAttr, StringAttr, UnitAttr
from xdsl.ir import Attribute, Operation, OpResult, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    opt_prop_def,
    traits_def,
)
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ConstantChannelsAttr, PairAttr, RectAttr
from tinyts_dialect.tensors import (
    image_shape,
    is_image,
    quant_of,
    shape_of,
    tensor_type,
    with_rect,
)
from tinyts_dialect.windows import Rect, Window

Array = npt.NDArray[np.generic]


@contextmanager
def verifying_multipliers() -> Generator[None, None, None]:
    """Turns the ValueError of a multiplier out of range into a VerifyException."""
    try:
        yield
    except ValueError as error:
        raise VerifyException(str(error)) from error


class TensorOp(IRDLOperation, abc.ABC):
    """A pure operation that computes one tensor of a network, or a part of it."""

    layer = opt_prop_def(IntegerAttr)
    """Index, in the model file, of the tensor that is computed."""

    rect = opt_prop_def(RectAttr)
    """The part of that tensor which is computed; all of it where absent."""

    constant_channels = opt_prop_def(ConstantChannelsAttr)
    """Channels of that tensor which were removed, since their value is known."""

    stage = opt_prop_def(IntegerAttr)
    """The stage of the plan in which the tensor is computed."""

    slice = opt_prop_def(PairAttr)
    """Rows and columns of its slices, as planned; all of them where absent."""

    fuse = opt_prop_def(StringAttr)
    """How the op is fused with the one reader of its result: `rows` or `pixels`."""

    stream = opt_prop_def(UnitAttr)
    """Whether a reduction consumes its input slice by slice."""

    traits = traits_def(Pure())
    irdl_options = (ParsePropInAttrDict(),)

    @abc.abstractmethod
    def evaluate(self, *operands: Array) -> Array | tuple[Array, ...]:
        """The result, or all results, for the given operands: bit-exact, in NumPy."""

    def layer_text(self) -> str:
        """The layer as messages name it."""
        return "?" if self.layer is None else str(self.layer.value.data)

    def macs(self) -> int:
        """Multiply-accumulates; 0 for what has no weights."""
        return 0

    def output(self) -> OpResult:
        """The tensor that is computed."""
        return self.results[0]

    def output_rect(self) -> Rect:
        """The rows and columns that are computed, of the layer's whole tensor."""
        if self.rect is not None:
            return self.rect.data
        height, width, _ = image_shape(shape_of(self.output()))
        return Rect(0, height, 0, width)

    def verify_output(self, shape: Sequence[int]) -> None:
        """Checks that the result is int8, and `verify_shape`."""
        quant_of(self.output())
        self.verify_shape(shape)

    def verify_shape(self, shape: Sequence[int]) -> None:
        """Checks the result's shape, and that `rect` has its size."""
        actual = shape_of(self.output())
        if actual != tuple(shape):
            raise VerifyException(
                f"result has shape {list(actual)}, expected {list(shape)}"
            )
        if self.rect is None:
            return
        height, width, _ = image_shape(actual)
        if (self.rect.data.height, self.rect.data.width) != (height, width):
            raise VerifyException(
                f"rect is {self.rect.data.height}x{self.rect.data.width}, "
                f"the result is {height}x{width}"
            )


NOTHING = Rect(0, 0, 0, 0)
"""The rectangle of an operand that an output does not need."""


class SplittableOpInterface(Operation, abc.ABC):
    """An operation that can compute a rectangle of its result from parts of its inputs.

    Rectangles are relative to this operation's own result and operands, so that an
    operation that was split once can be split again.
    """

    @abc.abstractmethod
    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        """For each operand the rectangle that `output` needs.

        None stands for all of it, NOTHING for an operand that is not needed.
        """

    @abc.abstractmethod
    def properties_for(self, output: Rect) -> Mapping[str, Attribute]:
        """The properties that change where only `output` is computed."""


class Chain(NamedTuple):
    """The parts of an operation that hand state on from one to the next."""

    operations: list[Operation]
    """The parts and the slices that they read, in their order."""
    outputs: list[SSAValue]
    """The output of each part."""
    state: list[SSAValue]
    """What stands for the results, after the first, of the operation."""


class ChainedOpInterface(Operation, abc.ABC):
    """An operation that is cut into parts which hand state on, from the top down."""

    @abc.abstractmethod
    def build_chain(self, parts: Sequence[Rect]) -> Chain:
        """The parts that compute these rectangles, which cut the result into rows.

        Rectangles are relative to this operation's own result.
        """


def is_splittable(op: Operation) -> bool:
    """Whether the operation has an image as result and can compute a part of it.

    Of an operand that is no [1, H, W, C] there are no slices.
    """
    if not isinstance(op, TensorOp) or not isinstance(op, SplittableOpInterface):
        return False
    if not is_image(shape_of(op.output())):
        return False
    needed = op.operand_rects(Rect(0, 1, 0, 1))
    return all(
        rect is None
        or is_image(shape_of(operand))
        or image_shape(shape_of(operand))[:2] == (1, 1)
        for operand, rect in zip(op.operands, needed, strict=True)
    )


def build_part(op: TensorOp, output: Rect, operands: Sequence[SSAValue]) -> TensorOp:
    """The operation that computes only `output`, from the parts of operands it needs.

    The new operation has no operand where `operand_rects` said NOTHING.
    """
    if not isinstance(op, SplittableOpInterface):
        raise TypeError(f"{op.name} is not splittable")
    origin = op.output_rect()
    properties = {
        **op.properties,
        **op.properties_for(output),
        "rect": RectAttr(output.shifted(origin.y0, origin.x0)),
    }
    return type(op).create(
        operands=operands,
        result_types=[with_rect(tensor_type(op.output()), output)],
        properties=properties,
        attributes=op.attributes,
        location=op.location,
    )


class PointwiseOp(TensorOp, SplittableOpInterface):
    """An operation whose output pixel depends on the input pixels at its own place.

    A dimension of size 1 of an input is broadcast.
    """

    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        return tuple(self._operand_rect(operand, output) for operand in self.operands)

    @staticmethod
    def _operand_rect(operand: SSAValue, output: Rect) -> Rect | None:
        height, width, _ = image_shape(shape_of(operand))
        rows = (0, 1) if height == 1 else output[:2]
        columns = (0, 1) if width == 1 else output[2:]
        return Rect(*rows, *columns)

    def properties_for(self, output: Rect) -> Mapping[str, Attribute]:
        return {}


class WindowedOp(TensorOp, SplittableOpInterface):
    """An operation that slides a window over its first operand; others are constant."""

    @abc.abstractmethod
    def get_window(self) -> Window:
        """The window, with the pads of the operand that it slides over."""

    @abc.abstractmethod
    def window_property(self, window: Window) -> Mapping[str, Attribute]:
        """The property that holds the given window."""

    def _part(self, output: Rect) -> tuple[Rect, Window]:
        height, width, _ = image_shape(shape_of(self.operands[0]))
        return self.get_window().input_rect(output, height, width)

    def operand_rects(self, output: Rect) -> tuple[Rect | None, ...]:
        return (self._part(output)[0],) + (None,) * (len(self.operands) - 1)

    def properties_for(self, output: Rect) -> Mapping[str, Attribute]:
        return self.window_property(self._part(output)[1])
