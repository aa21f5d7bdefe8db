"""How an operation is called: its kernel's specification, with rows checked first."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NoReturn

from xdsl.utils.exceptions import PassFailedException

from lowering.calls.kernel_spec import CallRows, KernelSpec
from lowering.operators import lowerings
from lowering.places.state import layer_key
from lowering.places.storage import Rows, Storage
from lowering.places.tiled_tensors import check_window_columns
from tinyts_dialect.interfaces import TensorOp, WindowedOp
from tinyts_dialect.ops.fused_rows import FusedRowsOp
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.windows import Window


class CallSpecs:
    """The specifications of a function's calls; raises PassFailedException."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._of_steps: dict[Hashable, KernelSpec] = {}

    def of(self, op: TensorOp, sources: Sequence[Rows], target: Rows) -> KernelSpec:
        """The call of an operation; all steps of a layer like the last one."""
        key = layer_key(op)
        if isinstance(op, StepOp):
            self._check_step(op, sources[0])
            if key in self._of_steps:
                return self._of_steps[key]
            op = self.storage.state.last_steps[key]
        lower = lowerings().get(type(op))
        if lower is None:
            raise PassFailedException(
                f"convert-tinyts-to-tsbuf: {op.name} has no lowering"
            )
        rows = CallRows(
            target.interval,
            tuple(source.interval for source in sources),
            self.storage.computed_rows(target.tensor),
            self._first_columns(target, sources),
        )
        if isinstance(op, WindowedOp):
            window = op.get_window()
            padding = rows.padding(window)
            self._check_window(op, window, rows.output, -padding["h"], sources[0])
            check_window_columns(
                op, self.storage, window, -padding["w"], sources[0], target
            )
        elif isinstance(op, FusedRowsOp):
            window = op.producer_window.data
            top = sources[0].first - op.input_rows()[0] - window.pads.top
            self._check_window(op, window, op.middle_rows.data, top, sources[0])
        spec = lower(op, rows)
        if isinstance(op, StepOp):
            self._of_steps[key] = spec
        return spec

    def _first_columns(self, target: Rows, sources: Sequence[Rows]) -> tuple[int, int]:
        """The first columns of an output, and of the first input, as stored."""
        if target.columns is None and all(rows.columns is None for rows in sources):
            return 0, 0
        place = self.storage.place
        return place(target).x0, place(sources[0]).x0

    def _check_step(self, op: StepOp, source: Rows) -> None:
        """A step counts the rows of its input as the stored tensor does."""
        height = self.storage.tensors[source.tensor].image.height
        if (source.interval, height) != (op.rows.data, op.height.value.data):
            fail(
                op,
                f"reads rows {list(source.interval)} of {height}, not rows "
                f"{list(op.rows.data)} of {op.height.value.data}",
            )

    def _check_window(
        self,
        op: TensorOp,
        window: Window,
        outputs: tuple[int, int],
        top: int,
        source: Rows,
    ) -> None:
        """The rows that a part reads are those that its layer's window reads there.

        The window of output row 0 begins at row `top` of the stored input.
        """
        height = self.storage.height(source.tensor)
        start = top + outputs[0] * window.stride[0]
        stop = top + (outputs[1] - 1) * window.stride[0] + window.extent(0)
        reads = (max(start, 0), min(stop, height))
        if outputs[0] < outputs[1] and reads[0] < reads[1] and not (
            source.first <= reads[0] and reads[1] <= source.last
        ):
            fail(
                op,
                f"pads rows that exist in its input: it would read rows "
                f"{list(reads)}, not {list(source.interval)}",
            )


def layer_number(op: TensorOp) -> int:
    """The tensor of the file that an operation computes; -1 if none."""
    return -1 if op.layer is None else op.layer.value.data


def fail(op: TensorOp, message: str) -> NoReturn:
    """Raises PassFailedException, with the operation's layer."""
    raise PassFailedException(
        f"convert-tinyts-to-tsbuf: {op.name} of layer {layer_number(op)} {message}"
    )
