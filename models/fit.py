"""Fit the two networks: seeded, on the CPU, one cycle of the learning rate, averaged weights."""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import torch
from detector_loss import detection_loss
from nets import Classifier, Detector
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import OneCycleLR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data import ClassificationData, DetectionData
    from numpy.typing import NDArray

PAD = 114
DECAY = 0.998

Net = TypeVar("Net", bound=nn.Module)


def fit_detector(data: DetectionData, classes: int, epochs: int, seed: int) -> Detector:
    """Train a detector on market scenes."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Detector(classes).to(memory_format=torch.channels_last)
    run = _Run(net, 2.5e-3, epochs * (len(data.images) // 16))
    for epoch in range(epochs):
        for rows in _batches(len(data.images), 16, rng):
            images, boxes = _vary_scene(data.images[rows], data.boxes[rows], rng)
            # the grey bands of the letterbox cost time and teach little: only the last third
            if epoch >= epochs * 2 // 3:
                images, boxes = _letterboxed(images, boxes)
            with torch.autocast("cpu", torch.bfloat16):
                outputs = net(_tensor(images))
            run.step(detection_loss(*outputs, torch.from_numpy(boxes)))
        run.report(epoch)
    return run.averaged()


def fit_classifier(data: ClassificationData, classes: int, epochs: int, seed: int) -> Classifier:
    """Train a classifier on flowers."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Classifier(classes).to(memory_format=torch.channels_last)
    run = _Run(net, 3e-3, epochs * (len(data.images) // 32))
    for epoch in range(epochs):
        for rows in _batches(len(data.images), 32, rng):
            images = _lit_otherwise(data.images[rows], rng)
            flips = rng.random(len(rows)) < 0.5
            images[flips] = images[flips, :, ::-1]
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(_tensor(images)).float()
            truth = torch.from_numpy(data.classes[rows])
            run.step(functional.cross_entropy(logits, truth, label_smoothing=0.05))
        run.report(epoch)
    return run.averaged()


class _Run(Generic[Net]):
    """Optimiser, schedule and the running average of the weights."""

    def __init__(self, net: Net, rate: float, steps: int) -> None:
        self.net = net
        self.average = copy.deepcopy(net)
        self.optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.02)
        self.schedule = OneCycleLR(self.optimiser, rate, total_steps=steps, pct_start=0.1)
        self.taken = 0
        self.loss = 0.0
        self.begun = time.monotonic()

    def step(self, loss: Tensor) -> None:
        """Take one step down the gradient and follow it with the average."""
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.optimiser.step()
        self.schedule.step()
        self.taken += 1
        self.loss += 0.02 * (float(loss.detach()) - self.loss)
        keep = min(DECAY, self.taken / (self.taken + 10))
        with torch.no_grad():
            pairs = zip(
                self.average.state_dict().values(), self.net.state_dict().values(), strict=True
            )
            for mean, value in pairs:
                if mean.is_floating_point():
                    mean.lerp_(value, 1 - keep)

    def report(self, epoch: int) -> None:
        """Print one line an epoch."""
        spent = time.monotonic() - self.begun
        print(f"epoch {epoch + 1}: loss {self.loss:.3f}, {spent:.0f} s", flush=True)

    def averaged(self) -> Net:
        """Return the averaged network, ready for inference."""
        return self.average.eval()


def _batches(count: int, size: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    order = rng.permutation(count)
    for start in range(0, count - size + 1, size):
        yield order[start : start + size]


def _tensor(images: NDArray[np.uint8]) -> Tensor:
    values = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2)
    return (values.float() / 255).contiguous(memory_format=torch.channels_last)


def _lit_otherwise(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Brightness and colour of each image varied by up to a fifth."""
    gains = rng.uniform(0.82, 1.18, (len(images), 1, 1, 1)) * rng.uniform(
        0.95, 1.05, (len(images), 1, 1, 3)
    )
    return np.clip(images * gains.astype(np.float32), 0, 255).astype(np.uint8)


def _vary_scene(
    images: NDArray[np.uint8], boxes: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Mirror half of the images, vary the light of all."""
    images, boxes = _lit_otherwise(images, rng), boxes.copy()
    for k in np.flatnonzero(rng.random(len(images)) < 0.5):
        images[k] = images[k, :, ::-1]
        left, right = boxes[k, :, 1].copy(), boxes[k, :, 3].copy()
        boxes[k, :, 1], boxes[k, :, 3] = images.shape[2] - right, images.shape[2] - left
    return images, boxes


def _letterboxed(
    images: NDArray[np.uint8], boxes: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Grey bands above and below to a square, as at inference."""
    band = (images.shape[2] - images.shape[1]) // 2
    images = np.pad(images, ((0, 0), (band, band), (0, 0), (0, 0)), constant_values=PAD)
    moved = boxes.copy()
    moved[..., [2, 4]] += band
    return images, moved
