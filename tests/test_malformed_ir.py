"""Malformed IR, and passes on IR that they do not expect: one line, nothing written."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from support_malformed import every_operator
from test_malformed_input import time_limit
from xdsl.context import Context
from xdsl.passes import PassPipeline

from lowering.pipelines import all_passes
from tools.import_tflite import import_tflite
from tools.opt import main

pytestmark = pytest.mark.slow

T = "tensor<1x4x4x2xi8, #tinyts.quant<0.5 : f32, 0>>"
CLAMP = "clamp = #tinyts.clamp<-128, 127>"
PLACE = ["--plan-arena=strategy=greedy", "--verify-arena", "-t", "tinyts-c"]
LOWER = ["--convert-tinyts-to-tsbuf", *PLACE]
SPLIT = ["--fuse-pad", "--split-height=1", "--fold-slices", "--schedule", *LOWER]


def add(result: str, lhs: str, rhs: str, more: str = "", type_: str = T) -> str:
    return (
        f"%{result} = tinyts.add %{lhs}, %{rhs} {{{CLAMP}{more}}} "
        f": ({type_}, {type_}) -> {type_}\n"
    )


def function(body: str, result: str = "b", type_: str = T, name: str = "f") -> str:
    return (
        f"func.func @{name}(%a: {type_}) -> {type_} {{\n"
        f"{body}func.return %{result} : {type_}\n}}\n"
    )


def of_type(type_: str) -> str:
    return function(add("b", "a", "a", type_=type_), type_=type_)


def op(text: str, operands: str = T, result: str = T) -> str:
    """A function of one operation on %a."""
    return function(f"%b = {text} : ({operands}) -> {result}\n", type_=result)


def quant(shape: str, scale: str = "0.5", zero_point: int = 0) -> str:
    return f"tensor<{shape}xi8, #tinyts.quant<{scale} : f32, {zero_point}>>"


WINDOW = "window = #tinyts.window<[{}, {}], stride [{}, 1], pads [{}, {}, 0, 0]>"


def pool(kind: str, *window: int, result: str = T) -> str:
    text = f"tinyts.{kind}_pool_2d %a {{{WINDOW.format(*window)}, {CLAMP}}}"
    return function(f"%b = {text} : ({T}) -> {result}\n", type_=T)


def convolution(weights: str, bias: str, scales: str) -> str:
    return function(
        f"%w = tinyts.constant {weights}\n%c = tinyts.constant {bias}\n"
        f"%b = tinyts.conv_2d %a weights(%w, %c) {{{WINDOW.format(1, 1, 1, 0, 0)}, "
        f"{CLAMP}, weight_scales = {scales}}} : ({T}, {weights.split(' : ')[1]}, "
        f"{bias.split(' : ')[1]}) -> {T}\n"
    )


def fully_connected(bias: str, scales: str) -> str:
    k, weights = quant("1x4"), "tensor<4x4xi8>"
    return function(
        f"%w = tinyts.constant dense<1> : {weights}\n%c = tinyts.constant {bias}\n"
        f"%b = tinyts.fully_connected %a weights(%w, %c) {{{CLAMP}, weight_scales = "
        f"{scales}}} : ({k}, {weights}, {bias.split(' : ')[1]}) -> {k}\n",
        type_=k,
    )


PORT = '#tsbuf.port<{} 0 "x" layer 0 [1, 2, 2, 2] #tinyts.quant<0.5 : f32, 0>>'
BUFFER, TABLE = "!tsbuf.buffer<2x2x2xi8>", "!tsbuf.table<2x2x2xi8>"


def kernel(
    name: str = "reshape",
    rows: str = "[0, 2]",
    params: str = "{}",
    arena: str = "bytes = 8 : i64, alignment = 4 : i64",
    buffer: str = BUFFER,
) -> str:
    """A placed module that copies its input."""
    return f"""tsbuf.arena @sram {{{arena}}}
func.func @f() {{
%0 = tsbuf.external {{port = {PORT.format("input")}}} : {buffer}
%1 = tsbuf.external {{port = {PORT.format("output")}}} : {BUFFER}
%2 = tsbuf.rows %0 {{starts = [0]}} : ({buffer}) -> {TABLE}
%3 = tsbuf.rows %1 {{starts = [0]}} : ({BUFFER}) -> {TABLE}
tsbuf.kernel "{name}" outs(output = %3 {rows} : {TABLE})
  ins(input = %2 [0, 2] : {TABLE}) layer 5 params {params}
func.return
}}
"""


VALID = function(add("b", "a", "a"))
LOWERED = "tsbuf.arena @sram\nfunc.func @f() {\nfunc.return\n}\n"
SOFTMAX = "tinyts.softmax %a {{beta = {} : f32}}"
MEAN, JOIN = (
    "tinyts.mean %a {{axes = [{}]}}",
    "tinyts.concatenation %a, %a {{axis = {}}}",
)

CASES: dict[str, tuple[str, list[str], str]] = {
    # Text
    "empty": ("", [], r"is empty"),
    "garbage": ("garbage", [], r":1:8: Operation garbage is not registered"),
    "binary": ("\0\1\2", [], r":1:1: "),
    "unclosed string": ('"' + "a" * 3000, [], r":1:1: a string is not closed"),
    "unclosed constant": (
        f'%a = tinyts.constant dense<"0x{"00" * 5000}',
        [],
        r":1:28: a string is not closed",
    ),
    "truncated": (VALID[:150], [], r":\d+:\d+: "),
    "deep attribute": ("builtin.module attributes {a = " + "[" * 9999, [], r"nested"),
    "deep regions": ("builtin.module {" * 9999, [], r"nested too deeply"),
    "huge constant": (
        "%a = tinyts.constant dense<0> : tensor<99999x99999xi8>",
        [],
        r":1:33: a type of more than \d+ elements",
    ),
    "huge number": (
        "%a = tinyts.constant dense<1> : tensor<" + "9" * 99,
        [],
        r":1:\d+",
    ),
    "unknown operation": (op('"foo.bar"(%a)'), [], r"foo.bar is not registered"),
    # Types and attributes
    "wrong operand type": (
        VALID.replace("%a, %a {", "%a, %a {", 1).replace("1x4x4x2", "1x4x5x2", 1),
        [],
        r":\d+:\d+: operand is used with type",
    ),
    "wrong result": (
        op(f"tinyts.add %a, %a {{{CLAMP}, layer = 3 : i64}}", f"{T}, {T}", T)
        .replace("i64} : (" + T, "i64} : (" + T)
        .replace(f"-> {T}\nfunc.return", f"-> {quant('1x4x5x2')}\nfunc.return"),
        [],
        r"operand is used with type|result has shape",
    ),
    "unknown dimension": (
        of_type(quant("1x?x4x2")),
        [],
        r"tinyts.add.*\[1, \?, 4, 2\]",
    ),
    "empty dimension": (of_type(quant("1x0x4x2")), [], r"must be at least 1"),
    "too large": (of_type(quant("1x9999x9999x2")), [], r"a type of more than"),
    "scale 0": (
        of_type(quant("1x4", "0.0")),
        [],
        r"scale 0.0 is not a positive number",
    ),
    "zero point 200": (of_type(quant("1x4", "0.5", 200)), [], r"200 is not an int8"),
    "float tensor": (of_type("tensor<1x4xf32>"), [], r"expected a quantized int8"),
    "clamp": (VALID.replace("-128, 127", "5, 4"), [], r"clamp \[5, 4\] is not a range"),
    "constant of 64 bits": (
        "%a = tinyts.constant dense<1> : tensor<4xi64>",
        [],
        r"a constant of type i64; expected i8",
    ),
    "constant of 4 bits": (
        "%a = tinyts.constant dense<1> : tensor<4xi4>",
        [],
        r"a constant of type i4",
    ),
    "constant of nothing": (
        "%a = tinyts.constant dense<> : tensor<0xi8>",
        [],
        r"the value does not fill its shape",
    ),
    # Operations
    "stride 0": (pool("max", 1, 1, 0, 0, 0), [], r"stride and dilation must be at"),
    "huge pads": (pool("max", 1, 1, 1, 9**9, -(9**9)), [], r"reaches over more than"),
    "huge kernel": (pool("max", 9**9, 1, 1, 0, 0), [], r"window reaches over more"),
    "pool of padding": (pool("average", 1, 1, 1, 1, -1), [], r"wholly in the padding"),
    "pool of rank 0": (
        op(
            f"tinyts.max_pool_2d %a {{{WINDOW.format(1, 1, 1, 0, 0)}, {CLAMP}}}",
            quant("1")[:7] + quant("1")[9:],
            quant("1")[:7] + quant("1")[9:],
        ),
        [],
        r"input has shape \[\], expected \[1, H, W, C\]",
    ),
    "bias": (
        convolution(
            "dense<1> : tensor<2x1x1x2xi8>",
            "dense<1> : tensor<3xi32>",
            "dense<0.1> : tensor<2xf32>",
        ),
        [],
        r"tinyts.conv_2d, operation 2 of @f: bias must be an int32 tensor of 2 el",
    ),
    "multiplier": (
        convolution(
            "dense<1> : tensor<2x1x1x2xi8>",
            "dense<1> : tensor<2xi32>",
            "dense<1.0e30> : tensor<2xf32>",
        ),
        [],
        r"multiplier \S+ is too large",
    ),
    "bias of fully_connected": (
        fully_connected("dense<1> : tensor<3xi32>", "dense<0.1> : tensor<1xf32>"),
        [],
        r"bias must be an int32 tensor of 4 elements",
    ),
    "scale of fully_connected": (
        fully_connected("dense<1> : tensor<4xi32>", "dense<-0.1> : tensor<1xf32>"),
        [],
        r"the only weight scale must not be negative",
    ),
    "scales of fully_connected": (
        fully_connected("dense<1> : tensor<4xi32>", "dense<0.1> : tensor<2xf32>"),
        [],
        r"weight_scales must hold 4 values",
    ),
    "softmax depth": (
        op(SOFTMAX.format("1.0"), quant("1x4096"), quant("1x4096", "0.00390625", -128)),
        [],
        r"no last dimension of 1 to 4095|used with type",
    ),
    "mean axis": (op(MEAN.format("7"), T, T), [], r"axes \[7\] do not exist"),
    "mean of outer axes": (
        op(MEAN.format("1"), quant("1x1x2x4x5"), quant("1x1x2x4x5")).replace(
            "axes = [1]", "axes = [2]"
        ),
        [],
        r"result has shape",
    ),
    "concatenation axis": (
        op(JOIN.format(9), f"{T}, {T}"),
        [],
        r"axis 9 does not exist",
    ),
    "concatenation of batches": (op(JOIN.format(0), f"{T}, {T}"), [], r"axis 0 of"),
    "overlapping places": (
        op(
            "tinyts.concat %a, %a {places = [#tinyts.rect<[0, 4], [0, 4]>, "
            "#tinyts.rect<[0, 4], [0, 4]>]}",
            f"{T}, {T}",
        ),
        [],
        r"the places do not tile the result",
    ),
    "no places": (op("tinyts.concat {places = []}", ""), [], r"do not tile the result"),
    # Order
    "cycle": (
        function(add("b", "c", "a") + add("c", "b", "a")),
        SPLIT,
        r"tinyts.add, operation 0 of @f: an operand is defined later",
    ),
    "own operand": (
        function(add("b", "b", "a")),
        SPLIT,
        r"an operand is defined later",
    ),
    "view of itself": (
        "func.func @f() {\n"
        f"%0 = tsbuf.view %0 : {BUFFER} -> {BUFFER}\nfunc.return\n}}",
        [],
        r"tsbuf.view, operation 0 of @f: an operand is defined later",
    ),
    # Passes
    "split-height on tsbuf": (LOWERED, ["--split-height"], r"is already lowered"),
    "convert on tsbuf": (LOWERED, ["--convert-tinyts-to-tsbuf"], r"already lowered"),
    "plan-arena on tinyts": (VALID, ["--plan-arena"], r"run convert-tinyts-to-tsbuf"),
    "verify-arena on tinyts": (VALID, ["--verify-arena"], r"run convert-tinyts-to-"),
    "verify-arena first": (LOWERED, ["--verify-arena"], r"run plan-arena first"),
    "C of tinyts": (VALID, ["-t", "tinyts-c"], r"run convert-tinyts-to-tsbuf first"),
    "C of an unplaced module": (LOWERED, ["-t", "tinyts-c"], r"run plan-arena first"),
    "no function": ("builtin.module {}", LOWER, r"the module has 0 functions"),
    "no function to place": ("builtin.module {}", PLACE, r"0 tsbuf.arena and 0 func"),
    "two functions": (VALID + VALID.replace("@f", "@g"), LOWER, r"has 2 functions"),
    "no body": (f"func.func private @f({T}) -> {T}", LOWER, r"@f has 0 blocks"),
    "two blocks": (
        VALID.replace(
            "func.return", f"cf.br ^end(%b : {T})\n^end(%e: {T}):\nfunc.return"
        ),
        LOWER,
        r"function @f has 2 blocks; only one block can be lowered",
    ),
    "call": (
        op("func.call @f(%a)"),
        LOWER,
        r"function @f contains func.call, which has no lowering",
    ),
    "unregistered operation": (
        op('"foo.bar"(%a)'),
        ["--allow-unregistered-dialect", *LOWER],
        r"function @f contains foo.bar, which has no lowering",
    ),
    "no argument": (
        f"func.func @f() -> {T} {{\n%b = tinyts.constant dense<1> : {T}\n"
        f"func.return %b : {T}\n}}",
        LOWER,
        r"@f has no arguments",
    ),
    "no result": (f"func.func @f(%a: {T}) {{\nfunc.return\n}}", LOWER, r"no results"),
    "float argument": (
        "func.func @f(%a: f32) -> f32 {\nfunc.return %a : f32\n}",
        LOWER,
        r"argument 0: expected a tensor, found f32",
    ),
    "port name": (
        VALID.replace(f"%a: {T}", f"%a: {T} {{tinyts.name = 5 : i64}}"),
        LOWER,
        r"tinyts.name of input 0 is no string",
    ),
    "function name": (VALID.replace("@f", '@"a b"'), LOWER, r"'a b' is not a C ident"),
    "columns": (
        function(
            f"%b = tinyts.slice %a <[0, 4], [1, 3]> : {T} -> {quant('1x4x2x2')}\n",
        )
        .replace(f"-> {T} {{", f"-> {quant('1x4x2x2')} {{")
        .replace(f"%b : {T}", f"%b : {quant('1x4x2x2')}"),
        LOWER,
        r"slices of columns cannot be lowered",
    ),
    "rows computed twice": (
        function(
            add("c", "a", "a", ", layer = 3 : i64")
            + add("b", "c", "a", ", layer = 3 : i64")
        ),
        LOWER,
        r"rows of layer 3 are computed twice",
    ),
    "too many slices": (
        of_type(quant("1x900000x1x1")),
        ["--split-height"],
        r"makes 900000 slices, more than \d+; use a larger height",
    ),
    "height 0": (VALID, ["--split-height=0"], r"height is 0; it must be at least 1"),
    "no number": (VALID, ["--split-height=abc"], r"'split-height.*Incompatible types"),
    "no such pass": (VALID, ["-p", "split-hight"], r"'split-hight'.*lists the passes"),
    "no such option": (VALID, ["-p", "split-height{x=1}"], r"'split-height.*x"),
    "no pipeline": (VALID, ["-p", "split-height{"], r"pass pipeline"),
    "unknown order": (VALID, ["--schedule=zigzag"], r"order 'zigzag' is not one of"),
    "alignment 3": (LOWERED, ["--plan-arena=3"], r"3 is not a power of two"),
    "unknown strategy": (LOWERED, ["--plan-arena=strategy=x"], r"strategy 'x' is not"),
    # tsbuf
    "arena": (kernel(arena="bytes = 999999999999 : i64"), [], r"bytes are not 0 to"),
    "alignment": (kernel(arena="alignment = 3 : i64"), [], r"3 is not a power of two"),
    "port": (
        kernel(buffer="!tsbuf.buffer<2x2x1xi8>"),
        [],
        r"does not have the 4 bytes",
    ),
    "buffer of nothing": (kernel(buffer="!tsbuf.buffer<0x2x2xi8>"), [], r"at least 1"),
    "kernel name": (kernel("../../x"), [], r"'../../x' is not a name of a kernel"),
    "parameter name": (kernel(params="{A = 1 : i32}"), [], r"'A' is not a name"),
    "parameter": (kernel(params="{a = 0.5 : f32}"), PLACE, r"'a' is no integer"),
    "rows": (kernel(rows="[0, 3]"), [], r"rows \[0, 3\) of 'output' do not exist"),
    "three rows": (kernel(rows="[0, 1, 2]"), [], r"expected 2 row numbers, found 3"),
    "no table": (
        f"func.func @f(%a: {BUFFER}) {{\n%b = tsbuf.rows %a {{starts = [0]}} "
        f": ({BUFFER}) -> {TABLE}\nfunc.return\n}}",
        [],
        r"tsbuf.rows, operation 0 of @f: expected a buffer",
    ),
    "no inputs": (
        "tsbuf.arena @a {bytes = 4 : i64, alignment = 4 : i64}\n"
        "func.func @f() {\nfunc.return\n}",
        PLACE,
        r"function 'f' has no inputs or no outputs",
    ),
}


def refused(
    text: str, arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> str | None:
    """The one line of an error; None where there is none."""
    file, out = folder / "m.mlir", folder / "out"
    file.write_text(text, encoding="utf-8")
    with time_limit():
        code = main([str(file), *arguments, "-o", str(out)])
    captured = capsys.readouterr()
    assert captured.out == ""
    if code == 0:
        assert captured.err == ""
        out.unlink()
        return None
    assert code == 1
    (line,) = captured.err.splitlines()
    assert line.startswith((f"error: {file}:", "error: pass pipeline")), line
    assert "internal error" not in line
    assert sorted(folder.iterdir()) == [file]
    return line


@pytest.mark.parametrize("name", CASES)
def test_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, arguments, expected = CASES[name]
    line = refused(text, arguments, tmp_path, capsys)
    assert line is not None
    assert re.search(expected, line), line


def test_not_utf_8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "m.mlir"
    file.write_bytes(b"\xff\xfe")
    assert main([str(file)]) == 1
    assert "is not text in UTF-8" in capsys.readouterr().err


def test_no_layers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A function without the attributes of an imported one is lowered all the same."""
    text = function(add("c", "a", "a") + add("b", "c", "a"))
    assert refused(text, SPLIT, tmp_path, capsys) is None
    assert refused(text, LOWER, tmp_path, capsys) is None


def test_thousands_of_slices_of_slices(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        f"%v{i + 1} = tinyts.slice %v{i} <[0, 4], [0, 4]> : {T} -> {T}\n"
        for i in range(1200)
    ]
    text = function("".join(lines), "v1200").replace("%a", "%v0")
    assert refused(text, ["--fold-slices", *LOWER], tmp_path, capsys) is None
    line = refused(text, LOWER, tmp_path, capsys)
    assert line is None or "nested too deeply" in line


# --- Garbled text ---------------------------------------------------------------

STAGES = {
    "imported": ("", [SPLIT, [], ["--fold-constant-channels", *LOWER]]),
    "split": ("fuse-pad,split-height{height=3},fold-slices,schedule", [LOWER]),
    "lowered": ("fuse-pad,convert-tinyts-to-tsbuf", [PLACE]),
    "placed": (
        "fuse-pad,convert-tinyts-to-tsbuf,plan-arena{strategy=greedy}",
        [["--verify-arena", "-t", "tinyts-c"], ["-t", "tinyts-c"]],
    ),
}
TOKEN = re.compile(r'-?\d+(?:\.\d+(?:e[-+]\d+)?)?|[%@!#]?[A-Za-z_][\w.$-]*|"[^"]*"|\S')
NUMBERS = ("0", "1", "-1", "255", "-129", "65536", "4294967296", "9" * 25, "1.5")
WORDS = ("i8", "f32", "tensor", "?", '"x"', "dense<1>", "true", "[]", "{}", "@f", "%0")


def garbled(text: str, choose: random.Random) -> str:
    """Text that is cut, or has a line or some token where it does not belong."""
    kind, lines = choose.random(), text.split("\n")
    here, there = choose.randrange(len(lines)), choose.randrange(len(lines))
    if kind < 0.1:
        return text[: choose.randrange(len(text))]
    if kind < 0.2:
        place = choose.randrange(len(text))
        return text[:place] + text[place + choose.randrange(1, 20) :]
    if kind < 0.3:
        lines[here], lines[there] = lines[there], lines[here]
        return "\n".join(lines)
    if kind < 0.4:
        lines.insert(here, lines.pop(there))
        return "\n".join(lines)
    tokens = list(TOKEN.finditer(text))
    token = choose.choice(tokens)
    like = [t[0] for t in tokens if t[0][0] == token[0][0]]
    new = choose.choice(NUMBERS if token[0][-1].isdigit() else [*WORDS, *like])
    return text[: token.start()] + new + text[token.end() :]


@pytest.mark.parametrize("stage", STAGES)
def test_garbled(
    stage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline, runs = STAGES[stage]
    module = import_tflite(every_operator().finish())
    PassPipeline.parse_spec(all_passes(), pipeline).apply(Context(), module)
    text, choose = str(module), random.Random(stage)
    assert refused(text, runs[0], tmp_path, capsys) is None
    for _ in range(15):
        refused(garbled(text, choose), choose.choice(runs), tmp_path, capsys)
