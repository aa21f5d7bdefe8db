"""`tinyts-opt`: the modular optimizer driver.

xDSL's driver with the `.tflite` frontend, a flag for every pass, one-line errors.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import IO, Any

from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import ModulePass
from xdsl.utils.exceptions import DiagnosticException
from xdsl.xdsl_opt_main import xDSLOptMain

from lowering.pipelines import PASS_NAMES
from tools.atomic_files import write_text
from tools.import_tflite import identifier, import_tflite
from tools.user_errors import UserError, run_command


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
            stem = Path(self.args.input_file or "model").stem
            return import_tflite(stream.read(), identifier(stem))

        self.available_frontends["tflite"] = parse_tflite

    def register_all_arguments(self, arg_parser: argparse.ArgumentParser) -> None:
        super().register_all_arguments(arg_parser)
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
        super().setup_pipeline()

    def prepare_output(self) -> IO[str]:
        if self.args.output_file is None:
            return sys.stdout
        self.output = _OutputFile(Path(self.args.output_file))
        return self.output

    def run(self) -> None:
        super().run()
        if self.output is not None:
            self.output.commit()


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
    file = next((text for text in given if os.path.exists(text)), "input")

    def command() -> int:
        separated = _separate_values(given, PASS_NAMES)
        driver = TinyTSOptMain("TinyTS modular optimizer driver", separated)
        file_name = driver.args.input_file
        if file_name and driver.args.frontend is None:
            _check_extension(file_name, driver)
        try:
            driver.run()
        except DiagnosticException as error:
            error.__notes__ = []  # the whole module, weights included
            raise
        return 0

    return run_command(command, file, debug="--debug" in given)


def _check_extension(file: str, driver: TinyTSOptMain) -> None:
    extension = os.path.splitext(file)[1].removeprefix(".")
    if extension not in driver.available_frontends:
        raise UserError(
            f"{file}: unknown extension '{extension}'; "
            f"expected {' or '.join(driver.available_frontends)}, or give -f"
        )


if __name__ == "__main__":
    sys.exit(main())
