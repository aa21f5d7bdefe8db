"""`make demo`: a network compiled, executed and compared with TFLite Micro."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tools.options import resolve
from tools.run import RunRequest, RunResult, execute
from tools.run_inputs import input_details, load_inputs

FOLDER = Path(__file__).parent
MODEL = FOLDER / "digits.tflite"


def run(**options: str) -> RunResult:
    """Compiles the model, builds it for the host and runs it on the images."""
    images = load_inputs([FOLDER / "test_images.npy"], input_details(MODEL))
    return execute(RunRequest(MODEL, resolve(**options), images))


def main() -> int:
    """Prints predictions, arenas and the comparison; the exit code."""
    labels = np.load(FOLDER / "test_labels.npy")
    print("digits.tflite: compiling to C, building for this machine, running ...")
    whole = run(optimize="none")
    split = run()
    predictions = split.outputs[0].reshape(len(labels), -1).argmax(axis=1)
    print(f"labels       {' '.join(map(str, labels))}")
    print(f"predictions  {' '.join(map(str, predictions))}")
    print(f"arena, whole tensors:   {whole.compiled.arena_bytes:7} bytes")
    print(f"arena, after splitting: {split.compiled.arena_bytes:7} bytes")
    differing = (whole.differing_bytes or 0) + (split.differing_bytes or 0)
    compared = whole.bytes_compared + split.bytes_compared
    print(
        f"{differing} differing bytes of {compared} against TensorFlow Lite Micro, "
        f"{len(labels)} images, both ways"
    )
    return 1 if differing else 0


if __name__ == "__main__":
    raise SystemExit(main())
