"""Write quantized `.tflite` models, one operator at a time.

```python
writer = TFLiteWriter("one convolution")
x = writer.input("x", shape=(1, 8, 8, 3), scale=0.5, zero_point=-3)
y = writer.conv_2d(
    x, weights=weights, bias=bias, weight_scales=scales, output=Quant(0.25, 4)
)
writer.output(y)
data = writer.finish()
```

A method per operator computes the shape of its output, checks its arguments and adds
one `operator`; tensors are named by their index in the file. Operators are written in
the order of the calls. Every wrong argument is a `ValueError` of one line.

Source: the TFLite schema, version 3 (file identifier TFL3), through the PyPI package
`tflite`; operator versions as the TFLite converter chooses them for int8.
"""

from tools.tflite_writer.arguments import window_output
from tools.tflite_writer.kinds import OPERATOR_KINDS, OperatorKind
from tools.tflite_writer.model import (
    NO_TENSOR,
    Activation,
    Array,
    Option,
    Padding,
    Quant,
)
from tools.tflite_writer.writer import TFLiteWriter

__all__ = [
    "NO_TENSOR",
    "OPERATOR_KINDS",
    "Activation",
    "Array",
    "OperatorKind",
    "Option",
    "Padding",
    "Quant",
    "TFLiteWriter",
    "window_output",
]
