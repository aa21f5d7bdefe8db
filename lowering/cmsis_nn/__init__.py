"""Layers as calls of CMSIS-NN, a file for each kind; `--kernels cmsis-nn`.

Every file here defines `KERNELS`, the portable kernels for which a function of CMSIS-NN
stands, and `propose(layer)`: a `Proposal` where CMSIS-NN can read the slices of all
calls, which lie in memory without gaps, and computes the same bytes; else none. The
files are found by themselves. What CMSIS-NN asks for is in its public header
`arm_nnfunctions.h`; docs/cmsis-nn.md says what keeps a layer away from it.
"""

from __future__ import annotations

VARIANT = "cmsis_nn"
"""The variant of a kernel whose function calls CMSIS-NN: `runtime_c/cmsis_nn/`."""


def calls_library(function: str) -> bool:
    """Whether a function of the runtime, without `tinyts_`, calls CMSIS-NN."""
    return function.endswith(f"_{VARIANT}")
