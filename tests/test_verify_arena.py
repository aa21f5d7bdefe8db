"""`verify-arena` on hand-made plans, and against what moved buffers really compute."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from support_unit import (
    Array,
    LoweredText,
    function_of,
    generated_inputs,
    interpreted,
    random_bytes,
    transformed,
)
from xdsl.context import Context
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, StringAttr, i64
from xdsl.utils.exceptions import PassFailedException

from emitc.model_files import header_text, source_text
from emitc.project import RUNTIME
from emitc.read_program import read_program
from lowering.accesses import arena_and_function
from lowering.verify_arena import VerifyArena
from tinyts_dialect.tsbuf import BufferOp
from tools.import_tflite import import_tflite
from tools.tflite_writer import Quant, TFLiteWriter


def verify(text: LoweredText) -> None:
    transformed(text.module(), "verify-arena")


def refused(text: LoweredText, message: str) -> None:
    with pytest.raises(PassFailedException, match=message) as error:
        verify(text)
    assert "\n" not in str(error.value)


# Hand-made plans: a (rows 0, 1) -> b -> y, as tables of one buffer each


def chain(a: int | None = 0, b: int | None = 8, arena_bytes: int = 16) -> LoweredText:
    """x -> a -> b -> y with a and b of two rows of 4 bytes at the given offsets."""
    text = LoweredText(arena_bytes)
    text.tensor("x", 2, port="input", external=True)
    text.tensor("y", 2, port="output", external=True)
    text.tensor("a", 2, a)
    text.tensor("b", 2, b)
    text.call(("a", 0, 2), ("x", 0, 2))
    text.call(("b", 0, 2), ("a", 0, 2))
    text.call(("y", 0, 2), ("b", 0, 2))
    return text


@pytest.mark.parametrize(("a", "b"), [(0, 8), (8, 0)])
def test_disjoint_buffers_pass(a: int, b: int) -> None:
    verify(chain(a, b))


@pytest.mark.parametrize(("a", "b"), [(0, 0), (0, 4), (4, 0), (4, 8)])
def test_operands_of_one_kernel_must_not_overlap(a: int, b: int) -> None:
    refused(chain(a, b), r"kernel 1 'any' of layer 1: 'input_1' overlaps its operands")


def test_buffers_that_are_alive_at_different_times_may_overlap() -> None:
    text = LoweredText(16)
    text.tensor("x", 2, port="input", external=True)
    text.tensor("y", 2, port="output", external=True)
    for name, offset in (("a", 0), ("b", 8), ("c", 0)):
        text.tensor(name, 2, offset)
    text.call(("a", 0, 2), ("x", 0, 2))
    text.call(("b", 0, 2), ("a", 0, 2))
    text.call(("c", 0, 2), ("b", 0, 2))
    text.call(("y", 0, 2), ("c", 0, 2))
    verify(text)
    text.call(("y", 0, 2), ("a", 0, 2))
    refused(text, r"kernel 4 'any' of layer 1: input 'input_1' was overwritten")


def test_a_byte_overwritten_too_early() -> None:
    """c takes the last row of a; reading the first row of a is fine, all of it not."""
    text = LoweredText(12)
    text.tensor("x", 2, port="input", external=True)
    text.tensor("y", 2, port="output", external=True)
    text.tensor("a", 2, 0)
    text.tensor("c", 2, 4)
    text.call(("a", 0, 2), ("x", 0, 2))
    text.call(("c", 0, 2), ("x", 0, 2))
    text.call(("y", 0, 2), ("a", 0, 1), ("c", 0, 2))
    verify(text)
    text.call(("y", 0, 2), ("a", 1, 2))
    refused(text, "kernel 3 .* 'input_1' was overwritten")


@pytest.mark.parametrize(("offset", "arena_bytes"), [(12, 16), (16, 16), (8, 12)])
def test_out_of_bounds(offset: int, arena_bytes: int) -> None:
    refused(
        chain(0, offset, arena_bytes),
        f"8 bytes at {offset} reaches beyond the arena of {arena_bytes}",
    )


def test_a_negative_offset_is_no_plan() -> None:
    with pytest.raises(Exception, match="offset is negative"):
        chain(0, -4).module()


@pytest.mark.parametrize("offset", [9, 10, 11])
def test_misaligned(offset: int) -> None:
    refused(chain(0, offset, 32), f"offset {offset} is no multiple of 4")


def test_no_offset() -> None:
    refused(chain(None), "run plan-arena first")


def test_no_size() -> None:
    text = chain()
    text.arena = ""
    refused(text, "run plan-arena first")


def test_read_before_written() -> None:
    text = LoweredText(8)
    text.tensor("y", 2, port="output", external=True)
    text.tensor("a", 2, 0)
    text.call(("y", 0, 2), ("a", 0, 2))
    refused(text, "kernel 0 .* input 'input_1' was overwritten")


def test_part_of_what_is_read_was_not_written() -> None:
    text = LoweredText(8)
    text.tensor("x", 2, port="input", external=True)
    text.tensor("y", 2, port="output", external=True)
    text.tensor("a", 2, 0)
    text.call(("a", 1, 2), ("x", 0, 2))
    text.call(("y", 0, 1), ("a", 1, 2))
    text.call(("y", 1, 2), ("a", 0, 2))
    refused(text, "kernel 2 .* input 'input_1' was overwritten")


@pytest.mark.parametrize("external", [True, False])
def test_output_incomplete(external: bool) -> None:
    text = LoweredText(8)
    text.tensor("x", 2, port="input", external=True)
    text.tensor("y", 2, None if external else 0, "output", external)
    text.call(("y", 1, 2), ("x", 0, 2))
    refused(text, "output 'y_bytes' is not complete")
    text.call(("y", 0, 1), ("x", 0, 2))
    verify(text)


def test_output_overwritten_at_the_end() -> None:
    text = LoweredText(12)
    text.tensor("x", 2, port="input", external=True)
    text.tensor("y", 2, 0, "output")
    text.tensor("a", 1, 4)
    text.call(("y", 0, 2), ("x", 0, 2))
    verify(text)
    text.call(("a", 0, 1), ("x", 0, 2))
    refused(text, "output 'y_bytes' is not complete")


def test_outputs_that_overlap() -> None:
    text = LoweredText(12)
    text.tensor("x", 2, port="input", external=True)
    text.tensor("y", 2, 0, "output")
    text.tensor("z", 2, 4, "output")
    text.call(("y", 0, 2), ("x", 0, 2))
    text.call(("z", 0, 2), ("x", 0, 2))
    refused(text, "output 'y_bytes' is not complete")


def test_inputs_that_overlap() -> None:
    text = LoweredText(12)
    text.tensor("x", 2, 0, "input")
    text.tensor("z", 2, 4, "input")
    text.tensor("y", 2, port="output", external=True)
    text.call(("y", 0, 2), ("x", 0, 1), ("z", 1, 2))
    refused(text, "the input overlaps")


def test_rows_of_an_input_that_are_over_may_be_taken() -> None:
    text = LoweredText(16)
    text.tensor("x", 4, 0, "input")
    text.tensor("y", 3, port="output", external=True)
    text.tensor("a", 1, 0)
    text.call(("y", 0, 2), ("x", 0, 2))
    text.call(("a", 0, 1), ("x", 1, 4))
    text.call(("y", 2, 3), ("a", 0, 1))
    verify(text)
    text.call(("y", 2, 3), ("x", 0, 1))
    refused(text, "kernel 3 .* input 'input_1' was overwritten")


def test_two_outputs_of_one_kernel_that_overlap() -> None:
    text = LoweredText(12)
    text.tensor("y", 1, port="output", external=True)
    text.tensor("a", 1, 0)
    text.tensor("b", 1, 0)
    text.call(("a", 0, 1))
    text.lines[-1] = text.lines[-1].replace(
        "outs(", f"outs({text.operand('other', 'b', 0, 1)}, "
    )
    text.call(("y", 0, 1), ("a", 0, 1))
    refused(text, "kernel 0 .* overlaps its operands")


def test_tables_of_scattered_rows() -> None:
    """The rows of one tensor lie in reverse order, with another buffer between."""
    text = LoweredText(16)
    text.tensor("x", 3, port="input", external=True)
    text.tensor("y", 3, port="output", external=True)
    for name, offset in (("top", 12), ("middle", 4), ("bottom", 0)):
        text.buffer(name, 1, offset)
    text.table("a", 3, ("top", 0), ("middle", 1), ("bottom", 2))
    text.tensor("between", 1, 8)
    text.call(("a", 0, 3), ("x", 0, 3))
    text.call(("between", 0, 1), ("a", 0, 3))
    text.call(("y", 0, 3), ("a", 0, 3), ("between", 0, 1))
    verify(text)
    text.tensor("late", 1, 4)
    text.call(("late", 0, 1), ("a", 2, 3))
    text.call(("y", 0, 1), ("a", 0, 1), ("late", 0, 1), ("a", 2, 3))
    verify(text)
    text.call(("y", 0, 1), ("a", 1, 2))
    refused(text, "kernel 5 .* input 'input_1' was overwritten")


def test_views_are_the_bytes_of_their_buffer() -> None:
    text = LoweredText(16)
    text.tensor("x", 4, port="input", external=True)
    text.tensor("y", 1, port="output", external=True)
    text.tensor("a", 4, 0)
    text.view("wide", "a_bytes", 2, 8)
    text.table("w", 2, ("wide", 0))
    text.call(("a", 2, 4), ("x", 0, 4))
    text.call(("y", 0, 1), ("w", 1, 2))
    verify(text)
    text.call(("y", 0, 1), ("w", 0, 1))
    refused(text, "kernel 2 .* input 'input_1' was overwritten")


def test_rows_that_no_buffer_holds() -> None:
    """A kernel must not name a row of a table that does not exist."""
    text = LoweredText(16)
    text.tensor("y", 1, port="output", external=True)
    text.buffer("top", 1, 0)
    text.buffer("bottom", 1, 4)
    text.table("a", 3, ("top", 0), ("bottom", 2))
    text.call(("a", 0, 1))
    text.call(("a", 2, 3))
    text.call(("y", 0, 1), ("a", 0, 3))
    with pytest.raises(Exception, match="row"):
        verify(text)


def test_kernels_do_not_work_in_place() -> None:
    text = LoweredText(8)
    text.tensor("x", 2, port="input", external=True)
    text.tensor("y", 2, port="output", external=True)
    text.tensor("a", 2, 0)
    text.call(("a", 0, 2), ("x", 0, 2))
    text.call(("a", 0, 1), ("a", 0, 2))
    text.call(("y", 0, 2), ("a", 0, 2))
    refused(text, "overlaps its operands")


# Moved buffers: what verify-arena lets pass computes the same bytes


def network(seed: int) -> ModuleOp:
    """A branch, windows of several sizes, a reshape: buffers of many lifetimes."""
    random = np.random.default_rng(seed)
    writer = TFLiteWriter("moved")
    x = writer.input("x", shape=(1, 8, 5, 2), scale=0.5, zero_point=-7)

    def convolution(source: int, inputs: int, outputs: int, kernel: int) -> int:
        return writer.conv_2d(
            source,
            weights=random_bytes(random, (outputs, kernel, kernel, inputs)),
            bias=None,
            weight_scales=[0.004],
            output=Quant(0.5, int(random.integers(-20, 20))),
        )

    first = convolution(x, 2, 3, 3)
    second = convolution(first, 3, 2, 1)
    third = convolution(second, 2, 3, 3)
    total = writer.add(first, third, output=Quant(0.8, 3))
    pooled = writer.max_pool_2d(total, filter=(2, 2), stride=(2, 2))
    flat = writer.reshape(pooled, (1, -1))
    writer.output(writer.softmax(flat), pooled)
    return import_tflite(writer.finish())


def lower(module: ModuleOp, seed: int) -> ModuleOp:
    """Kernels on placed buffers, by another schedule for every seed."""
    height, order = (1, 2, 3)[seed % 3], ("df", "bf")[seed % 2]
    place = ("external", "arena")[seed // 2 % 2]
    return transformed(
        module,
        f"split-height{{height={height}}},fold-slices,schedule{{order={order}}},"
        f"convert-tinyts-to-tsbuf{{input={place} output=external}},plan-arena,"
        "verify-arena",
    )


def moved_plans(placed: ModuleOp, seed: int, moves: int) -> list[ModuleOp]:
    """Copies, in each of which one buffer lies at another, random place.

    Their arena is half as large again as the plan needs: many moves do no harm.
    """
    random = np.random.default_rng(seed)
    plans: list[ModuleOp] = []
    for index in range(len(buffers_of(placed))):
        for _ in range(moves):
            copy = placed.clone()
            arena, _ = arena_and_function(copy)
            assert arena.bytes is not None
            size = arena.bytes.value.data // 8 * 12
            arena.bytes = IntegerAttr(size, i64)
            buffer = buffers_of(copy)[index]
            slots = (size - buffer.image.bytes) // 4 + 1
            buffer.offset = IntegerAttr(4 * int(random.integers(slots)), i64)
            plans.append(copy)
    return plans


def buffers_of(module: ModuleOp) -> list[BufferOp]:
    return [op for op in function_of(module).body.block.ops if isinstance(op, BufferOp)]


def accepted(module: ModuleOp) -> bool:
    try:
        VerifyArena().apply(Context(), module)
    except PassFailedException:
        return False
    return True


@dataclass(frozen=True)
class Library:
    """Many plans as functions of one shared object, with what runs plan k."""

    run: Callable[[int, Array], list[Array]]


def build(plans: list[ModuleOp], folder: Path, optimize: str = "-O0") -> Library:
    """Compiles the plans, which differ in offsets only."""
    sources: list[str] = []
    for index, plan in enumerate(plans):
        named = plan.clone()
        function_of(named).sym_name = StringAttr(f"p{index}")
        program = read_program(named)
        (folder / f"p{index}.h").write_text(header_text(program))
        (folder / f"p{index}.c").write_text(source_text(program))
        sources.append(f"p{index}.c")
    program = read_program(plans[0])
    kernels = [str(RUNTIME / "src" / f"{name}.c") for name in program.kernels()]
    command = ["gcc", optimize, "-shared", "-fPIC", "-w", f"-I{RUNTIME / 'include'}"]
    subprocess.run(
        [*command, *sources, *kernels, "-o", "plans.so"], check=True, cwd=folder
    )
    library = ctypes.CDLL(str(folder / "plans.so"))
    in_arena = bool(program.arena_ports)
    shapes = [port.shape for port in program.outputs]

    def run(index: int, x: Array) -> list[Array]:
        outputs = [np.zeros(shape, np.int8) for shape in shapes]
        pointers = (ctypes.c_void_p * len(outputs))(*(y.ctypes.data for y in outputs))
        arguments: list[object] = [ctypes.byref(pointers)]
        if in_arena:
            place = getattr(library, f"p{index}_input")
            place.restype = ctypes.c_void_p
            ctypes.memmove(place(), x.tobytes(), x.nbytes)
        else:
            arguments.insert(0, x.ctypes.data_as(ctypes.c_void_p))
        assert getattr(library, f"p{index}_invoke")(*arguments) == 0
        return outputs

    return Library(run)


@pytest.mark.parametrize("seed", range(4))
def test_moved_buffers_are_refused_or_do_no_harm(seed: int, tmp_path: Path) -> None:
    """Every buffer goes to random places; what passes computes what it did before."""
    module = network(seed)
    placed = lower(module, seed)
    plans = moved_plans(placed, seed, moves=2)
    passing = [plan for plan in plans if accepted(plan)]
    assert len(plans) - len(passing) > 5, "moves that never collide test nothing"
    assert len(passing) > 5, "without plans that pass nothing runs"
    library = build([placed, *passing], tmp_path)
    inputs = generated_inputs(module, seed)
    for run, expected in enumerate(zip(*interpreted(module, inputs), strict=True)):
        x = np.ascontiguousarray(inputs[0][run])
        for index in range(len(passing) + 1):
            for found, wanted in zip(library.run(index, x), expected, strict=True):
                np.testing.assert_array_equal(found, wanted, f"plan {index}")
