"""The passes by name, and the pipelines that the commands run."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from xdsl.passes import ModulePass

PASS_NAMES = (
    "fold-transposes",
    "fold-shuffles",
    "fold-reshapes",
    "fuse-pad",
    "fuse-tables",
    "fold-depthwise",
    "fold-constant-channels",
    "plan-stages",
    "fuse-rows",
    "stream-reductions",
    "split-height",
    "split-width",
    "fold-slices",
    "schedule",
    "convert-tinyts-to-tsbuf",
    "plan-arena",
    "choose-kernels",
    "verify-arena",
)
"""In the order in which a compilation runs them; file `lowering/<name>.py` each."""


VERIFICATION = "verify-arena"
"""What proves the arena of a placed module."""


def _loader(name: str) -> Callable[[], type[ModulePass]]:
    def load() -> type[ModulePass]:
        return import_module(f"lowering.{name.replace('-', '_')}").PASS

    return load


def all_passes() -> dict[str, Callable[[], type[ModulePass]]]:
    """Every pass of the project, loaded when it is asked for."""
    return {name: _loader(name) for name in PASS_NAMES}


def lowering_passes(
    *,
    split_height: int | None,
    split_width: int | None = None,
    order: str,
    fold_channels: bool,
    input: str,
    output: str,
) -> str:
    """From an imported model to kernels on unplaced buffers.

    Without a split height and width tensors stay whole.
    """
    passes = whole_tensor_passes(fold_channels=fold_channels).split(",")
    if split_height is not None:
        passes.append(f"split-height{{height={split_height}}}")
    if split_width is not None:
        passes.append(f"split-width{{width={split_width}}}")
    if split_height is not None or split_width is not None:
        passes.append("fold-slices")
        passes.append(f"schedule{{order={order}}}")
    passes.append(f"convert-tinyts-to-tsbuf{{input={input} output={output}}}")
    return ",".join(passes)


def whole_tensor_passes(*, fold_channels: bool) -> str:
    """From an imported model to whole tensors that can be planned."""
    fused = (
        "fold-transposes,fold-shuffles,fold-reshapes,fuse-pad,fuse-tables,"
        "fold-depthwise"
    )
    # sees the window's own pads, hence after fuse-pad
    return f"{fused},fold-constant-channels" if fold_channels else fused


def planned_passes(
    *,
    input: str,
    output: str,
    fuse: bool,
    overlap: str = "trail",
    concatenation: str = "copy",
    order: str = "staged",
) -> str:
    """From whole tensors with a plan as attributes to kernels on unplaced buffers."""
    passes = ["fuse-rows"] if fuse else []
    return ",".join(
        [
            *passes,
            "stream-reductions",
            "split-height",
            "split-width",
            "fold-slices",
            f"schedule{{order={order}}}",
            f"convert-tinyts-to-tsbuf{{input={input} output={output} "
            f"overlap={overlap} concatenation={concatenation}}}",
        ]
    )


def placing_passes(alignment: int, *, verify: bool = True) -> str:
    """From unplaced buffers to an arena, which is verified unless that comes later."""
    plan = f"plan-arena{{alignment={alignment}}}"
    return f"{plan},{VERIFICATION}" if verify else plan


SPARE = 7
"""Percent by which the smallest arena may grow as far as speed is worth it."""


def choosing_pass(
    *,
    target: str,
    kernels: str = "tinyts",
    size: int | None = None,
    flash: int | None = None,
    spare: int | None = None,
    unsplit: int | None = None,
) -> str:
    """The kernels of a target for a placed module, or those of a library.

    For their scratch the arena may grow up to `size`, and by `spare` percent where it
    is worth it, counting from the instructions of the `unsplit` schedule; their
    constants need at most `flash` bytes.
    """
    limits = {"size": size, "flash": flash, "spare": spare, "unsplit": unsplit}
    text = "".join(f" {k}={v}" for k, v in limits.items() if v is not None)
    return f'choose-kernels{{target={target} kernels="{kernels}"{text}}}'


def finishing_passes(
    *,
    target: str,
    kernels: str = "tinyts",
    size: int | None = None,
    flash: int | None = None,
    spare: int | None = None,
    unsplit: int | None = None,
) -> str:
    """The same, verified."""
    choice = choosing_pass(
        target=target,
        kernels=kernels,
        size=size,
        flash=flash,
        spare=spare,
        unsplit=unsplit,
    )
    return f"{choice},{VERIFICATION}"
