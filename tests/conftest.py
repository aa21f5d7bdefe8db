"""What all tests share."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from emitc.program import Program
from tools import host_run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests come first: at the end no worker waits for another's last one."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def object_cache(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Path:
    """A folder of built kernels, for all processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    is_worker = hasattr(request.config, "workerinput")
    return (base.parent if is_worker else base) / "objects"


@pytest.fixture
def damage_kernel(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a C statement in front of the body of a kernel, in every host build.

    The statement sees the kernel's parameters: layer, memory, first, last.
    """

    def damage(kernel: str, statement: str) -> None:
        original = host_run.kernel_files
        head = re.compile(rf"(void tinyts_{kernel}\([^)]*\) {{)")

        def damaged(program: Program) -> dict[str, str]:
            files = original(program)
            name = f"kernels/{kernel}.c"
            if name in files:
                files[name], count = head.subn(rf"\1 {statement}", files[name])
                assert count == 1
            return files

        monkeypatch.setattr(host_run, "kernel_files", damaged)

    return damage
