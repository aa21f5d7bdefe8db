"""A small CNN from PyTorch to an int8 `.tflite` that TinyTS compiles.

    pip install -r requirements.txt
    python export.py

trains a network that tells the direction of stripes (a minute on a CPU), converts it
with LiteRT Torch, quantizes it to int8 with the AI Edge Quantizer, and writes
`stripes.tflite` beside test images and their labels.
"""

from pathlib import Path

import litert_torch
import numpy as np
import torch
from ai_edge_litert.interpreter import Interpreter
from ai_edge_quantizer import quantizer, recipe
from torch import nn

FOLDER = Path(__file__).parent
SIDE = 32
DIRECTIONS = 4
STEPS = 80
BATCH = 32
CALIBRATION_IMAGES = 64
TEST_IMAGES = 12


class Stripes(nn.Module):
    """Convolutions with a residual; written in NCHW, as PyTorch has it."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.pointwise = nn.Conv2d(8, 16, 1)
        self.pool = nn.MaxPool2d(2)
        self.residual = nn.Conv2d(16, 16, 3, padding=1)
        self.classify = nn.Linear(16, DIRECTIONS)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.stem(image))
        x = torch.relu(self.depthwise(x))
        x = self.pool(torch.relu(self.pointwise(x)))
        x = x + torch.relu(self.residual(x))
        return self.classify(x.mean(dim=(2, 3)))


def stripes(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images [count, 3, SIDE, SIDE] in -1..1 with noise, and their directions."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, DIRECTIONS, count)
    y, x = np.mgrid[:SIDE, :SIDE]
    images = []
    for label in labels:
        angle = np.pi * label / DIRECTIONS + rng.normal(0, 0.1)
        frequency = rng.uniform(0.5, 1.2)
        wave = np.sin(frequency * (x * np.cos(angle) + y * np.sin(angle)))
        colour = rng.uniform(0.3, 1, 3)[:, None, None]
        images.append(colour * wave + rng.normal(0, 0.2, (3, SIDE, SIDE)))
    return np.clip(np.stack(images), -1, 1).astype(np.float32), labels


def train() -> Stripes:
    """A trained network."""
    torch.manual_seed(0)
    model = Stripes()
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for step in range(STEPS):
        images, labels = stripes(BATCH, step)
        loss = nn.functional.cross_entropy(
            model(torch.from_numpy(images)), torch.from_numpy(labels)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 20 == 0:
            print(f"step {step}: loss {loss.item():.3f}")
    return model.eval()


def quantized(model: Path) -> bytes:
    """The model with int8 weights, activations, inputs and outputs."""
    images, _ = stripes(CALIBRATION_IMAGES, 10_000)
    data = {"serving_default": [{"args_0": image[None]} for image in images]}
    tool = quantizer.Quantizer(str(model))
    tool.load_quantization_recipe(recipe.static_wi8_ai8())
    return bytes(tool.quantize(tool.calibrate(data)).quantized_model)


def as_input(images: np.ndarray, model: Path) -> np.ndarray:
    """Images as the int8 input of a model takes them."""
    interpreter = Interpreter(str(model))
    scale, zero_point = interpreter.get_input_details()[0]["quantization"]
    return np.clip(np.rint(images / scale + zero_point), -128, 127).astype(np.int8)


def main() -> None:
    """Trains, converts, quantizes."""
    model = train()
    float_model = FOLDER / "stripes_float.tflite"
    example = (torch.zeros(1, 3, SIDE, SIDE),)
    litert_torch.convert(model, example).export(str(float_model))
    (FOLDER / "stripes.tflite").write_bytes(quantized(float_model))
    float_model.unlink()
    images, labels = stripes(TEST_IMAGES, 20_000)
    np.save(FOLDER / "test_images.npy", as_input(images, FOLDER / "stripes.tflite"))
    np.save(FOLDER / "test_labels.npy", labels.astype(np.int8))
    with torch.no_grad():
        found = model(torch.from_numpy(images)).argmax(1).numpy()
    print(f"PyTorch is right in {int((found == labels).sum())} of {TEST_IMAGES}")


if __name__ == "__main__":
    main()
