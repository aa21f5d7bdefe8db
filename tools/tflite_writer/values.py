"""Operators on values: arithmetic, functions, other quantizations."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from tools.tflite_writer.arguments import activation_code
from tools.tflite_writer.graph import GraphWriter
from tools.tflite_writer.model import Activation, Option, Quant


class ValueOperators(GraphWriter):
    """Operators that keep each value at its place, and SOFTMAX."""

    def add(
        self,
        a: int,
        b: int,
        *,
        output: Quant,
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """ADD of two tensors, broadcast as NumPy does."""
        y = self.activation(self._name("add", name), self._broadcast(a, b), output)
        options = {"fused_activation_function": activation_code(activation)}
        self.operator("ADD", (a, b), (y,), options)
        return y

    def mul(
        self,
        a: int,
        b: int,
        *,
        output: Quant,
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """MUL of two tensors, broadcast as NumPy does."""
        y = self.activation(self._name("mul", name), self._broadcast(a, b), output)
        options = {"fused_activation_function": activation_code(activation)}
        multiplier = self.quant(a).scale * self.quant(b).scale / output.scale
        version = 2 if multiplier < 1 else 3
        self.operator("MUL", (a, b), (y,), options, version=version)
        return y

    def sub(
        self,
        a: int,
        b: int,
        *,
        output: Quant,
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """SUB of two tensors, broadcast as NumPy does."""
        options = {"fused_activation_function": activation_code(activation)}
        return self.binary("SUB", a, b, output=output, options=options, name=name)

    def unary(
        self,
        builtin: str,
        x: int,
        *,
        output: Quant | None = None,
        options: Mapping[str, Option] | None = None,
        name: str | None = None,
    ) -> int:
        """A function of each value; `output` is the input's quantization by default."""
        y = self.activation(
            self._name(builtin.lower(), name), self.shape(x), output or self.quant(x)
        )
        self.operator(builtin, (x,), (y,), options)
        return y

    def binary(
        self,
        builtin: str,
        a: int,
        b: int,
        *,
        output: Quant | None = None,
        options: Mapping[str, Option] | None = None,
        name: str | None = None,
    ) -> int:
        """A function of the values of two tensors, broadcast as NumPy does."""
        y = self.activation(
            self._name(builtin.lower(), name),
            self._broadcast(a, b),
            output or self.quant(a),
        )
        self.operator(builtin, (a, b), (y,), options)
        return y

    def quantize(
        self, x: int, output: Quant, dtype: str = "int8", *, name: str | None = None
    ) -> int:
        """QUANTIZE of floats, or of one quantized type to another."""
        y = self.activation(
            self._name("quantize", name), self.shape(x), output, dtype
        )
        self.operator("QUANTIZE", (x,), (y,))
        return y

    def dequantize(self, x: int, *, name: str | None = None) -> int:
        """DEQUANTIZE to float32."""
        name = self._name("dequantize", name)
        y = self.activation(name, self.shape(x), None, "float32")
        self.operator("DEQUANTIZE", (x,), (y,))
        return y

    def softmax(
        self,
        x: int,
        *,
        beta: float = 1.0,
        dtype: str = "int8",
        name: str | None = None,
    ) -> int:
        """SOFTMAX over the last axis to int8 or int16, whose range is 0 to 1."""
        if not (math.isfinite(beta) and beta > 0):
            raise ValueError(f"beta {beta} is not a positive number")
        name = self._name("softmax", name)
        limits = np.iinfo(dtype)
        quant = Quant(2.0**-limits.bits, limits.min)
        y = self.activation(name, self.shape(x), quant, dtype)
        self.operator("SOFTMAX", (x,), (y,), {"beta": beta})
        return y
