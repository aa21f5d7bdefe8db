"""Train the example network on scikit-learn's digits and export it as int8 TFLite.

Usage: python train.py [--output DIRECTORY]

Writes digits.tflite, test_images.npy (int8 [images, 64, 64, 1]) and test_labels.npy
(int64 [images]). The network is a small MobileNetV2: a strided convolution, four
inverted-residual blocks, a global average pool, one fully-connected layer. Its early
tensors are large (48 channels of 32x32 pixels) and its weights few, so that whole
tensors need several times the memory that rows need.

Quantization is post-training and follows TFLite's int8 specification
(https://ai.google.dev/edge/litert/models/quantization_spec): activations are
asymmetric with ranges seen on training images, weights symmetric and per channel,
bias scale = input scale * weight scale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn
from torch.nn import functional

from tools.model_signature import OracleError
from tools.oracle import run_oracle
from tools.tflite_writer import Quant, TFLiteWriter

HERE = Path(__file__).resolve().parent
IMAGE_SIZE = 64  # pixels, rows and columns, after scaling up from 8x8
CLASSES = 10
SEED = 0
EPOCHS = 30
BATCH = 32
LEARNING_RATE = 1e-2
LARGEST_SHIFT = 6  # pixels, augmentation
CALIBRATION_IMAGES = 512
COMMITTED_PER_CLASS = 2  # test images written beside the model
INPUT_QUANT = Quant(1 / 255, -128)  # pixels 0..1
SMALLEST_WEIGHT_RANGE = 1e-3  # keeps the bias of an all-zero channel within int32


# --- data ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Samples:
    """Images float32 [N, 1, 64, 64], pixels 0..1, and labels int64 [N]."""

    images: Tensor
    labels: Tensor


def load_samples() -> tuple[Samples, Samples]:
    """Training and test samples: 1437 and 360 digits, scaled up bilinearly."""
    pixels, labels = load_digits(return_X_y=True)  # float64 0..16 [1797, 64]; 0..9
    images = functional.interpolate(
        torch.tensor(pixels / 16, dtype=torch.float32).reshape(-1, 1, 8, 8),
        size=(IMAGE_SIZE, IMAGE_SIZE),
        mode="bilinear",
    )
    train, test = train_test_split(
        np.arange(len(labels)), test_size=0.2, random_state=SEED, stratify=labels
    )
    labels = torch.tensor(labels)
    return Samples(images[train], labels[train]), Samples(images[test], labels[test])


def shifted(images: Tensor) -> Tensor:
    """The images, all moved by one random offset of up to LARGEST_SHIFT pixels."""
    rows, columns = torch.randint(-LARGEST_SHIFT, LARGEST_SHIFT + 1, (2,)).tolist()
    return images.roll((rows, columns), dims=(2, 3))


# --- quantization -------------------------------------------------------------------


def activation_quant(low: float, high: float) -> Quant:
    """Asymmetric int8 parameters of the real range low..high; 0 is exact."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = float(np.float32(max(high - low, 1e-6) / 255))
    return Quant(scale, int(np.clip(round(-128 - low / scale), -128, 127)))


def quantize(values: npt.NDArray[np.float32], quant: Quant) -> npt.NDArray[np.int8]:
    """Nearest int8 of every real value, saturated."""
    steps = np.round(values / quant.scale) + quant.zero_point
    return np.clip(steps, -128, 127).astype(np.int8)


@dataclass(frozen=True)
class QuantizedParameters:
    """Weights int8, output channel first; bias int32; one scale or one per channel."""

    weights: npt.NDArray[np.int8]
    bias: npt.NDArray[np.int32]
    scales: npt.NDArray[np.float32]


def quantize_parameters(
    layer: nn.Conv2d | nn.Linear, input_scale: float, per_channel: bool
) -> QuantizedParameters:
    """Symmetric int8 weights of a layer, and its bias in steps of the accumulator."""
    if layer.bias is None:
        raise ValueError("the layer has no bias")
    weights = layer.weight.detach().numpy()
    bias = layer.bias.detach().numpy()
    flat = weights.reshape(len(weights) if per_channel else 1, -1)
    ranges = np.maximum(np.abs(flat).max(axis=1), SMALLEST_WEIGHT_RANGE)
    scales = (ranges / 127).astype(np.float32)
    steps = np.round(flat / scales[:, None]).astype(np.int8)
    return QuantizedParameters(
        weights=steps.reshape(weights.shape),
        bias=np.round(bias / (np.float64(input_scale) * scales)).astype(np.int32),
        scales=scales,
    )


# --- network ------------------------------------------------------------------------


class Layer(nn.Module):
    """A layer that remembers the range of its outputs while in evaluation mode."""

    def __init__(self) -> None:
        super().__init__()
        self.low = 0.0
        self.high = 0.0

    def observe(self, outputs: Tensor) -> Tensor:
        """Widen the remembered range, unless training; returns outputs unchanged."""
        if not self.training:
            self.low = min(self.low, outputs.min().item())
            self.high = max(self.high, outputs.max().item())
        return outputs

    def output_quant(self) -> Quant:
        """int8 parameters of the remembered range."""
        return activation_quant(self.low, self.high)

    def export(self, writer: TFLiteWriter, x: int) -> int:
        """Append the layer to the file: from input tensor x to its output tensor."""
        raise NotImplementedError


class Convolution(Layer):
    """Convolution of any kind, with bias, and ReLU6 unless linear. "Same" padding."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: int,
        stride: int = 1,
        groups: int = 1,
        linear: bool = False,
    ) -> None:
        super().__init__()
        self.linear = linear
        self.convolution = nn.Conv2d(
            inputs, outputs, size, stride, padding=size // 2, groups=groups
        )
        gain = "linear" if linear else "relu"
        nn.init.kaiming_normal_(self.convolution.weight, nonlinearity=gain)

    def forward(self, x: Tensor) -> Tensor:
        y = self.convolution(x)
        return self.observe(y if self.linear else functional.relu6(y))

    def export(self, writer: TFLiteWriter, x: int) -> int:
        """Append PAD, where needed, and CONV_2D or DEPTHWISE_CONV_2D.

        TFLite's SAME padding of a strided window differs from "size // 2 on every
        side", so there the padding is an operator of its own, as in the files that
        converters write.
        """
        stride = self.convolution.stride[0]
        depthwise = self.convolution.groups > 1
        if stride > 1:
            x = writer.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
        scale = writer.quant(x).scale
        parameters = quantize_parameters(self.convolution, scale, per_channel=True)
        append = writer.depthwise_conv_2d if depthwise else writer.conv_2d
        # From [outputs, inputs, rows, columns].
        order = (1, 2, 3, 0) if depthwise else (0, 2, 3, 1)
        return append(
            x,
            weights=np.ascontiguousarray(parameters.weights.transpose(order)),
            bias=parameters.bias,
            weight_scales=parameters.scales,
            output=self.output_quant(),
            stride=(stride, stride),
            padding="VALID" if stride > 1 else "SAME",
            activation="NONE" if self.linear else "RELU6",
        )


class InvertedResidual(Layer):
    """Expand 1x1, depthwise 3x3, project 1x1; plus the input where the shapes agree."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int) -> None:
        super().__init__()
        middle = inputs * expansion
        self.residual = stride == 1 and inputs == outputs
        self.expand = Convolution(inputs, middle, 1)
        self.depthwise = Convolution(middle, middle, 3, stride, groups=middle)
        self.project = Convolution(middle, outputs, 1, linear=True)

    def forward(self, x: Tensor) -> Tensor:
        y = self.project(self.depthwise(self.expand(x)))
        return self.observe(x + y) if self.residual else y

    def export(self, writer: TFLiteWriter, x: int) -> int:
        """Append the three convolutions and ADD."""
        y = x
        for layer in (self.expand, self.depthwise, self.project):
            y = layer.export(writer, y)
        if not self.residual:
            return y
        return writer.add(x, y, output=self.output_quant())


class Classifier(Layer):
    """Global average pool and a fully-connected layer; the output are logits."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.observe(self.linear(x.mean(dim=(2, 3))))

    def export(self, writer: TFLiteWriter, x: int) -> int:
        """Append pool, reshape and fully-connected; one scale serves all weights."""
        size = IMAGE_SIZE // Network.TOTAL_STRIDE
        pooled = writer.average_pool_2d(
            x, filter=(size, size), stride=(size, size), padding="VALID"
        )
        flat = writer.reshape(pooled, (1, self.linear.in_features))
        parameters = quantize_parameters(
            self.linear, writer.quant(flat).scale, per_channel=False
        )
        return writer.fully_connected(
            flat,
            weights=parameters.weights,
            bias=parameters.bias,
            weight_scales=parameters.scales,
            output=self.output_quant(),
        )


class Network(nn.Module):
    """Images [N, 1, 64, 64] to logits [N, 10]."""

    TOTAL_STRIDE = 8

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            Convolution(1, 16, 3, stride=2),  # 32x32x16
            InvertedResidual(16, 16, expansion=3, stride=1),
            InvertedResidual(16, 24, expansion=3, stride=2),  # 16x16x24
            InvertedResidual(24, 32, expansion=3, stride=2),  # 8x8x32
            InvertedResidual(32, 32, expansion=3, stride=1),
            Convolution(32, 64, 1),
            Classifier(64),
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)

    def export(self, description: str) -> bytes:
        """The network as a TFLite file; its layers must have seen images before."""
        writer = TFLiteWriter(description=description)
        x = writer.input(
            "image",
            shape=(1, IMAGE_SIZE, IMAGE_SIZE, 1),
            scale=INPUT_QUANT.scale,
            zero_point=INPUT_QUANT.zero_point,
        )
        for layer in cast(Iterable[Layer], self.layers):
            x = layer.export(writer, x)
        writer.output(writer.softmax(x))
        return writer.finish()


# --- training and evaluation --------------------------------------------------------


def train(network: Network, samples: Samples) -> None:
    """Adam with a one-cycle learning rate and cross entropy."""
    optimizer = torch.optim.Adam(network.parameters())
    batches = -(-len(samples.labels) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, epochs=EPOCHS, steps_per_epoch=batches
    )
    network.train()
    for epoch in range(1, EPOCHS + 1):
        total = 0.0
        for chosen in torch.randperm(len(samples.labels)).split(BATCH):
            logits = network(shifted(samples.images[chosen]))
            loss = functional.cross_entropy(logits, samples.labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(chosen)
        print(f"epoch {epoch}/{EPOCHS}: loss {total / len(samples.labels):.4f}")


@torch.no_grad()
def float_correct(network: Network, samples: Samples) -> int:
    """Number of images that the float network classifies correctly."""
    return int((network(samples.images).argmax(dim=1) == samples.labels).sum())


def int8_correct(
    model: Path, images: npt.NDArray[np.int8], labels: npt.NDArray[np.int64]
) -> int:
    """Number of images that the TFLite file classifies correctly in TFLite Micro.

    Images are [N, 64, 64, 1]. Raises `OracleError` where TFLite Micro is
    not installed.
    """
    scores = run_oracle(model, [images[:, None]], "tflm").outputs[0]
    return int((scores.reshape(-1, CLASSES).argmax(axis=1) == labels).sum())


def first_of_each_class(labels: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Indices of the first COMMITTED_PER_CLASS images of 0 to 9, in turns."""
    digits = range(CLASSES)
    found = [np.flatnonzero(labels == digit)[:COMMITTED_PER_CLASS] for digit in digits]
    return np.stack(found, axis=1).ravel()


def report(kind: str, correct: int, count: int) -> None:
    print(f"{kind}: {correct} of {count} test images = {correct / count:.1%}")


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--output", type=Path, default=HERE, help="directory (default: this example)"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    output: Path = parse_arguments(arguments).output
    output.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # sums depend on how work is divided
    torch.use_deterministic_algorithms(True)

    training, test = load_samples()
    network = Network()
    train(network, training)

    network.eval()
    with torch.no_grad():
        network(training.images[:CALIBRATION_IMAGES])  # the ranges of all layers
    model = output / "digits.tflite"
    images = quantize(test.images.permute(0, 2, 3, 1).numpy(), INPUT_QUANT)
    labels = test.labels.numpy()
    model.write_bytes(network.export("Handwritten digits, 64x64x1 int8"))
    chosen = first_of_each_class(labels)
    np.save(output / "test_images.npy", images[chosen])
    np.save(output / "test_labels.npy", labels[chosen])
    print(f"wrote {model}, {model.stat().st_size} bytes")

    report("float", float_correct(network, test), len(labels))
    try:
        correct = int8_correct(model, images, labels)
    except OracleError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    report("int8 in TFLite Micro", correct, len(labels))
    return 0


if __name__ == "__main__":
    sys.exit(main())
