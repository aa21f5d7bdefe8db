"""Passes, by the text of their pipeline."""

from __future__ import annotations

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import PassPipeline

from lowering.pipelines import all_passes


def run_passes(module: ModuleOp, pipeline: str, *, verify: bool = True) -> ModuleOp:
    """The module itself, rewritten; raises what a pass or a verifier raises."""
    PassPipeline.parse_spec(all_passes(), pipeline).apply(Context(), module)
    if verify:
        module.verify()
    return module
