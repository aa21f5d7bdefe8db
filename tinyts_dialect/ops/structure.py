"""Constants, and the operations that cut and join tensors without a copy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseIntOrFPElementsAttr,
    TensorType,
)
from xdsl.ir import Attribute, SSAValue
from xdsl.irdl import (
    IRDLOperation,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    prop_def,
    result_def,
    traits_def,
    var_operand_def,
)
from xdsl.parser import Parser
from xdsl.printer import Printer
from xdsl.traits import Pure
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import RectAttr
from tinyts_dialect.interfaces import Array
from tinyts_dialect.tensors import (
    dtype_of,
    end_quant_of,
    shape_of,
    tensor_type,
    to_array,
    verify_constant,
    whole_rect,
    with_rect,
)
from tinyts_dialect.windows import Rect


@irdl_op_definition
class ConstantOp(IRDLOperation):
    """Weights, biases: a constant tensor."""

    name = "tinyts.constant"

    value = prop_def(DenseIntOrFPElementsAttr)
    result = result_def(TensorType)

    traits = traits_def(Pure())

    @classmethod
    def parse(cls, parser: Parser) -> ConstantOp:
        attributes = parser.parse_optional_attr_dict()
        value = parser.parse_attribute()
        if not isinstance(value, DenseIntOrFPElementsAttr):
            parser.raise_error("expected a dense constant")
        op = cls(value)
        op.attributes = attributes
        return op

    def print(self, printer: Printer) -> None:
        printer.print_op_attributes(self.attributes)
        printer.print_string(" ")
        printer.print_attribute(self.value)

    def __init__(self, value: DenseIntOrFPElementsAttr) -> None:
        super().__init__(
            properties={"value": value}, result_types=[value.get_type()]
        )

    def verify_(self) -> None:
        if self.value.get_type() != self.result.type:
            raise VerifyException("the value's type is not the result's")
        if not self.value.shape_is_complete:
            raise VerifyException("the value does not fill its shape")
        verify_constant(self.value)

    def evaluate(self) -> Array:
        return to_array(self.value)


@irdl_op_definition
class SliceOp(IRDLOperation):
    """A rectangle of a [1, H, W, C] tensor. No byte is copied."""

    name = "tinyts.slice"

    input = operand_def(TensorType)
    rect = prop_def(RectAttr)
    result = result_def(TensorType)

    traits = traits_def(Pure())
    assembly_format = "$input $rect attr-dict `:` type($input) `->` type($result)"

    def __init__(self, input: SSAValue, rect: Rect) -> None:
        super().__init__(
            operands=[input],
            properties={"rect": RectAttr(rect)},
            result_types=[with_rect(tensor_type(input), rect)],
        )

    def verify_(self) -> None:
        shape = shape_of(self.input)
        end_quant_of(self.input)
        if len(shape) != 4:
            raise VerifyException(f"input has rank {len(shape)}, expected 4")
        if shape[0] != 1:
            raise VerifyException(f"batch is {shape[0]}; only batch 1 is supported")
        if not whole_rect(shape).contains(self.rect.data):
            raise VerifyException(
                f"rectangle {tuple(self.rect.data)} is not inside {list(shape)}"
            )
        expected = with_rect(tensor_type(self.input), self.rect.data)
        if self.result.type != expected:
            raise VerifyException(f"result has type {self.result.type}, not {expected}")

    def evaluate(self, *operands: Array) -> Array:
        rect = self.rect.data
        return operands[0][:, rect.y0 : rect.y1, rect.x0 : rect.x1, :]


@irdl_op_definition
class ConcatOp(IRDLOperation):
    """Rectangles that tile one [1, H, W, C] tensor. No byte is copied."""

    name = "tinyts.concat"

    parts = var_operand_def(TensorType)
    places = prop_def(ArrayAttr[RectAttr])
    result = result_def(TensorType)

    traits = traits_def(Pure())
    irdl_options = (ParsePropInAttrDict(),)
    assembly_format = "$parts attr-dict `:` functional-type(operands, results)"

    def __init__(
        self,
        parts: Sequence[SSAValue],
        places: Sequence[Rect],
        result_type: Attribute,
    ) -> None:
        super().__init__(
            operands=[parts],
            properties={"places": ArrayAttr([RectAttr(place) for place in places])},
            result_types=[result_type],
        )

    def rects(self) -> tuple[Rect, ...]:
        """Where each part lies in the result."""
        return tuple(place.data for place in self.places)

    def verify_(self) -> None:
        shape = shape_of(self.result)
        if len(shape) != 4:
            raise VerifyException(f"result has rank {len(shape)}, expected 4")
        if shape[0] != 1:
            raise VerifyException(f"batch is {shape[0]}; only batch 1 is supported")
        if len(self.parts) != len(self.places):
            raise VerifyException("there must be one place for each part")
        end_quant_of(self.result)
        for part, place in zip(self.parts, self.rects(), strict=True):
            expected = with_rect(tensor_type(self.result), place)
            if part.type != expected:
                raise VerifyException(f"part has type {part.type}, not {expected}")
        _verify_tiling(self.rects(), whole_rect(shape))

    def evaluate(self, *operands: Array) -> Array:
        result = np.empty(shape_of(self.result), dtype_of(self.result))
        for part, place in zip(operands, self.rects(), strict=True):
            result[:, place.y0 : place.y1, place.x0 : place.x1, :] = part
        return result


def _verify_tiling(places: Sequence[Rect], whole: Rect) -> None:
    if not all(whole.contains(place) for place in places):
        raise VerifyException("a place is not inside the result")
    if sum(p.height * p.width for p in places) != whole.height * whole.width:
        raise VerifyException("the places do not tile the result")
    ordered = sorted(places)
    for index, place in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other.y0 >= place.y1:
                break
            if place.intersection(other):
                raise VerifyException("two places overlap")


OPERATIONS = (ConstantOp, SliceOp, ConcatOp)
