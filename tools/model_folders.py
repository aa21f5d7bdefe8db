"""Where real models are found: given by the environment, or fetched."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache" / "models"
"""Filled by `make models`."""


def models_folder() -> Path | None:
    """The folder that TINYTS_MODELS names (default: ../shared/models), else the cache.

    None where there is neither.
    """
    named = Path(os.environ.get("TINYTS_MODELS", ROOT.parent / "shared" / "models"))
    for folder in (named, CACHE):
        if any(folder.glob("*.tflite")):
            return folder
    return None
