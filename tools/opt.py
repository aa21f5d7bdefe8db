"""`tinyts-opt`: the modular optimizer driver.

xDSL's driver with the `.tflite` frontend, a flag for every pass, one-line errors.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from math import prod
from pathlib import Path
from typing import IO, Any

from xdsl.dialects.builtin import IntegerAttr, ModuleOp, NameLoc
from xdsl.dialects.func import FuncOp
from xdsl.ir import Operation
from xdsl.parser import Parser
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import DiagnosticException, ParseError, VerifyException
from xdsl.utils.lexer import Input, Span
from xdsl.xdsl_opt_main import xDSLOptMain

from lowering.pipelines import PASS_NAMES
from tinyts_dialect.tensors import MAX_ELEMENTS
from tools.atomic_files import write_text
from tools.tflite_file import MAX_FILE_BYTES, shown
from tools.user_errors import CommandParser, UserError, run_command

_STRINGS = re.compile(
    r"""//[^\n]*+ | "(?:[^"\\\n\v\f]++ | \\(?:["nt\\]|[0-9A-Fa-f]{2}))*+" | " """,
    re.VERBOSE,
)
"""Comments, strings, and quotation marks that begin no string."""

_SHAPED_TYPE = re.compile(r"\b(?:tensor|vector|memref)<((?:\d{1,20}x)+)")


class _OutputFile(io.StringIO):
    """Collects the output; nothing reaches the file before `commit`."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def close(self) -> None:
        """The driver closes its output also after an error."""

    def commit(self) -> None:
        write_text(self.path, self.getvalue())


class TinyTSOptMain(xDSLOptMain):
    """The driver behind `tinyts-opt`."""

    output: _OutputFile | None = None

    def register_all_frontends(self) -> None:
        super().register_all_frontends()

        def parse_tflite(stream: IO[bytes]) -> ModuleOp:
            # here, since MLIR is read in half the time without
            from tools.import_tflite import identifier, import_tflite

            stem = Path(self.args.input_file or "model").stem
            return import_tflite(stream.read(), identifier(stem))

        self.available_frontends["tflite"] = parse_tflite
        self.available_frontends["mlir"] = self._parse_mlir

    def _parse_mlir(self, stream: IO[bytes]) -> ModuleOp:
        text = stream.read().decode("utf-8")
        if not text.strip():
            raise UserError(f"{self.get_input_name()}: is empty; give a module")
        _check_text(Input(text, self.get_input_name()))
        parser = Parser(self.ctx, text, self.get_input_name())
        try:
            module = parser.parse_module(not self.args.no_implicit_module)
        except (ParseError, RecursionError, MemoryError):
            raise
        except Exception as error:  # of an attribute's verifier, or of the parser
            reason = str(error).strip() or type(error).__name__
            parser.raise_error(f"cannot be parsed: {reason}")
        _check_order(module)
        return module

    def register_all_arguments(self, arg_parser: argparse.ArgumentParser) -> None:
        super().register_all_arguments(arg_parser)
        arg_parser.error = partial(CommandParser.error, arg_parser)
        arg_parser.allow_abbrev = False  # a misspelt pass is not another pass
        arg_parser.add_argument(
            "--debug", action="store_true", help="Show tracebacks of errors."
        )
        group = arg_parser.add_argument_group(
            "passes",
            "Run in the order written; not together with -p. A value is that of the "
            "pass's first option, or options as in 'alignment=8 strategy=greedy'.",
        )
        for name, load in sorted(self.available_passes.items(), key=_own_first):
            option = f"--{name}"
            if option in arg_parser._option_string_actions:  # pyright: ignore
                continue
            group.add_argument(
                option,
                action=_PassFlag,
                load=load,
                dest="pass_flags",
                metavar="OPTIONS",
                help=None if name in PASS_NAMES else argparse.SUPPRESS,
            )

    def setup_pipeline(self) -> None:
        if self.args.pass_flags:
            if self.args.passes:
                raise UserError("pass flags and -p cannot be mixed; use one of them")
            self.args.passes = ",".join(self.args.pass_flags)
        try:
            super().setup_pipeline()
        except Exception as error:
            raise UserError(
                f"pass pipeline '{self.args.passes}': {error}; tinyts-opt --help lists "
                "the passes"
            ) from error

    def apply_passes(self, prog: ModuleOp) -> None:
        try:
            super().apply_passes(prog)
        except VerifyException as error:
            where = _failing_operation(prog, str(error))
            if where is None:
                raise
            raise VerifyException(f"{where}: {error}") from error

    def prepare_output(self) -> IO[str]:
        if self.args.output_file is None:
            return sys.stdout
        self.output = _OutputFile(Path(self.args.output_file))
        return self.output

    def run(self) -> None:
        super().run()
        if self.output is not None:
            self.output.commit()


def _check_text(text: Input[str]) -> None:
    """Refuses what would keep xDSL's parser busy, before it sees the text.

    Its lexer backtracks for ever in a string that is not closed, and one constant of a
    type of too many elements fills the memory.
    """
    for match in _STRINGS.finditer(text.content):
        if match[0] == '"':
            raise ParseError(
                Span(match.start(), match.end(), text),
                "a string is not closed, or has an unknown escape sequence",
            )
    for match in _SHAPED_TYPE.finditer(text.content):
        sizes = [int(size) for size in match[1].split("x")[:-1]]
        if prod(sizes) > MAX_ELEMENTS and 0 not in sizes:
            raise ParseError(
                Span(match.start(), match.end(), text),
                f"a type of more than {MAX_ELEMENTS} elements; use a smaller one",
            )


def _check_order(module: ModuleOp) -> None:
    """Refuses a value that is used before it is defined, so also every cycle."""
    for function in module.walk():
        if not isinstance(function, FuncOp):
            continue
        for block in function.body.blocks:
            later = set(block.ops)
            for op in block.ops:
                if any(operand.owner in later for operand in op.operands):
                    raise VerifyException(
                        f"{_described(op)}: an operand is defined later; put "
                        "operations behind those whose results they use"
                    )
                later.remove(op)


def _failing_operation(module: ModuleOp, message: str) -> str | None:
    """The operation whose verifier says `message`, as an error names it."""
    for op in module.walk():
        try:
            op.verify(verify_nested_ops=False)
        except VerifyException as error:
            if str(error) == message:
                return _described(op)
        except Exception:  # of an operation that cannot be verified at all
            return None
    return None


def _described(op: Operation) -> str:
    """Name, number and place of an operation, with the tensor that it computes."""
    text = op.name
    layer = op.properties.get("layer")
    if isinstance(layer, IntegerAttr):
        text += f" of layer {layer.value.data}"
    if isinstance(op.location, NameLoc):
        text += f" (tensor '{shown(op.location.desc.data)}')"
    block, function = op.parent, op.parent_op()
    if block is not None and isinstance(function, FuncOp):
        number = next(i for i, other in enumerate(block.ops) if other is op)
        text += f", operation {number} of @{function.sym_name.data}"
    return text


def _own_first(item: tuple[str, object]) -> tuple[bool, int, str]:
    name = item[0]
    own = name in PASS_NAMES
    return not own, PASS_NAMES.index(name) if own else 0, name


class _PassFlag(argparse.Action):
    """Appends the pass, with its options, to the pipeline."""

    def __init__(
        self, load: Callable[[], type[ModulePass]], **arguments: Any
    ) -> None:
        super().__init__(nargs="?", const="", **arguments)
        self.load = load

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        name = self.option_strings[0].removeprefix("--")
        flags = list(getattr(namespace, self.dest) or [])
        flags.append(f"{name}{self._options(name, values)}")
        setattr(namespace, self.dest, flags)

    def _options(self, name: str, text: str) -> str:
        if not text:
            return ""
        if "=" in text:
            return f"{{{text}}}"
        options = [option.name for option in fields(self.load()) if option.init]
        if not options:
            raise UserError(f"--{name}: the pass has no options")
        return f"{{{options[0].replace('_', '-')}={text}}}"


def _separate_values(arguments: Sequence[str], passes: Sequence[str]) -> list[str]:
    """`--pass FILE` is a pass without options and a file, so it becomes `--pass=`."""
    flags = {f"--{name}" for name in passes}
    return [f"{text}=" if text in flags else text for text in arguments]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `tinyts-opt`; the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    file = "input"

    def command() -> int:
        nonlocal file
        separated = _separate_values(given, PASS_NAMES)
        driver = TinyTSOptMain("TinyTS modular optimizer driver", separated)
        file = driver.get_input_name()
        if driver.args.input_file:
            _check_input(file, driver)
        try:
            driver.run()
        except DiagnosticException as error:
            error.__notes__ = []  # the whole module, weights included
            raise
        return 0

    return run_command(command, lambda: file, debug="--debug" in given)


def _check_input(file: str, driver: TinyTSOptMain) -> None:
    expected = " or ".join(f".{name}" for name in driver.available_frontends)
    if os.path.isdir(file):
        raise UserError(f"{file}: is a directory; give a file {expected}")
    if not os.path.exists(file):
        raise UserError(f"{file}: there is no such file; give a file {expected}")
    if os.path.getsize(file) > MAX_FILE_BYTES:
        raise UserError(f"{file}: has more than {MAX_FILE_BYTES} bytes")
    if driver.args.frontend is not None:
        return
    extension = os.path.splitext(file)[1].removeprefix(".")
    if extension not in driver.available_frontends:
        raise UserError(
            f"{file}: unknown extension '{extension}'; "
            f"expected {' or '.join(driver.available_frontends)}, or give -f"
        )


if __name__ == "__main__":
    sys.exit(main())
