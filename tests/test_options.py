"""Compile options: what follows from what is given, and what contradicts itself."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields, replace
from typing import Any

import pytest

from tools import options
from tools.options import CHOICES, CompileOptions, from_arguments, parse_size, resolve
from tools.user_errors import UserError

DEFAULTS = CompileOptions(
    optimize="sram",
    split_height=None,
    split_width=None,
    exec_order="df",
    sram_limit=None,
    flash_limit=None,
    input="external",
    output="external",
    target="cortex-m7",
    kernels="tinyts",
    fold_channels="on",
    tiles="on",
    recompute=0,
    alignment=4,
    name=None,
    plot=None,
)


def parsed(*arguments: str) -> CompileOptions:
    """The options of a command line."""
    parser = argparse.ArgumentParser()
    options.add_arguments(parser)
    return from_arguments(parser.parse_args(arguments))


def test_defaults() -> None:
    assert resolve() == DEFAULTS
    assert parsed() == DEFAULTS


@pytest.mark.parametrize(
    ("given", "derived"),
    [
        ({"split_height": 2}, {"split_height": 2, "optimize": "none"}),
        ({"exec_order": "bf"}, {"split_height": 1, "exec_order": "bf"}),
        ({"split_width": 4}, {"split_height": 1, "split_width": 4}),
        ({"exec_order": "df"}, {"split_height": 1, "optimize": "none"}),
        (
            {"split_height": 3, "exec_order": "bf"},
            {"split_height": 3, "exec_order": "bf", "optimize": "none"},
        ),
        ({"split_height": 2, "optimize": "none"}, {"split_height": 2}),
        ({"optimize": "none"}, {"split_height": None, "fold_channels": "off"}),
        ({"optimize": "none", "fold_channels": "on"}, {"fold_channels": "on"}),
        ({"split_height": 1, "fold_channels": "on"}, {"fold_channels": "on"}),
        ({"optimize": "sram", "fold_channels": "off"}, {"fold_channels": "off"}),
        ({"sram_limit": 1000}, {"optimize": "speed", "sram_limit": 1000}),
        ({"flash_limit": "1M"}, {"flash_limit": 1 << 20}),
        ({"sram_limit": "64K"}, {"optimize": "speed", "sram_limit": 65536}),
        ({"sram_limit": 9, "optimize": "sram"}, {"optimize": "sram", "sram_limit": 9}),
        ({"optimize": "speed"}, {"optimize": "speed", "fold_channels": "on"}),
        ({"input": "arena", "output": "arena"}, {"input": "arena", "output": "arena"}),
        ({"alignment": 1}, {"alignment": 1}),
        ({"alignment": 64}, {"alignment": 64}),
        ({"name": "_m0"}, {"name": "_m0"}),
        ({"target": "host"}, {"target": "host"}),
    ],
)
def test_what_follows(given: dict[str, Any], derived: dict[str, Any]) -> None:
    found = resolve(**given)
    assert {name: getattr(found, name) for name in derived} == derived
    if found.optimize != "none" and "fold_channels" not in given:
        assert found.fold_channels == "on"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"split_height": 1, "optimize": "sram"}, "fix the schedule"),
        ({"split_height": 1, "optimize": "speed"}, "do not go with --optimize speed"),
        ({"exec_order": "df", "optimize": "sram"}, "fix the schedule"),
        ({"exec_order": "bf", "optimize": "speed"}, "fix the schedule"),
        ({"split_height": 1, "sram_limit": 10}, "searches for a schedule"),
        ({"exec_order": "df", "sram_limit": "1K"}, "searches for a schedule"),
        ({"split_height": 0}, "split height 0 is less than 1"),
        ({"split_width": 0}, "split width 0 is less than 1"),
        ({"split_width": 1, "optimize": "sram"}, "fix the schedule"),
        ({"split_height": -1}, "split height -1 is less than 1"),
        ({"alignment": 0}, "alignment 0 is not a power of two"),
        ({"alignment": -4}, "alignment -4 is not a power of two"),
        ({"alignment": 12}, "alignment 12 is not a power of two"),
        ({"name": "0x"}, "'0x' is not a C identifier"),
        ({"name": "a-b"}, "is not a C identifier"),
        ({"name": ""}, "is not a C identifier"),
        ({"name": "a\n"}, "is not a C identifier"),
        ({"name": "é"}, "is not a C identifier"),
        ({"optimize": "fast"}, "optimize 'fast' is not one of none, sram, speed"),
        ({"exec_order": "random"}, "exec-order 'random' is not one of df, bf"),
        ({"input": "flash"}, "input 'flash' is not one of external, arena, rows"),
        ({"output": "flash"}, "output 'flash' is not one of external, arena"),
        ({"target": "avr"}, "target 'avr' is not one of host, cortex-m7"),
        ({"kernels": "mine"}, "kernels 'mine' is not one of tinyts, cmsis-nn"),
        ({"fold_channels": "maybe"}, "fold-channels 'maybe' is not one of on, off"),
        ({"sram_limit": "lots"}, "size 'lots' is not a number"),
        ({"sram_limit": 1000, "optimize": "none"}, "does not go with --optimize none"),
        ({"sram_limit": -1}, "limit -1 is negative"),
        ({"flash_limit": -2}, "limit -2 is negative"),
    ],
)
def test_contradictions(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)) as error:
        resolve(**given)
    text = str(error.value)
    assert text.startswith("options: ")
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize("option", sorted(CHOICES))
def test_every_choice_is_accepted(option: str) -> None:
    for value in CHOICES[option]:
        given: dict[str, Any] = {option: value}
        assert getattr(resolve(**given), option) == value
        assert getattr(parsed(f"--{option.replace('_', '-')}", value), option) == value


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("65536", 65536),
        ("64K", 65536),
        ("64k", 65536),
        ("1M", 1048576),
        ("1m", 1048576),
        (" 12 ", 12),
        ("007", 7),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    ["", "K", "1G", "1.5K", "-1", "64KB", "64 K", "0x10", "1e3", "1_000", "\u0663"],
)
def test_no_sizes(text: str) -> None:
    with pytest.raises(UserError, match="is not a number such as 65536 or 64K"):
        parse_size(text)


def test_the_command_line_has_every_option() -> None:
    line = (
        "--split-height 2 --exec-order bf --input arena --output arena --target host "
        "--kernels tinyts --fold-channels on --alignment 16 --name net "
        "--plot arena.svg"
    )
    expected = replace(
        DEFAULTS,
        optimize="none",
        split_height=2,
        exec_order="bf",
        input="arena",
        output="arena",
        target="host",
        alignment=16,
        name="net",
        plot="arena.svg",
    )
    assert parsed(*line.split()) == expected
    limited = parsed("--optimize", "sram", "--sram-limit", "1M")
    assert limited == replace(DEFAULTS, sram_limit=1 << 20)


@pytest.mark.parametrize(
    "line", ["--optimize fast", "--split-height x", "--exec-order up", "--alignment"]
)
def test_bad_arguments(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(*line.split())
    assert line.split()[0] in capsys.readouterr().err


def test_options_in_the_report() -> None:
    """All but the place of the picture, which changes nothing."""
    found = resolve(split_height=2, name="net", plot="a.svg").as_json()
    names = [field.name for field in fields(CompileOptions)]
    assert list(found) == [name for name in names if name != "plot"]
    assert found["split_height"] == 2
    assert found["name"] == "net"
