"""The source that joins a generated model with the firmware's protocol."""

from __future__ import annotations

from emitc.api import api_ports
from emitc.host import invoke_arguments
from emitc.model_files import render, row_type
from emitc.program import Program

UPLOADS = ("raw", "uint8", "float32")
"""What a host sends: the model's own bytes, bytes less 128, or floats."""

BENCHMARKS = {"ic01": "uint8", "vww01": "uint8", "kws01": "raw", "ad01": "float32"}
"""The models of MLPerf Tiny, and what its runner uploads for each."""


def model_text(program: Program, title: str, upload: str) -> str:
    """The text of `firmware_model.c`; ValueError where the upload does not fit.

    `title` is what the protocol calls the model. The result of ad01, an autoencoder, is
    how far its output is from the upload.
    """
    inputs = api_ports(program, "input")
    outputs = api_ports(program, "output")
    other = {"uint8": "uint8_t", "float32": "float"}.get(upload)
    if other is not None and any(port.port.dtype != "int8" for port in inputs):
        raise ValueError(f"an upload of {upload} needs inputs of int8; give raw")
    autoencoder = title == "ad01"
    sizes = [(port.size, port.offset) for port in [*inputs, *outputs]]
    if autoencoder and (len(sizes) != 2 or sizes[0][0] != sizes[1][0]):
        raise ValueError("ad01 has one input and one output of the same size")
    return render(
        "firmware_model.c.j2",
        p=program,
        title=title,
        inputs=inputs,
        outputs=outputs,
        uploaded={port.port.index: other or port.c_type for port in inputs},
        inputs_by_rows=inputs[0].rows is not None,
        arguments=invoke_arguments(inputs, outputs),
        row_type=row_type(program, inputs),
        error_of_autoencoder=autoencoder,
    )
