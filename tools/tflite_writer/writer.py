"""The writer of models."""

from __future__ import annotations

from tools.tflite_writer.serializer import Serializer
from tools.tflite_writer.shapes import ShapeOperators
from tools.tflite_writer.state import StateOperators
from tools.tflite_writer.values import ValueOperators
from tools.tflite_writer.windows import WindowOperators


class TFLiteWriter(WindowOperators, ValueOperators, ShapeOperators, StateOperators):
    """Builds one int8 model with one subgraph, and one that initializes variables."""

    def finish(self) -> bytes:
        """The bytes of the model; the same calls give the same bytes."""
        if not self.outputs:
            raise ValueError("the model has no output")
        return Serializer().model(self, self._initialization())

    def _initialization(self) -> TFLiteWriter | None:
        """What CALL_ONCE runs; None where no variable has an initial value."""
        once = TFLiteWriter()
        for variable in self.variables.values():
            if variable.initial is not None:
                handle = once.variable(variable.name, variable.shape, variable.quant)
                value = once.constant(variable.initial, variable.quant)
                once.assign_variable(handle, value)
        return once if once.operators else None
