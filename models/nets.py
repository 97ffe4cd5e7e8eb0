"""The two networks: a small anchor-free detector and a small residual classifier (PyTorch)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (8, 16, 32)


def conv(inputs: int, outputs: int, *, size: int = 3, stride: int = 1) -> nn.Sequential:
    """Build convolution, batch normalisation, SiLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.SiLU(inplace=True),
    )


class Bottleneck(nn.Module):
    """x + conv(conv(x)) with half the channels between."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow = conv(channels, channels // 2)
        self.widen = conv(channels // 2, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Keep the shape (n, channels, h, w)."""
        return x + self.widen(self.narrow(x))


class Head(nn.Module):
    """Class logits and box distances (left, top, right, bottom) at every cell of one level."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.scores = nn.Sequential(conv(channels, channels), nn.Conv2d(channels, classes, 1))
        self.sides = nn.Sequential(conv(channels, channels), nn.Conv2d(channels, 4, 1))
        # about 1 % of the cells hold an object at the start (RetinaNet, arXiv 1708.02002, 4.1)
        nn.init.constant_(self.scores[-1].bias, -4.6)
        nn.init.constant_(self.sides[-1].bias, 0.7)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map (n, channels, h, w) to (n, classes, h * w) and (n, 4, h * w), sides in strides."""
        sides = torch.exp(self.sides(x).clamp(-4, 4))
        return self.scores(x).flatten(2), sides.flatten(2)


class Detector(nn.Module):
    """Backbone to stride 32, a top-down neck, three heads. Input (n, 3, h, w), RGB 0-1."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            conv(3, 16, stride=2), conv(16, 24, stride=2), conv(24, 48, stride=2)
        )
        self.fine = nn.Sequential(Bottleneck(48))
        self.middle = nn.Sequential(conv(48, 96, stride=2), Bottleneck(96))
        self.coarse = nn.Sequential(conv(96, 128, stride=2), Bottleneck(128))
        self.laterals = nn.ModuleList(conv(c, 48, size=1) for c in (48, 96, 128))
        self.smooth = nn.ModuleList(conv(48, 48) for _ in range(2))
        self.heads = nn.ModuleList(Head(48, classes) for _ in STRIDES)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return logits (n, nc, a), sides (n, 4, a) px, cell centres (2, a) px, strides (a,)."""
        fine = self.fine(self.stem(images))
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        levels = [
            lateral(x) for lateral, x in zip(self.laterals, (fine, middle, coarse), strict=True)
        ]
        levels[1] = self.smooth[1](levels[1] + functional.interpolate(levels[2], scale_factor=2.0))
        levels[0] = self.smooth[0](levels[0] + functional.interpolate(levels[1], scale_factor=2.0))
        outputs = [head(level) for head, level in zip(self.heads, levels, strict=True)]
        centres, strides = cell_centres([level.shape[2:] for level in levels])
        logits = torch.cat([scores for scores, _ in outputs], 2)
        sides = torch.cat([side for _, side in outputs], 2) * strides
        return logits, sides, centres, strides


class UltralyticsOutput(nn.Module):
    """A trained detector with the output of an Ultralytics v8 export: (n, 4 + nc, anchors)."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, images: Tensor) -> Tensor:
        """Rows are cx, cy, w, h in input pixels, then one sigmoid score a class."""
        logits, sides, centres, _ = self.detector(images)
        before, after = sides[:, :2], sides[:, 2:]
        return torch.cat([centres + (after - before) / 2, before + after, logits.sigmoid()], 1)


class Classifier(nn.Module):
    """Four stages of halved resolution and a mean over the rest. Input (n, 3, h, w), RGB 0-1."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv(3, 24, stride=2),
            conv(24, 32, stride=2),
            Bottleneck(32),
            conv(32, 64, stride=2),
            Bottleneck(64),
            conv(64, 96, stride=2),
            Bottleneck(96),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Dropout(0.2),
        )
        self.top = nn.Linear(96, classes)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (n, classes)."""
        return self.top(self.body(images))


def cell_centres(shapes: list[tuple[int, int]]) -> tuple[Tensor, Tensor]:
    """Centres (2, a) in input pixels and strides (a,) of the cells of all levels."""
    points, strides = [], []
    for (height, width), stride in zip(shapes, STRIDES, strict=True):
        y, x = torch.meshgrid(
            torch.arange(int(height)) + 0.5, torch.arange(int(width)) + 0.5, indexing="ij"
        )
        points.append(torch.stack([x.flatten(), y.flatten()]) * stride)
        strides.append(torch.full((int(height) * int(width),), float(stride)))
    return torch.cat(points, 1), torch.cat(strides)
