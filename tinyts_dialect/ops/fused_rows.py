"""`tinyts.fused_rows`: a convolution and the depthwise convolution after it as one op.

With `project` the 1x1 convolution after these is a part of it, too: the block of an
inverted residual network. Rows of the tensor in the middle are computed when the
depthwise convolution needs them. Of these only the rows that later calls read become
values: one tensor [1, 1, W, C] each.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    IntegerAttr,
    StringAttr,
    TensorType,
)
from xdsl.ir import Attribute, Operation, SSAValue
from xdsl.irdl import (
    AttrSizedOperandSegments,
    ParsePropInAttrDict,
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    opt_prop_def,
    prop_def,
    result_def,
    var_operand_def,
    var_result_def,
)
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import (
    ClampAttr,
    PairAttr,
    QuantAttr,
    RectAttr,
    WindowAttr,
)
from tinyts_dialect.convolution import Convolution
from tinyts_dialect.interfaces import Array, Chain, ChainedOpInterface, TensorOp
from tinyts_dialect.kept_rows import Interval, KeptRows, input_rows, most_kept
from tinyts_dialect.ops.structure import SliceOp
from tinyts_dialect.tensors import (
    activation_type,
    quant_of,
    shape_of,
    tensor_type,
    with_rect,
)
from tinyts_dialect.windows import Pads, Rect, Window

PRODUCERS = ("conv_2d", "depthwise_conv_2d")


@irdl_op_definition
class FusedRowsOp(TensorOp, ChainedOpInterface):
    """Rows of `consumer(producer(input))`, the consumer a depthwise convolution.

    Both windows, `input_type` and `middle_quant` describe the whole layers; `rect` says
    which rows of the result are computed. The first part of a layer has no `kept` rows
    and computes all rows of its windows; every other part is given those that
    `KeptRows` says, in order, and computes `middle_rows`. `stored` are the rows among
    these that the next part keeps. Each part reads the input rows that its new middle
    rows need, so a part without them has no input; the whole op reads the whole input.

    With `project` a row is computed pixel by pixel: of the depthwise convolution's
    result only one exists at a time, and of new rows that wait for the place of a kept
    one, or are not stored, the columns of its window.
    """

    name = "tinyts.fused_rows"

    kept = var_operand_def(TensorType)
    input = opt_operand_def(TensorType)
    producer_weights = operand_def(TensorType)
    producer_bias = operand_def(TensorType)
    weights = operand_def(TensorType)
    bias = operand_def(TensorType)
    project_weights = opt_operand_def(TensorType)
    project_bias = opt_operand_def(TensorType)
    input_type = prop_def(TensorType)
    producer = prop_def(StringAttr)
    """`conv_2d` or `depthwise_conv_2d`."""
    producer_window = prop_def(WindowAttr)
    producer_clamp = prop_def(ClampAttr)
    producer_scales = prop_def(DenseIntOrFPElementsAttr)
    middle_quant = prop_def(QuantAttr)
    middle_layer = opt_prop_def(IntegerAttr)
    """Index, in the model file, of the tensor in the middle."""
    middle_rows = prop_def(PairAttr)
    """Rows of the middle that this part computes, half open."""
    window = prop_def(WindowAttr)
    clamp = prop_def(ClampAttr)
    weight_scales = prop_def(DenseIntOrFPElementsAttr)
    group = prop_def(IntegerAttr)
    """Channels of the middle that are computed at a time."""
    keep = prop_def(IntegerAttr)
    """Most rows that are kept; with fewer than windows share, some are recomputed."""
    project_clamp = opt_prop_def(ClampAttr)
    project_scales = opt_prop_def(DenseIntOrFPElementsAttr)
    depthwise_quant = opt_prop_def(QuantAttr)
    """Of the depthwise convolution's result, where another convolution follows."""
    depthwise_layer = opt_prop_def(IntegerAttr)
    """Index, in the model file, of that result."""
    result = result_def(TensorType)
    stored = var_result_def(TensorType)

    irdl_options = (AttrSizedOperandSegments(as_property=True), ParsePropInAttrDict())
    assembly_format = (
        "(`kept` `(` $kept^ `:` type($kept) `)`)? "
        "(`in` `(` $input^ `:` type($input) `)`)? "
        "`producer` `(` $producer_weights `,` $producer_bias `:` "
        "type($producer_weights) `,` type($producer_bias) `)` "
        "`consumer` `(` $weights `,` $bias `:` type($weights) `,` type($bias) `)` "
        "(`project` `(` $project_weights^ `,` $project_bias `:` "
        "type($project_weights) `,` type($project_bias) `)`)? "
        "attr-dict `->` type($result) (`stored` `(` type($stored)^ `)`)?"
    )

    def producer_convolution(self) -> Convolution:
        """The producer, over the whole input."""
        return Convolution(
            self.producer.data == "depthwise_conv_2d",
            self.producer_window.data,
            self.producer_clamp.data,
            self.producer_scales,
            quant_of(self.input_type),
            self.middle_quant.data,
        )

    def consumer_convolution(self) -> Convolution:
        """The consumer, over the whole middle."""
        return Convolution(
            True,
            self.window.data,
            self.clamp.data,
            self.weight_scales,
            self.middle_quant.data,
            self.depthwise_quant.data
            if self.depthwise_quant is not None
            else quant_of(self.result),
        )

    def project_convolution(self) -> Convolution | None:
        """The 1x1 convolution of the depthwise one's result, if there is one."""
        if (
            self.project_clamp is None
            or self.project_scales is None
            or self.depthwise_quant is None
        ):
            return None
        return Convolution(
            False,
            Window((1, 1)),
            self.project_clamp.data,
            self.project_scales,
            self.depthwise_quant.data,
            quant_of(self.result),
        )

    def middle_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the whole tensor in the middle."""
        _, height, width, _ = shape_of(self.input_type)
        window = self.producer_window.data
        weights = shape_of(self.producer_weights)
        return (
            window.output_size(0, height),
            window.output_size(1, width),
            weights[0] if self.producer.data == "conv_2d" else weights[3],
        )

    def output_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the whole result."""
        height, width, _ = self.middle_shape()
        window = self.window.data
        return (
            window.output_size(0, height),
            window.output_size(1, width),
            self.depthwise_channels()
            if self.project_weights is None
            else shape_of(self.project_weights)[0],
        )

    def depthwise_channels(self) -> int:
        """Channels of the depthwise convolution's result."""
        return shape_of(self.weights)[3]

    def project_operands(self) -> tuple[SSAValue, SSAValue]:
        """Weights and bias of the 1x1 convolution, where there is one."""
        if self.project_weights is None or self.project_bias is None:
            raise VerifyException("the op has no project")
        return self.project_weights, self.project_bias

    def fresh_columns(self) -> int:
        """Columns of new rows that exist at a time: all, or those of a window."""
        width = self.middle_shape()[1]
        if self.project_weights is None:
            return width
        return min(self.window.data.extent(1), width)

    def rows_of_output(self) -> Interval:
        """Rows of the whole result that are computed."""
        rect = self.output_rect()
        return rect.y0, rect.y1

    def kept_rows(self) -> KeptRows:
        """How the consumer's window moves down the middle, from this part on."""
        first = self.rows_of_output()[0]
        window = self.window.data
        return KeptRows(
            window.extent(0),
            window.stride[0],
            window.pads.top,
            self.middle_shape()[0],
            self.keep.value.data,
            first - 1 if self.kept else first,
        )

    def stored_rows(self) -> Interval:
        """Rows of the middle that become results."""
        first, last = self.rows_of_output()
        if last == self.output_shape()[0]:
            return 0, 0
        return self.kept_rows().handed_on(first, last)

    def input_rows(self) -> Interval:
        """Rows of the whole input that this part reads."""
        height = shape_of(self.input_type)[1]
        if self.rows_of_output() == (0, self.output_shape()[0]):
            return 0, height
        return input_rows(self.producer_window.data, *self.middle_rows.data, height)

    def middle_type(self, rows: int = 1) -> TensorType[Attribute]:
        """The type of some rows of the tensor in the middle."""
        _, width, channels = self.middle_shape()
        return activation_type((1, rows, width, channels), self.middle_quant.data)

    def verify_(self) -> None:
        self._verify_layers()
        self._verify_rows()
        self._verify_input()

    def _verify_layers(self) -> None:
        shape = shape_of(self.input_type)
        quant_of(self.input_type)
        if len(shape) != 4 or shape[0] != 1:
            raise VerifyException(
                f"input_type has shape {list(shape)}, expected [1, H, W, C]"
            )
        if self.producer.data not in PRODUCERS:
            raise VerifyException(
                f"producer '{self.producer.data}' is not one of {', '.join(PRODUCERS)}"
            )
        self.producer_convolution().verify(
            self.producer_weights, self.producer_bias, shape[3]
        )
        height, width, channels = self.middle_shape()
        quant_of(self.middle_type(height))
        outputs = self.consumer_convolution().verify(
            self.weights, self.bias, channels
        )
        outputs = self._verify_project(outputs)
        height, width, _ = self.output_shape()
        rect = self.output_rect()
        if rect.y1 > height or (rect.x0, rect.x1) != (0, width):
            raise VerifyException(
                f"rect {tuple(rect)} is not whole rows of a result of "
                f"{height}x{width}"
            )
        self.verify_output((1, rect.height, width, outputs))
        if not 1 <= self.group.value.data <= channels:
            raise VerifyException(
                f"group is {self.group.value.data}; the middle has {channels} channels"
            )
        most = most_kept(self.window.data)
        if not 0 <= self.keep.value.data <= most:
            raise VerifyException(
                f"keep is {self.keep.value.data}; neighbouring windows share {most} "
                "rows"
            )

    def _verify_project(self, channels: int) -> int:
        """Channels of the result, where the depthwise convolution's has so many."""
        given = (
            self.project_weights,
            self.project_bias,
            self.project_clamp,
            self.project_scales,
            self.depthwise_quant,
        )
        if all(each is None for each in given):
            return channels
        project = self.project_convolution()
        if project is None or self.project_weights is None or self.project_bias is None:
            raise VerifyException(
                "project needs weights and bias, project_clamp, project_scales and "
                "depthwise_quant, all or none of them"
            )
        quant_of(activation_type((1, 1, 1, channels), project.input))
        return project.verify(self.project_weights, self.project_bias, channels)

    def _verify_rows(self) -> None:
        first, last = self.rows_of_output()
        rows = self.kept_rows()
        start, stop = rows.kept(first)
        if len(self.kept) != stop - start or (first == 0 and self.kept):
            raise VerifyException(
                f"{len(self.kept)} rows are kept; output row {first} needs "
                f"{'none' if first == 0 else f'none or rows [{start}, {stop})'}"
            )
        computed = rows.computed(first, last)
        if self.middle_rows.data != computed:
            raise VerifyException(
                f"middle_rows are {list(self.middle_rows.data)}; output rows "
                f"[{first}, {last}) compute {list(computed)}"
            )
        start, stop = self.stored_rows()
        if len(self.stored) != stop - start:
            raise VerifyException(
                f"{len(self.stored)} rows are stored; the next part keeps "
                f"{stop - start} of those that are computed"
            )
        for row in (*self.kept, *self.stored):
            if row.type != self.middle_type():
                raise VerifyException(
                    f"a row of the middle has type {row.type}, not {self.middle_type()}"
                )

    def _verify_input(self) -> None:
        start, stop = self.input_rows()
        if (self.input is None) != (start == stop):
            raise VerifyException(
                f"the part reads rows [{start}, {stop}) of the input; "
                f"{'one' if self.input is None else 'no'} operand must hold them"
            )
        if self.input is None:
            return
        rect = Rect(start, stop, 0, shape_of(self.input_type)[2])
        expected = with_rect(self.input_type, rect)
        if self.input.type != expected:
            raise VerifyException(
                f"input has type {self.input.type}; rows [{start}, {stop}) have "
                f"{expected}"
            )

    def macs(self) -> int:
        first, last = self.middle_rows.data
        _, width, channels = self.middle_shape()
        pixel = prod(self.producer_window.data.kernel)
        if self.producer.data == "conv_2d":
            pixel *= shape_of(self.producer_weights)[3]
        pixels = prod(shape_of(self.result)[:3])
        consumer = pixels * self.depthwise_channels() * prod(self.window.data.kernel)
        if self.project_weights is not None:
            consumer += pixels * prod(shape_of(self.project_weights))
        return (last - first) * width * channels * pixel + consumer

    def build_chain(self, parts: Sequence[Rect]) -> Chain:
        start = self.middle_rows.data[0] - len(self.kept)
        rows = {start + index: value for index, value in enumerate(self.kept)}
        operations: list[Operation] = []
        outputs: list[SSAValue] = []
        for rect in parts:
            operations += self._build_part(rect, rows)
            outputs.append(operations[-1].results[0])
        state = [rows[row] for row in range(*self.stored_rows())]
        return Chain(operations, outputs, state)

    def _build_part(self, part: Rect, rows: dict[int, SSAValue]) -> list[Operation]:
        """A part, and before it the slice that it reads; adds its rows to `rows`."""
        first, last = (self.rows_of_output()[0] + y for y in (part.y0, part.y1))
        chain = self.kept_rows()
        computed = chain.computed(first, last)
        is_end = last == self.output_shape()[0]
        stored = (0, 0) if is_end else chain.handed_on(first, last)
        window, height = self.producer_window.data, shape_of(self.input_type)[1]
        operations: list[Operation] = []
        inputs: list[SSAValue] = []
        needed = input_rows(window, *computed, height)
        if self.input is not None and needed[0] < needed[1]:
            inputs.append(self.input)
            own = self.input_rows()
            if needed != own:
                width = shape_of(self.input)[2]
                rect = Rect(needed[0] - own[0], needed[1] - own[0], 0, width)
                operations.append(SliceOp(self.input, rect))
                inputs = [operations[-1].results[0]]
        result = FusedRowsOp.build(
            operands=[
                [rows[row] for row in range(*chain.kept(first))],
                inputs,
                self.producer_weights,
                self.producer_bias,
                self.weights,
                self.bias,
                () if self.project_weights is None else (self.project_weights,),
                () if self.project_bias is None else (self.project_bias,),
            ],
            result_types=[
                with_rect(tensor_type(self.result), part),
                [self.middle_type()] * (stored[1] - stored[0]),
            ],
            properties={
                **self.properties,
                "rect": RectAttr(
                    Rect(first, last, 0, self.output_shape()[1])
                ),
                "middle_rows": PairAttr(computed),
            },
            attributes=self.attributes,
        )
        result.location = self.location
        for row, value in zip(range(*stored), result.stored, strict=True):
            value.name_hint = f"m{row}"
            rows[row] = value
        return [*operations, result]

    def evaluate(self, *operands: Array) -> tuple[Array, ...]:
        project = self.project_convolution()
        last_operands = operands[-2:] if project is not None else ()
        others = operands[: len(operands) - len(last_operands)]
        *rows, producer_weights, producer_bias, weights, bias = others
        if self.input is None:
            _, _, width, channels = shape_of(self.input_type)
            rows.append(np.zeros((1, 0, width, channels), np.int8))
        *kept, x = rows
        computed = self.middle_rows.data
        middle = _compute(
            self.producer_convolution(),
            (x, producer_weights, producer_bias),
            self.input_rows(),
            computed,
        )
        first, last = self.rows_of_output()
        start = computed[0] - len(kept)
        output = _compute(
            self.consumer_convolution(),
            (np.concatenate([*kept, middle], axis=1), weights, bias),
            (start, computed[1]),
            (first, last),
        )
        if project is not None:
            output = project.evaluate(output, *last_operands)
        stored = (y - computed[0] for y in range(*self.stored_rows()))
        return output, *(middle[:, y : y + 1] for y in stored)


def _compute(
    convolution: Convolution,
    operands: tuple[Array, Array, Array],
    given: Interval,
    wanted: Interval,
) -> Array:
    """Rows `wanted` of a convolution of which rows `given` of the input are there."""
    window = convolution.window
    x = operands[0]
    if wanted[0] == wanted[1]:
        width = window.output_size(1, x.shape[2])
        outputs = len(operands[2])
        return np.zeros((1, 0, width, outputs), np.int8)
    start = wanted[0] * window.stride[0] - window.pads.top
    stop = (wanted[1] - 1) * window.stride[0] - window.pads.top + window.extent(0)
    if given[0] == given[1]:
        given = (start, start)
    pads = Pads(given[0] - start, stop - given[1], *window.pads[2:])
    part = Window(window.kernel, window.stride, pads, window.dilation)
    return Convolution(
        convolution.depthwise,
        part,
        convolution.clamp,
        convolution.weight_scales,
        convolution.input,
        convolution.output,
    ).evaluate(*operands)


OPERATIONS = (FusedRowsOp,)
