"""Operators that keep state from run to run."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tools.tflite_writer.arguments import activation_code, check_array
from tools.tflite_writer.graph import GraphWriter
from tools.tflite_writer.model import NO_TENSOR, SCHEMA, Array, Quant, Variable


class StateOperators(GraphWriter):
    """Resource variables, SVDF and UNIDIRECTIONAL_SEQUENCE_LSTM."""

    def variable(
        self,
        name: str,
        shape: Sequence[int],
        quant: Quant,
        initial: Array | None = None,
    ) -> int:
        """Add a resource variable by a VAR_HANDLE and return the handle's tensor.

        With `initial`, int8 of that shape, a second subgraph assigns it, once.
        """
        variable = Variable(name, tuple(shape), quant, initial)
        if initial is not None and initial.shape != variable.shape:
            raise ValueError(f"variable {name} of another shape than its initial value")
        handle = self._add_tensor(f"{name}/handle", (), "resource", (), ())
        self.operator("VAR_HANDLE", (), (handle,), {"shared_name": name})
        self.variables[handle] = variable
        return handle

    @property
    def has_initial_values(self) -> bool:
        """Whether there is a subgraph that CALL_ONCE runs."""
        return any(item.initial is not None for item in self.variables.values())

    def read_variable(
        self, handle: int, *, name: str | None = None, quant: Quant | None = None
    ) -> int:
        """READ_VARIABLE of the handle of a variable."""
        variable = self.variables[handle]
        name = self._name("read_variable", name)
        y = self.activation(name, variable.shape, quant or variable.quant)
        self.operator("READ_VARIABLE", (handle,), (y,))
        return y

    def assign_variable(self, handle: int, x: int) -> None:
        """ASSIGN_VARIABLE of a tensor of the variable's size."""
        if math.prod(self.shape(x)) != math.prod(self.variables[handle].shape):
            raise ValueError(f"tensor {x} has another size than the variable")
        self.operator("ASSIGN_VARIABLE", (handle, x), ())

    def state(
        self, name: str, shape: Sequence[int], quant: Quant, dtype: str = "int8"
    ) -> int:
        """Add a tensor that an operator keeps from run to run (`is_variable`)."""
        scales, zero_points = (quant.scale,), (quant.zero_point,)
        index = self._add_tensor(
            name, shape, dtype, scales, zero_points, is_variable=True
        )
        self._available.add(index)
        return index

    def svdf(
        self,
        x: int,
        *,
        feature_weights: Array,
        feature_scale: float,
        time_weights: Array,
        time_scale: float,
        bias: Array,
        rank: int,
        state: Quant,
        output: Quant,
        name: str | None = None,
    ) -> int:
        """SVDF of [1,K] with weights int8[F,K] and int8 or int16 [F,M], bias [F/rank].

        The state is of the type of the weights over time, its scale that of `state`.
        """
        name = self._name("svdf", name)
        filters, memory = time_weights.shape
        check_array("feature weights", feature_weights, np.int8, 2)
        if feature_weights.shape != (filters, self.shape(x)[1]) or filters % rank:
            raise ValueError(f"feature weights of shape {feature_weights.shape}")
        kernel = self.weights(feature_weights, [feature_scale], 0, f"{name}/features")
        time = self.constant(time_weights, Quant(time_scale), f"{name}/time")
        scale = float(np.float32(state.scale) * np.float32(time_scale))
        added = self.constant(bias, Quant(scale), f"{name}/bias")
        dtype = time_weights.dtype.name
        kept = self.state(f"{name}/state", (1, filters * memory), state, dtype)
        y = self.activation(name, (1, filters // rank), output)
        self.operator(
            "SVDF",
            (x, kernel, time, added, kept),
            (y,),
            {"rank": rank, "fused_activation_function": activation_code("RELU")},
        )
        return y

    def sequence_lstm(
        self,
        x: int,
        *,
        input_weights: Sequence[Array],
        input_scales: Sequence[float],
        recurrent_weights: Sequence[Array],
        recurrent_scales: Sequence[float],
        biases: Sequence[Array],
        hidden: Quant,
        cell_scale: float,
        cell_clip: float = 0.0,
        time_major: bool = False,
        name: str | None = None,
    ) -> int:
        """UNIDIRECTIONAL_SEQUENCE_LSTM of [1,T,K], or [T,1,K] with `time_major`.

        Weights int8[N,K] and int8[N,N] and biases int32[N] are of the gates input,
        forget, cell, output. The output has the quantization `hidden`.
        """
        name = self._name("sequence_lstm", name)
        units = biases[0].shape[0]
        matrices = [
            self.weights(weights, [scale], 0)
            for weights, scale in zip(
                (*input_weights, *recurrent_weights),
                (*input_scales, *recurrent_scales),
                strict=True,
            )
        ]
        input_scale = self.quant(x).scale
        added = [
            self.constant(bias, Quant(input_scale * scale))
            for bias, scale in zip(biases, input_scales, strict=True)
        ]
        states = (
            self.state(f"{name}/hidden", (1, units), hidden),
            self.state(f"{name}/cell", (1, units), Quant(cell_scale), "int16"),
        )
        y = self.activation(name, (*self.shape(x)[:2], units), hidden)
        none = (NO_TENSOR,)
        self.operator(
            "UNIDIRECTIONAL_SEQUENCE_LSTM",
            (x, *matrices, *none * 3, *added, *none * 2, *states, *none * 4),
            (y,),
            {
                "fused_activation_function": SCHEMA.ActivationFunctionType.TANH,
                "time_major": time_major,
                "cell_clip": cell_clip,
            },
        )
        return y
