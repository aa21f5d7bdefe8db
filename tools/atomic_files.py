"""Writing files so that they are there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from errno import EISDIR, ENOENT, ENOTDIR
from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Writes a file under a temporary name beside it, then renames it."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file under a temporary name beside it, then renames it.

    Raises OSError, with the name of the file or of its folder.
    """
    with _staged(path, data) as commit:
        commit()


def staged_text(path: Path, text: str) -> AbstractContextManager[Callable[[], None]]:
    """Writes a file under a temporary name beside it; a call renames it.

    Without the call nothing is left behind. Raises OSError like `write_bytes`.
    """
    return _staged(path, text.encode("utf-8"))


@contextmanager
def _staged(path: Path, data: bytes) -> Iterator[Callable[[], None]]:
    _check_target(path)
    if not path.parent.is_dir():
        reason = ENOTDIR if path.parent.exists() else ENOENT
        raise OSError(reason, os.strerror(reason), str(path.parent))
    try:
        descriptor, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:64]}-"
        )
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        with _errors_of(path), os.fdopen(descriptor, "wb") as file:
            file.write(data)
        with _errors_of(path):
            os.chmod(temporary, 0o666 & ~_umask())

        def commit() -> None:
            with _errors_of(path):
                os.replace(temporary, path)

        yield commit
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    """An error of a temporary file is one of the file that it is for."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_tree(directory: Path, files: Mapping[str, str]) -> None:
    """Writes files below a directory, which is made where it is missing.

    Every file is written under a temporary name before the first one is renamed; where
    that fails, directories that were made are removed again.
    """
    made = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    try:
        _write_tree(directory, files)
    except BaseException:
        if directory in made:
            shutil.rmtree(directory, ignore_errors=True)
        for folder in made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


def _write_tree(directory: Path, files: Mapping[str, str]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name in files:
        _check_target(directory / name)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".tinyts-") as temporary:
        for name, text in files.items():
            staged = Path(temporary, name)
            with _errors_of(directory / name):
                staged.parent.mkdir(parents=True, exist_ok=True)
                staged.write_text(text, encoding="utf-8")
        for name in files:
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(Path(temporary, name), target)


def _check_target(path: Path) -> None:
    if path.is_dir():
        raise OSError(EISDIR, os.strerror(EISDIR), str(path))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
