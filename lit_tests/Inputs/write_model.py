"""Writes a small `.tflite` model (a convolution, a reshape): `write_model.py FILE`."""

import sys
from pathlib import Path

import numpy as np

from tools.tflite_writer import Quant, TFLiteWriter

writer = TFLiteWriter()
image = writer.input("image", shape=(1, 4, 6, 2), scale=0.5, zero_point=-3)
convolved = writer.conv_2d(
    image,
    weights=np.ones((3, 3, 3, 2), np.int8),
    bias=None,
    weight_scales=[0.5],
    output=Quant(0.25, 4),
    stride=(2, 2),
    activation="RELU6",
    name="a/conv",
)
writer.output(writer.reshape(convolved, (1, 18), output=None))
Path(sys.argv[1]).write_bytes(writer.finish())
