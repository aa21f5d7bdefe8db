"""The page of supported operators is the op table's."""

from __future__ import annotations

from pathlib import Path

from lowering.operators import lowerings
from tools.op_table import OP_TABLE
from tools.operators_page import operators_page

ROOT = Path(__file__).resolve().parents[1]


def test_page_is_current() -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert page == operators_page(), "run `make docs`"


def test_every_entry_has_its_lowering_and_kernel() -> None:
    for entry in OP_TABLE:
        module = entry.operation.__module__.rpartition(".")[2]
        assert entry.operation in lowerings(), entry.builtin
        assert (ROOT / "lowering" / "operators" / f"{module}.py").is_file()
        assert (ROOT / "runtime_c" / "src" / f"{module}.c").is_file()
        assert (ROOT / "runtime_c" / "include" / f"tinyts_{module}.h").is_file()
