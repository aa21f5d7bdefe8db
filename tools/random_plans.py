"""Plans drawn from a seed: what no search would choose, but the passes must lower.

A plan is attributes on the ops of a module of whole tensors, as `plan-stages` writes
them, and a pipeline that lowers it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from io import StringIO
from pathlib import Path

from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, StringAttr, UnitAttr, i64
from xdsl.passes import PassPipeline
from xdsl.printer import Printer

from lowering.fuse_rows import KINDS
from lowering.pipelines import (
    all_passes,
    placing_passes,
    planned_passes,
    whole_tensor_passes,
)
from lowering.stages.legality import is_fusible, reduction_input
from tinyts_dialect.attributes import PairAttr
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.tensors import image_shape, shape_of
from tools.compiler import Compiled
from tools.import_tflite import import_tflite
from tools.options import CompileOptions
from tools.tflite_file import read_tflite_path

HEIGHTS = (0, 1, 1, 1, 2, 3, 4, 5, 7)
"""Rows of slices that are drawn; 0 leaves tensors whole."""

WIDTHS = (1, 2, 3, 5, 8)
"""Columns of tiles that are drawn."""

ORDERS = ("staged", "staged", "staged", "staged", "df", "bf")
OVERLAPS = ("trail", "trail", "trail", "same", "none")

CONCATENATIONS = ("copy", "in-place")

MAX_GROUP = 16
MAX_KEEP = 6


def write_random_plan(module: ModuleOp, rng: random.Random) -> None:
    """Writes a random plan as attributes on the ops of a module of whole tensors."""
    ops = [op for op in module.walk() if isinstance(op, TensorOp)]
    cut, fuse, stream, own_height, tiles = (
        rng.choice((0.0, 0.1, 0.3)),
        rng.choice((0.5, 0.8, 1.0)),
        rng.choice((0.0, 0.6, 1.0)),
        rng.choice((0.0, 0.0, 0.3, 1.0)),
        rng.choice((0.0, 0.0, 0.5, 1.0)),
    )
    stage, height, width = 0, rng.choice(HEIGHTS), rng.choice(WIDTHS)
    taken: set[TensorOp] = set()
    for op in ops:
        if rng.random() < cut:
            stage, height = stage + 1, rng.choice(HEIGHTS)
            width = rng.choice(WIDTHS)
        op.stage = IntegerAttr(stage, i64)
        rows = rng.choice(HEIGHTS) if rng.random() < own_height else height
        if rows:
            columns = image_shape(shape_of(op.output()))[1]
            if rng.random() < tiles:
                columns = min(columns, width)
            op.slice = PairAttr((rows, columns))
        if reduction_input(op) is not None and rng.random() < stream:
            op.stream = UnitAttr()
        kinds = [kind for kind in KINDS if is_fusible(op, kind)]
        if kinds and op not in taken and rng.random() < fuse:
            taken.add(_fuse(op, rng.choice(kinds), rng))


def _fuse(op: TensorOp, kind: str, rng: random.Random) -> TensorOp:
    """Says how an op is fused with its only reader, which is the result."""
    op.fuse = StringAttr(kind)
    if kind == "rows":
        op.attributes["group"] = IntegerAttr(rng.randint(1, MAX_GROUP), i64)
        if rng.random() < 0.3:
            op.attributes["keep"] = IntegerAttr(rng.randint(0, MAX_KEEP), i64)
    reader = next(iter(op.output().uses)).operation
    if not isinstance(reader, TensorOp):
        raise TypeError(f"{reader.name} cannot be fused")
    return reader


@dataclass(frozen=True)
class RandomPlan:
    """Whole tensors with a plan on them, and the passes that lower it."""

    module: ModuleOp
    options: CompileOptions
    order: str
    """As of `schedule`."""
    overlap: str
    """As of `convert-tinyts-to-tsbuf`."""
    concatenation: str
    """The same."""

    @property
    def pipeline(self) -> str:
        """The passes from the whole tensors to an arena."""
        return self._pipeline(fuse=True)

    @property
    def unfused_pipeline(self) -> str:
        """The same without fused kernels."""
        return self._pipeline(fuse=False)

    def _pipeline(self, fuse: bool) -> str:
        passes = planned_passes(
            input=self.options.input,
            output=self.options.output,
            fuse=fuse,
            overlap=self.overlap,
            concatenation=self.concatenation,
            order=self.order,
        )
        return f"{passes},{placing_passes(self.options.alignment)}"


def plan_randomly(path: Path, options: CompileOptions, seed: int) -> RandomPlan:
    """A random plan of a model file; the options say nothing but places and folding."""
    rng = random.Random(f"plan {seed}")
    module = run_passes(
        import_tflite(read_tflite_path(path), path.stem),
        whole_tensor_passes(fold_channels=options.fold_channels == "on"),
    )
    write_random_plan(module, rng)
    return RandomPlan(
        module,
        options,
        rng.choice(ORDERS),
        rng.choice(OVERLAPS),
        rng.choice(CONCATENATIONS),
    )


def run_passes(module: ModuleOp, pipeline: str) -> ModuleOp:
    """A module after the passes of a pipeline; the argument stays as it is."""
    result = module.clone()
    PassPipeline.parse_spec(all_passes(), pipeline).apply(Context(), result)
    result.verify()
    return result


def module_text(module: ModuleOp) -> str:
    """A module as `tinyts-opt` reads it, with the names of its tensors."""
    stream = StringIO()
    Printer(stream, print_debuginfo=True).print_op(module)
    return stream.getvalue() + "\n"


@dataclass(frozen=True)
class RandomlyPlanned(Compiled):
    """A model compiled with a plan that was drawn."""

    random_plan: RandomPlan | None = None

    @cached_property
    def unfused(self) -> Compiled:
        """The same plan without fused kernels: every tensor exists in memory."""
        plan = self.random_plan
        if plan is None or not self.fused_layers:
            return self
        placed = run_passes(plan.module, plan.unfused_pipeline)
        return replace(self, placed=placed, random_plan=None)


def compile_randomly(path: Path, options: CompileOptions, seed: int) -> Compiled:
    """Compiles a model file with the random plan of a seed."""
    data = read_tflite_path(path)
    plan = plan_randomly(path, options, seed)
    return RandomlyPlanned(
        path,
        path.stem,
        options,
        sha256(data).hexdigest(),
        import_tflite(data, path.stem),
        run_passes(plan.module, plan.pipeline),
        random_plan=plan,
    )
